package dev.querent.app.command;

import dev.querent.experiment.RunDirectory;
import dev.querent.experiment.StepRecord;
import dev.querent.pipeline.RunStatus;
import dev.querent.training.CheckpointStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** {@code querent status RUN}: how far a run has come, while it works, after it ended or was killed. */
@Command(name = "status", description = "Shows how far a run has come.", mixinStandardHelpOptions = true)
public final class StatusCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "RUN", description = "The run's folder or name.")
    private Path run = Path.of("");

    @Option(names = "--json", description = "Write one JSON object.")
    private boolean json;

    @Mixin
    private RunOptions runs = new RunOptions();

    @Override
    public void run() {
        RunDirectory directory = runs.existing(run);
        ObjectNode status = RunStatus.read(directory)
                .orElseThrow(() -> new UsageException(directory.root() + " has no status.json: it never began"));
        Map<String, Path> best = bestCheckpoints(directory);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode from = status.putObject("taken-over");
            takenOver(directory).forEach(from::put);
            ObjectNode checkpoints = status.putObject("best-checkpoints");
            best.forEach((step, checkpoint) -> checkpoints.put(step, checkpoint.toString()));
            out.println(status);
            return;
        }
        String state = status.path("state").asString("");
        out.println(directory.name() + ": " + state + ", step "
                + status.path("step").asString("") + progress(status) + ", "
                + status.path("updated").asString(""));
        String message = status.path("message").asString("");
        if (!message.isEmpty()) {
            out.println(message);
        }
        takenOver(directory).forEach((step, from) -> out.println(step + ": taken over from " + from));
        best.forEach((step, checkpoint) -> out.println("best checkpoint of " + step + ": " + checkpoint));
        switch (state) {
            case "finished" -> out.println("report: " + directory.report().resolve("report.md"));
            case "running" -> out.println("stop it with: querent stop " + directory.root());
            default -> out.println("continue with: querent resume " + directory.root());
        }
    }

    /** The runs that have computed what this one took over, by step. */
    private static Map<String, String> takenOver(RunDirectory directory) {
        Map<String, String> from = new TreeMap<>();
        directory
                .steps()
                .forEach(step -> StepRecord.read(directory.step(step))
                        .filter(record -> record.takenOver(directory))
                        .ifPresent(record -> from.put(step, record.run())));
        return from;
    }

    /** By step, where checkpoints are kept for their loss. */
    private static Map<String, Path> bestCheckpoints(RunDirectory directory) {
        Map<String, Path> best = new TreeMap<>();
        Path steps = directory.root().resolve("steps");
        if (Files.isDirectory(steps)) {
            try (Stream<Path> folders = Files.list(steps)) {
                folders.forEach(step -> CheckpointStore.best(step.resolve("checkpoints"))
                        .ifPresent(checkpoint -> best.put(String.valueOf(step.getFileName()), checkpoint)));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot list " + steps, e);
            }
        }
        return best;
    }

    private static String progress(ObjectNode status) {
        long total = status.path("total").asLong(0);
        if (total == 0) {
            return "";
        }
        StringBuilder text = new StringBuilder(" " + status.path("done").asLong(0) + "/" + total);
        status.path("values")
                .properties()
                .forEach(value -> text.append(", ")
                        .append(value.getKey())
                        .append(' ')
                        .append(String.format(
                                Locale.ROOT, "%.4g", value.getValue().asDouble(0))));
        return text.toString();
    }
}
