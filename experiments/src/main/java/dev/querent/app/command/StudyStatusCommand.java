package dev.querent.app.command;

import dev.querent.app.study.StudyMatrix;
import dev.querent.app.study.StudyPlan;
import dev.querent.experiment.Study;
import dev.querent.experiment.StudyLoader;
import dev.querent.plugin.PluginRegistry;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code querent study status FILE}: which steps of which runs are done, while the study goes on and after. */
@Command(
        name = "status",
        description =
                "Checks a study, and shows how far its runs are: done, shared (computed by another run), running, begun"
                        + " or not begun.",
        mixinStandardHelpOptions = true)
public final class StudyStatusCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "FILE", description = "The study file.")
    private Path file = Path.of("");

    @Option(names = "--json", description = "Write one JSON object.")
    private boolean json;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Mixin
    private RunOptions runs = new RunOptions();

    @Override
    public void run() {
        try (PluginRegistry registry = plugins.open(spec.commandLine().getErr())) {
            StudyLoader loader = new StudyLoader(registry);
            Study study = loader.load(file);
            StudyMatrix matrix = new StudyMatrix(
                    StudyPlan.of(study, loader.runs(study)), run -> StudyMatrix.Begun.at(runs.named(run)));
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(matrix.json());
            } else {
                out.print(matrix.text());
            }
            out.flush();
        }
    }
}
