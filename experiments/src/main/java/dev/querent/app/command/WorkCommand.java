package dev.querent.app.command;

import dev.querent.app.prometheus.MetricsEndpoint;
import dev.querent.app.prometheus.WorkerMetrics;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.RunDirectory;
import dev.querent.pipeline.RunLog;
import dev.querent.pipeline.SharedRepository;
import dev.querent.pipeline.Worker;
import dev.querent.plugin.PluginRegistry;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code querent work FILE}: takes part in the partitioned steps of a run that another process carries out. */
@Command(
        name = "work",
        description =
                "Works on the partitions of a run that querent run carries out with the same --repository, until the run"
                        + " has ended. May come before it and go at any time.",
        mixinStandardHelpOptions = true)
public final class WorkCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "FILE|RUN",
            description = "The experiment file, or the run's folder or name. All workers see the folder of the run.")
    private Path given = Path.of("");

    @Option(
            names = "--set",
            paramLabel = "key=value",
            description = "With FILE: --set name=... where the run was given a name of its own.")
    private List<String> overrides = new ArrayList<>();

    @Mixin
    private Execution execution = new Execution();

    @Override
    public Integer call() {
        SharedRepository shared = execution
                .repository()
                .shared()
                .orElseThrow(() -> new UsageException("--repository is missing: the one that querent run was given"));
        try (PluginRegistry registry = execution.open()) {
            ExperimentLoader loader = new ExperimentLoader(registry);
            RunOptions runs = execution.runs();
            RunDirectory run = Files.isRegularFile(given)
                    ? runs.named(loader.load(given, overrides).name())
                    : runs.existing(given);
            return work(run, shared, () -> loader.load(run.resolved()));
        }
    }

    private int work(RunDirectory run, SharedRepository shared, Supplier<Experiment> experiment) {
        PrintWriter err = execution.err();
        try (RunLog log = RunLog.ofWorker(run)) {
            Worker worker = new Worker(run, shared, execution.runs().data(), sentence -> {
                err.println(sentence);
                log.say(sentence);
            });
            try (MetricsEndpoint endpoint = execution.prometheus().open(new WorkerMetrics(run, worker), err)) {
                worker.work(experiment);
                return 0;
            } catch (RuntimeException | Error e) {
                log.failed(ErrorReport.sentence(e), e);
                throw e;
            }
        }
    }
}
