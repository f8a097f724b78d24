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
     * @throws UsageException where a checkpoint or tokenizer is not there
     */
    static int run(Experiment experiment, Path file, RunDirectory run, RunOptions options, CommandLine commandLine) {
        if (!experiment.missingFiles().isEmpty()) {
            throw new UsageException(String.join(System.lineSeparator(), experiment.missingFiles()));
        }
        PrintWriter err = commandLine.getErr();
        ProgressLine progress = new ProgressLine(err, Boolean.getBoolean("querent.terminal"));
        PipelineJob job = new PipelineJob(experiment, file, run, options.data(), progress, Clock.systemUTC());
        PrintWriter out = commandLine.getOut();
        PipelineJob.Outcome outcome = job.run(ended -> {
            out.println(sentence(ended, run));
            out.flush();
        });
        return outcome == PipelineJob.Outcome.STOPPED ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    private static String sentence(PipelineJob.Outcome outcome, RunDirectory run) {
        return switch (outcome) {
            case FINISHED -> "finished: " + run.report().resolve("report.md");
            case ALREADY_FINISHED ->
                run.root() + " is finished already: " + run.report().resolve("report.md");
            case STOPPED -> "stopped at a checkpoint. Continue with: querent resume " + run.root();
        };
    }
}
