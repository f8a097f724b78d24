package dev.querent.app.command;

import dev.querent.collective.Collectives;
import dev.querent.collective.Ranks;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.RunDirectory;
import dev.querent.pipeline.Follower;
import dev.querent.pipeline.PipelineJob;
import dev.querent.plugin.PluginRegistry;
import dev.querent.progress.ProgressLine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
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

    RunOptions runs() {
        return runs;
    }

    RepositoryOptions repository() {
        return repository;
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
        if (!experiment.missingFiles().isEmpty()) {
            throw new UsageException(String.join(System.lineSeparator(), experiment.missingFiles()));
        }
        try (Collectives ranks = Ranks.join(System.getenv())) {
            try {
                return ranks.leads()
                        ? lead(experiment, file, run, ranks)
                        : new Follower(experiment, run, runs.data(), ranks).follow();
            } catch (RuntimeException | Error e) {
                if (ranks.size() > 1) {
                    endAll(e, ranks);
                }
                throw e;
            }
        }
    }

    private int lead(Experiment experiment, Path file, RunDirectory run, Collectives ranks) {
        if (ranks.size() > 1) {
            Ranks.warning(experiment.threads()).ifPresent(err()::println);
        }
        ProgressLine progress = new ProgressLine(err(), Boolean.getBoolean("querent.terminal"));
        PipelineJob job = new PipelineJob(
                experiment, file, run, runs.data(), progress, Clock.systemUTC(), ranks, repository.shared());
        PipelineJob.Outcome outcome = job.run(ended -> {
            out().println(sentence(ended, run));
            out().flush();
        });
        int code = outcome == PipelineJob.Outcome.STOPPED ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
        job.dismissOthers(code);
        return code;
    }

    /** The others wait for this rank in the middle of their work, and would do so for ever. */
    private void endAll(Throwable problem, Collectives ranks) {
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
