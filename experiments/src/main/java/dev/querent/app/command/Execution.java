package dev.querent.app.command;

import dev.querent.app.prometheus.MetricsEndpoint;
import dev.querent.app.prometheus.RunMetrics;
import dev.querent.collective.Collectives;
import dev.querent.collective.Ranks;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.RunDirectory;
import dev.querent.pipeline.Follower;
import dev.querent.pipeline.PipelineJob;
import dev.querent.pipeline.RunLog;
import dev.querent.progress.ProgressLine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
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
            PrometheusOptions prometheus,
            CommandLine commandLine) {
        Map<String, String> environment = System.getenv();
        try (RunLog log = RunLog.ofRank(run, Ranks.rank(environment))) {
            try (Collectives ranks = join(experiment, environment)) {
                try {
                    return ranks.leads()
                            ? lead(experiment, file, run, options, repository, prometheus, commandLine, ranks, log)
                            : new Follower(experiment, run, options.data(), ranks).follow();
                } catch (RuntimeException | Error e) {
                    if (ranks.size() > 1) {
                        endAll(e, ranks, commandLine, log);
                    }
                    throw e;
                }
            } catch (RuntimeException | Error e) {
                log.failed(ErrorReport.sentence(e), e);
                throw e;
            }
        }
    }

    private static Collectives join(Experiment experiment, Map<String, String> environment) {
        if (!experiment.missingFiles().isEmpty()) {
            throw new UsageException(String.join(System.lineSeparator(), experiment.missingFiles()));
        }
        return Ranks.join(environment);
    }

    private static int lead(
            Experiment experiment,
            Path file,
            RunDirectory run,
            RunOptions options,
            RepositoryOptions repository,
            PrometheusOptions prometheus,
            CommandLine commandLine,
            Collectives ranks,
            RunLog log) {
        if (ranks.size() > 1) {
            Ranks.warning(experiment.threads()).ifPresent(commandLine.getErr()::println);
        }
        ProgressLine progress = new ProgressLine(commandLine.getErr(), Boolean.getBoolean("querent.terminal"));
        PipelineJob job = new PipelineJob(
                experiment,
                file,
                run,
                options.data(),
                log.recording(progress),
                Clock.systemUTC(),
                ranks,
                repository.shared());
        PrintWriter out = commandLine.getOut();
        try (MetricsEndpoint endpoint = prometheus.open(new RunMetrics(List.of(run)), commandLine.getErr())) {
            PipelineJob.Outcome outcome = job.run(ended -> {
                out.println(sentence(ended, run));
                out.flush();
                if (ended != PipelineJob.Outcome.ALREADY_FINISHED) {
                    log.say(sentence(ended, run));
                }
            });
            int code = outcome == PipelineJob.Outcome.STOPPED ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
            job.dismissOthers(code);
            return code;
        }
    }

    /** The others wait for this rank in the middle of their work, and would do so for ever. */
    private static void endAll(Throwable problem, Collectives ranks, CommandLine commandLine, RunLog log) {
        log.failed(ErrorReport.sentence(problem), problem);
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
