package dev.querent.task.metric.caption;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** SPICE 1.0 in the jar that coco-caption uses, with files in between. */
final class SpiceProgram {

    private final Path jar;

    /** @param jar with its libraries in {@code lib} beside it */
    SpiceProgram(Path jar) {
        this.jar = jar.toAbsolutePath();
    }

    /** F1 of each caption's tuples of objects, attributes and relations, 0 to 1. */
    double[] scores(List<TokenizedCaption> captions) {
        try {
            Path folder = Files.createTempDirectory("querent-spice");
            Path input = folder.resolve("captions.json");
            Path output = folder.resolve("scores.json");
            try {
                Files.writeString(input, JsonMapper.shared().writeValueAsString(input(captions)));
                run(input, output);
                return read(output, captions.size());
            } finally {
                Files.deleteIfExists(input);
                Files.deleteIfExists(output);
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot pass captions to SPICE", e);
        }
    }

    private static ArrayNode input(List<TokenizedCaption> captions) {
        ArrayNode list = JsonMapper.shared().createArrayNode();
        for (int i = 0; i < captions.size(); i++) {
            ObjectNode entry = list.addObject()
                    .put("image_id", i)
                    .put("test", captions.get(i).candidate());
            captions.get(i).references().forEach(entry.putArray("refs")::add);
        }
        return list;
    }

    private void run(Path input, Path output) {
        List<String> arguments = new ArrayList<>(List.of("-Xmx4G", "-cp"));
        arguments.add(jar + File.pathSeparator + jar.resolveSibling("lib") + File.separator + "*");
        arguments.addAll(List.of(
                "edu.anu.spice.SpiceScorer", input.toString(), "-out", output.toString(), "-subset", "-silent"));
        try (JavaProgram program = new JavaProgram("SPICE (" + jar + ")", jar, arguments)) {
            program.process().getInputStream().transferTo(OutputStream.nullOutputStream());
            program.expectSuccess();
            if (!Files.exists(output)) {
                throw program.failed(); // some of its errors end with 0
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read from SPICE", e);
        }
    }

    private double[] read(Path output, int captions) throws IOException {
        double[] scores = new double[captions];
        boolean[] there = new boolean[captions];
        for (JsonNode entry : JsonMapper.shared().readTree(Files.readString(output))) {
            int index = entry.path("image_id").asInt(-1);
            JsonNode score = entry.path("scores").path("All").path("f");
            if (index < 0 || index >= captions || there[index] || !score.isNumber()) {
                throw new ScorerException("SPICE (" + jar + ") wrote what wasn't expected: " + entry);
            }
            there[index] = true;
            scores[index] = score.doubleValue();
        }
        for (boolean one : there) {
            if (!one) {
                throw new ScorerException("SPICE (" + jar + ") left captions out");
            }
        }
        return scores;
    }
}
