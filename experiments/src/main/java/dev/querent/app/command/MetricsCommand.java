package dev.querent.app.command;

import dev.querent.task.metric.AnswerVariant;
import dev.querent.task.metric.caption.InstalledScorers;
import dev.querent.task.metric.caption.ScorerException;
import dev.querent.task.scoring.PredictionFile;
import dev.querent.task.scoring.ScoredBenchmark;
import dev.querent.task.scoring.ScoredBenchmark.Kind;
import dev.querent.task.scoring.Scores;
import dev.querent.task.scoring.ScoringException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code querent metrics}: scores a prediction file, wherever it came from, as the official scorers do. */
@Command(
        name = "metrics",
        description = "Scores a file of predictions, wherever it came from, as the official scorers do.",
        mixinStandardHelpOptions = true)
public final class MetricsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--benchmark",
            required = true,
            paramLabel = "NAME",
            description = "vqav2, okvqa, gqa, coco-captions, nocaps, coco-retrieval or flickr30k-retrieval.")
    private String benchmark = "";

    @Option(
            names = "--annotations",
            required = true,
            paramLabel = "FILE",
            description = "The benchmark's own annotations: answers, references, or images with their captions.")
    private Path annotations = Path.of("");

    @Option(
            names = "--predictions",
            required = true,
            paramLabel = "FILE",
            description = "Predictions in the format of the benchmark's evaluation server.")
    private Path predictions = Path.of("");

    @Option(
            names = "--questions",
            paramLabel = "FILE",
            description = "For vqav2, okvqa and gqa: the questions, to be checked against the annotations.")
    private @Nullable Path questions;

    @Option(
            names = "--variant",
            paramLabel = "NAME",
            description = "For vqav2, okvqa and gqa: whose scoring, official (default), lavis or lmms.")
    private @Nullable AnswerVariant variant;

    @Option(
            names = "--scorers",
            paramLabel = "DIR",
            description = "For captions: folder of an installed pycocoevalcap, which gives METEOR and SPICE too.")
    private @Nullable Path scorers;

    @Option(names = "--json", description = "Write one JSON object, \"overall\" first.")
    private boolean json;

    @Override
    public Integer call() {
        try {
            ScoredBenchmark scored = ScoredBenchmark.named(benchmark);
            refuseWhatDoesNotApply(scored);
            Optional<InstalledScorers> installed = installed();
            tellWhatIsLeftOut(scored, installed);
            AnswerVariant chosen = variant == null ? AnswerVariant.OFFICIAL : variant;
            Scores scores = new PredictionFile(
                            scored, annotations, predictions, Optional.ofNullable(questions), chosen, installed)
                    .score();
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? json(scored, chosen, scores) : text(scored, chosen, scores));
            out.flush();
            return ExitCode.OK;
        } catch (ScoringException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NoSuchFileException missing) {
                throw new UsageException(missing.getMessage() + ": there is no such file");
            }
            throw e;
        }
    }

    private Optional<InstalledScorers> installed() {
        try {
            return Optional.ofNullable(scorers).map(InstalledScorers::new);
        } catch (ScorerException e) {
            throw new UsageException("--scorers: " + e.getMessage());
        }
    }

    private void refuseWhatDoesNotApply(ScoredBenchmark scored) {
        boolean answers = scored.kind() == Kind.ANSWERS;
        if (questions != null && !answers) {
            throw new UsageException("--questions: " + scored.label() + " has no questions; leave it out");
        }
        if (variant != null && !answers) {
            throw new UsageException("--variant: " + scored.label() + " is scored in one way by all; leave it out");
        }
        if (scorers != null && scored.kind() != Kind.CAPTIONS) {
            throw new UsageException("--scorers: " + scored.label() + " needs none; leave it out");
        }
    }

    private void tellWhatIsLeftOut(ScoredBenchmark scored, Optional<InstalledScorers> installed) {
        PrintWriter err = spec.commandLine().getErr();
        if (scored.kind() == Kind.CAPTIONS && installed.isEmpty()) {
            err.println("note: no METEOR and no SPICE without --scorers (docs/howto/metrics.md)");
        }
        installed.ifPresent(it -> it.notes().forEach(note -> err.println("note: " + note)));
        err.flush();
    }

    private static String json(ScoredBenchmark scored, AnswerVariant variant, Scores scores) {
        ObjectNode object = JsonMapper.shared().createObjectNode();
        Double only = scores.overall().get("accuracy");
        if (only == null) {
            scores.overall().forEach(object.putObject("overall")::put);
        } else {
            object.put("overall", only);
        }
        scores.groups().forEach((group, values) -> values.forEach(object.withObjectProperty(group)::put));
        object.put("benchmark", scored.label());
        if (scored.kind() == Kind.ANSWERS) {
            object.put("variant", variant.name().toLowerCase(Locale.ROOT));
        }
        object.put("items", scores.items());
        return JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(object)
                + System.lineSeparator();
    }

    private static String text(ScoredBenchmark scored, AnswerVariant variant, Scores scores) {
        StringBuilder text = new StringBuilder(scored.label());
        switch (scored.kind()) {
            case ANSWERS ->
                text.append(", ")
                        .append(variant.name().toLowerCase(Locale.ROOT))
                        .append(": ")
                        .append(scores.items())
                        .append(" questions, accuracy in percent");
            case CAPTIONS -> text.append(": ").append(scores.items()).append(" images");
            case RANKINGS ->
                text.append(": ")
                        .append(scores.items())
                        .append(" images, recall in percent (txt: of texts, img: of images)");
        }
        text.append(System.lineSeparator());
        int digits = scored.kind() == Kind.CAPTIONS ? 4 : 2;
        lines("overall", scores.overall(), digits, text);
        scores.groups().forEach((group, values) -> lines(group, values, digits, text));
        return text.toString();
    }

    private static void lines(String group, Map<String, Double> values, int digits, StringBuilder text) {
        text.append(group).append(System.lineSeparator());
        int width = values.keySet().stream().mapToInt(String::length).max().orElse(0);
        values.forEach((name, value) -> text.append("  ")
                .append(name)
                .append(" ".repeat(width - name.length() + 2))
                .append(rounded(value, digits))
                .append(System.lineSeparator()));
    }

    /** As Python rounds: the exact binary value, ties to even. */
    private static String rounded(double value, int digits) {
        return new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    }
}
