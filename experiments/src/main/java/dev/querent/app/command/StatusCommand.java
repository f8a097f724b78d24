package dev.querent.app.command;

import dev.querent.experiment.RunDirectory;
import dev.querent.pipeline.RunStatus;
import java.io.PrintWriter;
import java.nio.file.Path;
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
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
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
        switch (state) {
            case "finished" -> out.println("report: " + directory.report().resolve("report.md"));
            case "running" -> out.println("stop it with: querent stop " + directory.root());
            default -> out.println("continue with: querent resume " + directory.root());
        }
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
                                java.util.Locale.ROOT, "%.4g", value.getValue().asDouble(0))));
        return text.toString();
    }
}
