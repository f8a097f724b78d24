package dev.querent.app.command;

import dev.querent.collective.Collectives;
import dev.querent.collective.Ranks;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.RunDirectory;
import dev.querent.pipeline.Follower;
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
    static int run(
            Experiment experiment,
            Path file,
            RunDirectory run,
            RunOptions options,
            RepositoryOptions repository,
            CommandLine commandLine) {
        if (!experiment.missingFiles().isEmpty()) {
            throw new UsageException(String.join(System.lineSeparator(), experiment.missingFiles()));
        }
        try (Collectives ranks = Ranks.join(System.getenv())) {
            try {
                return ranks.leads()
                        ? lead(experiment, file, run, options, repository, commandLine, ranks)
                        : new Follower(experiment, run, options.data(), ranks).follow();
            } catch (RuntimeException | Error e) {
                if (ranks.size() > 1) {
                    endAll(e, ranks, commandLine);
                }
                throw e;
            }
        }
    }

    private static int lead(
            Experiment experiment,
            Path file,
            RunDirectory run,
            RunOptions options,
            RepositoryOptions repository,
            CommandLine commandLine,
            Collectives ranks) {
        if (ranks.size() > 1) {
            Ranks.warning(experiment.threads()).ifPresent(commandLine.getErr()::println);
        }
        ProgressLine progress = new ProgressLine(commandLine.getErr(), Boolean.getBoolean("querent.terminal"));
        PipelineJob job = new PipelineJob(
                experiment, file, run, options.data(), progress, Clock.systemUTC(), ranks, repository.shared());
        PrintWriter out = commandLine.getOut();
        PipelineJob.Outcome outcome = job.run(ended -> {
            out.println(sentence(ended, run));
            out.flush();
        });
        int code = outcome == PipelineJob.Outcome.STOPPED ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
        job.dismissOthers(code);
        return code;
    }

    /** The others wait for this rank in the middle of their work, and would do so for ever. */
    private static void endAll(Throwable problem, Collectives ranks, CommandLine commandLine) {
        PrintWriter err = commandLine.getErr();
        err.print("rank " + ranks.rank() + " of " + ranks.size() + ": ");
        int code = ErrorReport.tell(
                problem, err, commandLine.getParent().getParseResult().hasMatchedOption("--debug"));
        ranks.abort(code);
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
