package dev.querent.app.command;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.RunDirectory;
import dev.querent.pipeline.PipelineJob;
import dev.querent.progress.ProgressLine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import picocli.CommandLine;

/** Carries out an experiment in its folder and says how it ended. */
final class Execution {

    private Execution() {}

    /**
     * @return the exit code
     */
    static int run(Experiment experiment, Path file, RunDirectory run, RunOptions options, CommandLine commandLine) {
        PrintWriter err = commandLine.getErr();
        ProgressLine progress = new ProgressLine(err, Boolean.getBoolean("querent.terminal"));
        PipelineJob job = new PipelineJob(experiment, file, run, options.data(), progress, Clock.systemUTC());
        PrintWriter out = commandLine.getOut();
        switch (job.run()) {
            case FINISHED -> out.println("finished: " + run.report().resolve("report.md"));
            case ALREADY_FINISHED ->
                out.println(run.root() + " is finished already: " + run.report().resolve("report.md"));
            case STOPPED -> {
                out.println("stopped at a checkpoint. Continue with: querent resume " + run.root());
                out.flush();
                return CommandLine.ExitCode.SOFTWARE;
            }
        }
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
