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
import dev.querent.plugin.PluginRegistry;
import dev.querent.progress.ProgressLine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Carries out an experiment in its folder and says how it ended; mixed into every command that takes part in runs. */
public final class Execution {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Mixin
    private RunOptions runs = new RunOptions();

    @Mixin
    private RepositoryOptions repository = new RepositoryOptions();

    @Mixin
    private PrometheusOptions prometheus = new PrometheusOptions();

    RunOptions runs() {
        return runs;
    }

    RepositoryOptions repository() {
        return repository;
    }

    PrometheusOptions prometheus() {
        return prometheus;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /**
     * The plugins; tells of jars that can't be used.
     *
     * @return to be closed by the caller
     */
    PluginRegistry open() {
        return plugins.open(err());
    }

    /**
     * @param file what the experiment was read from
     * @return the exit code
     * @throws UsageException where a checkpoint or tokenizer is not there
     */
    int run(Experiment experiment, Path file, RunDirectory run) {
        Map<String, String> environment = System.getenv();
        try (RunLog log = RunLog.ofRank(run, Ranks.rank(environment))) {
            try (Collectives ranks = join(experiment, environment)) {
                try {
                    return ranks.leads()
                            ? lead(experiment, file, run, ranks, log)
                            : new Follower(experiment, run, runs.data(), ranks).follow();
                } catch (RuntimeException | Error e) {
                    if (ranks.size() > 1) {
                        endAll(e, ranks, log);
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

    private int lead(Experiment experiment, Path file, RunDirectory run, Collectives ranks, RunLog log) {
        if (ranks.size() > 1) {
            Ranks.warning(experiment.threads()).ifPresent(err()::println);
        }
        ProgressLine progress = new ProgressLine(err(), Boolean.getBoolean("querent.terminal"));
        PipelineJob job = new PipelineJob(
                experiment,
                file,
                run,
                runs.data(),
                log.recording(progress),
                Clock.systemUTC(),
                ranks,
                repository.shared());
        try (MetricsEndpoint endpoint = prometheus.open(new RunMetrics(List.of(run)), err())) {
            PipelineJob.Outcome outcome = job.run(ended -> {
                out().println(sentence(ended, run));
                out().flush();
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
    private void endAll(Throwable problem, Collectives ranks, RunLog log) {
        log.failed(ErrorReport.sentence(problem), problem);
        err().print("rank " + ranks.rank() + " of " + ranks.size() + ": ");
        boolean debug = spec.commandLine().getParent().getParseResult().hasMatchedOption("--debug");
        ranks.abort(ErrorReport.tell(problem, err(), debug));
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
