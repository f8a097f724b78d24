package dev.querent.app.command;

import dev.querent.app.command.PairScorer.Score;
import dev.querent.plugin.PluginRegistry;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code querent score}: how well texts fit images, by what a run has trained or a checkpoint holds. */
@Command(
        name = "score",
        description =
                "Scores images with texts: contrast (ITC), matching (ITM), likelihood of the text given the image; or"
                        + " CLIP's similarity.",
        mixinStandardHelpOptions = true)
public final class ScoreCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description =
                    "Folder of a run, e.g. runs/NAME, or of a checkpoint of BLIP-2 or CLIP in Hugging Face's layout.")
    private Path model = Path.of("");

    @Option(names = "--image", required = true, arity = "1..*", paramLabel = "FILE", description = "Image files.")
    private List<Path> images = List.of();

    @Option(
            names = "--text",
            required = true,
            arity = "1..*",
            paramLabel = "TEXT",
            description = "Texts; each is scored with each image.")
    private List<String> texts = List.of();

    @Option(names = "--json", description = "Write one JSON list, an object a pair.")
    private boolean json;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try (PluginRegistry registry = plugins.open(err)) {
            ModelFolder folder = ModelFolder.open(model, registry);
            try (PairScorer scorer = new PairScorer(folder)) {
                if (scorer.hasSimilarity()) {
                    return score(scorer);
                }
                if (!scorer.hasRepresentation() && !scorer.hasLanguage()) {
                    throw new UsageException(
                            model + ": has no language model, and " + folder.withoutLearner() + "; it can't score");
                }
                if (scorer.hasLanguage()) {
                    folder.notes().forEach(note -> err.println("note: " + note));
                }
                if (scorer.hasRepresentation()) {
                    folder.representationNotes().forEach(note -> err.println("note: " + note));
                } else {
                    err.println("note: no ITC and no ITM for " + model + ": " + folder.withoutLearner());
                }
                err.flush();
                return score(scorer);
            }
        }
    }

    private int score(PairScorer scorer) {
        Map<Path, List<Score>> scores = new LinkedHashMap<>();
        Map<Path, String> problems = ImageFiles.read(images, spec.commandLine().getErr(), (files, decoded) -> {
            List<List<Score>> scored = scorer.scores(decoded, texts);
            for (int i = 0; i < files.size(); i++) {
                scores.put(files.get(i), scored.get(i));
            }
        });
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build()
                    .writeValueAsString(list(scores, problems)));
        } else {
            scores.forEach((image, row) -> {
                for (int i = 0; i < row.size(); i++) {
                    out.println(image + ": " + texts.get(i) + ": " + words(row.get(i)));
                }
            });
        }
        out.flush();
        return problems.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static String words(Score score) {
        return Stream.of(
                        score.representation()
                                .map(it -> String.format(Locale.ROOT, "itc %.4f, itm %.4f", it.itc(), it.itm())),
                        score.likelihood()
                                .map(it -> String.format(
                                        Locale.ROOT, "log-likelihood %.4f, a token %.4f", it.sum(), it.perToken())),
                        score.similarity().map(it -> String.format(Locale.ROOT, "similarity %.4f", it)))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
    }

    private ArrayNode list(Map<Path, List<Score>> scores, Map<Path, String> problems) {
        ArrayNode list = JsonMapper.shared().createArrayNode();
        for (Path image : images) {
            if (problems.containsKey(image)) {
                list.addObject().put("image", image.toString()).put("error", problems.get(image));
                continue;
            }
            for (int i = 0; i < texts.size(); i++) {
                ObjectNode entry =
                        list.addObject().put("image", image.toString()).put("text", texts.get(i));
                Score score = scores.getOrDefault(image, List.of()).get(i);
                score.representation()
                        .ifPresent(it -> entry.put("itc", it.itc()).put("itm", it.itm()));
                score.likelihood()
                        .ifPresent(it -> entry.put("log-likelihood", it.sum())
                                .put("log-likelihood-per-token", it.perToken())
                                .put("tokens", it.tokens()));
                score.similarity().ifPresent(it -> entry.put("similarity", it));
            }
        }
        return list;
    }
}
