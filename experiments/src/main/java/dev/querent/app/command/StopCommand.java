package dev.querent.app.command;

import dev.querent.experiment.RunDirectory;
import dev.querent.file.AtomicFile;
import dev.querent.pipeline.RunStatus;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code querent stop RUN}: asks the process that works on a run to stop at its next checkpoint. */
@Command(name = "stop", description = "Stops a run at its next checkpoint.", mixinStandardHelpOptions = true)
public final class StopCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "RUN", description = "The run's folder or name.")
    private Path run = Path.of("");

    @Mixin
    private RunOptions runs = new RunOptions();

    @Override
    public void run() {
        RunDirectory directory = runs.existing(run);
        String state = RunStatus.read(directory)
                .map(status -> status.path("state").asString(""))
                .orElse("");
        if (!state.equals("running")) {
            spec.commandLine().getOut().println(directory.root() + " is not running");
            return;
        }
        AtomicFile.write(directory.stopRequest(), "");
        spec.commandLine()
                .getOut()
                .println("asked " + directory.root() + " to stop. Continue later with: querent resume "
                        + directory.root());
    }
}
