package dev.querent.task.metric.caption;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The parts of coco-caption that can't be ours, since their licences would become ours (METEOR: LGPL; SPICE: AGPL; both rest on large
 * data), in a folder as the Python package pycocoevalcap is installed. They run as processes of their own.
 */
public final class InstalledScorers {

    private static final String HINT = "Expected the folder of an installed pycocoevalcap (docs/howto/metrics.md)";

    private final Path folder;
    private final List<String> notes = new ArrayList<>();
    private final boolean meteor;
    private final boolean spice;

    /**
     * Looks what is there.
     *
     * @param folder of pycocoevalcap, with {@code tokenizer}, {@code meteor} and {@code spice} in it
     * @throws ScorerException where there is no tokenizer, so that it can't be that folder
     */
    public InstalledScorers(Path folder) {
        this.folder = folder;
        if (!Files.exists(tokenizerJar())) {
            throw new ScorerException(tokenizerJar() + ": there is no such file. " + HINT);
        }
        meteor = isThere("METEOR", List.of(meteorJar(), meteorJar().resolveSibling("data/paraphrase-en.gz")));
        Path libraries = spiceJar().resolveSibling("lib");
        spice = isThere(
                "SPICE",
                List.of(
                        spiceJar(),
                        libraries.resolve("stanford-corenlp-3.6.0.jar"),
                        libraries.resolve("stanford-corenlp-3.6.0-models.jar"),
                        libraries.resolve(
                                "nashorn-core-15.4.jar"))); // it writes with the JavaScript of Java 14 and older
    }

    private boolean isThere(String name, List<Path> files) {
        List<String> missing = files.stream()
                .filter(file -> !Files.exists(file))
                .map(Path::toString)
                .toList();
        if (!missing.isEmpty()) {
            notes.add("no " + name + ": there is no " + String.join(" and no ", missing) + " (docs/howto/metrics.md)");
        }
        return missing.isEmpty();
    }

    private Path tokenizerJar() {
        return folder.resolve("tokenizer/stanford-corenlp-3.4.1.jar");
    }

    private Path meteorJar() {
        return folder.resolve("meteor/meteor-1.5.jar");
    }

    private Path spiceJar() {
        return folder.resolve("spice/spice-1.0.jar");
    }

    /** What is left out, and why. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** The official tokenizer, which cuts any text officially. */
    public CaptionTokenizer tokenizer() {
        return new PtbProgram(tokenizerJar());
    }

    /**
     * Scores parts of a corpus.
     *
     * @param parts captions by a name; a caption may be in several
     * @return for each part METEOR and SPICE as far as they are there, by coco-caption's names; each 0 to 1
     */
    public Map<String, Map<String, Double>> score(Map<String, List<TokenizedCaption>> parts) {
        List<TokenizedCaption> all =
                parts.values().stream().flatMap(Collection::stream).distinct().toList();
        Map<String, Map<String, Double>> scores = new TreeMap<>();
        parts.keySet().forEach(part -> scores.put(part, new TreeMap<>()));
        if (meteor) {
            try (MeteorProgram program = new MeteorProgram(meteorJar())) {
                Map<TokenizedCaption, String> statistics = indexed(all, program.statistics(all));
                scores.forEach((part, own) -> own.put(
                        "METEOR",
                        program.score(parts.getOrDefault(part, List.of()).stream()
                                .map(statistics::get)
                                .toList())));
            }
        }
        if (spice) {
            double[] each = new SpiceProgram(spiceJar()).scores(all);
            Map<TokenizedCaption, Double> byCaption =
                    indexed(all, Arrays.stream(each).boxed().toList());
            scores.forEach((part, own) -> own.put(
                    "SPICE",
                    parts.getOrDefault(part, List.of()).stream()
                            .mapToDouble(caption -> byCaption.getOrDefault(caption, 0.0))
                            .average()
                            .orElse(0)));
        }
        return scores;
    }

    private static <T> Map<TokenizedCaption, T> indexed(List<TokenizedCaption> captions, List<T> values) {
        Map<TokenizedCaption, T> map = new HashMap<>();
        for (int i = 0; i < captions.size(); i++) {
            map.put(captions.get(i), values.get(i));
        }
        return map;
    }
}
