package dev.querent.pipeline;

import dev.querent.collective.SingleProcess;
import dev.querent.data.DataFolder;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.RunDirectory;
import dev.querent.progress.Progress;
import dev.querent.progress.StopSignal;
import dev.querent.random.RunSeed;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.node.ObjectNode;

/**
 * A process that works on the partitions of a run which another process, its manager, carries out. It may come before the run has
 * begun, and go at any time.
 */
public final class Worker {

    private static final long POLL_MILLIS = 500;

    private final RunDirectory run;
    private final SharedRepository repository;
    private final DataFolder dataFolder;
    private final Consumer<String> tell;
    private final AtomicBoolean leaving = new AtomicBoolean();
    private volatile @Nullable PartitionWorker partitions;

    /** @param tell hears sentences for the user */
    public Worker(RunDirectory run, SharedRepository repository, DataFolder dataFolder, Consumer<String> tell) {
        this.run = run;
        this.repository = repository;
        this.dataFolder = dataFolder;
        this.tell = tell;
    }

    /**
     * Works until the run has ended or this process is told to end.
     *
     * @param experiment reads the run's experiment, once its folder is there
     */
    public void work(Supplier<Experiment> experiment) {
        try (LateExit exit = new LateExit(() -> leaving.set(true))) {
            Ended ended = new Ended();
            if (!awaitRun(ended)) {
                tell.accept(ended.get() ? run.root() + " has ended" : "left before " + run.root() + " began");
                return;
            }
            join(experiment.get(), ended);
        }
    }

    /** Whether there is a run to join. */
    private boolean awaitRun(Ended ended) {
        boolean told = false;
        while (!leaving.get() && !ended.get()) {
            if (run.exists() && Files.exists(run.schema()) && Outage.survive(this::isPrepared)) {
                return true;
            }
            if (!told) {
                tell.accept("waiting for " + run.root() + " to begin");
                told = true;
            }
            Outage.pause(POLL_MILLIS);
        }
        return false;
    }

    private boolean isPrepared() {
        return repository.isPrepared(repository.schemaOf(run));
    }

    private void join(Experiment experiment, Ended ended) {
        Supplier<OpenPartitions.Steps> steps = () -> {
            RunModels models = new RunModels(experiment, run, dataFolder, Progress.SILENT);
            RunSeed seed = new RunSeed(experiment.seed());
            return new OpenPartitions.Steps(experiment, RunContext.Run.reading(models, run, seed, new SingleProcess()));
        };
        StopSignal stop = () -> leaving.get() || Files.exists(run.stopRequest()) || ended.get();
        try (ConfigurableApplicationContext context = RepositoryContext.joined(repository, repository.schemaOf(run))) {
            PartitionWorker worker = new PartitionWorker(context, experiment.threads(), steps, stop);
            partitions = worker;
            try (worker) {
                tell.accept("joined " + run.root());
                while (!leaving.get() && !ended.get()) {
                    Outage.pause(POLL_MILLIS);
                }
            }
            tell.accept((ended.get() ? run.root() + " has ended" : "left " + run.root()) + "; partitions done here: "
                    + worker.done());
        }
    }

    /** How many partitions this process has done. From any thread. */
    public int done() {
        PartitionWorker worker = partitions;
        return worker == null ? 0 : worker.done();
    }

    /** How often a partition has failed here. From any thread. */
    public int failed() {
        PartitionWorker worker = partitions;
        return worker == null ? 0 : worker.failed();
    }

    /** Whether the run's status says that it ended, in an attempt that wasn't over before this process came. */
    private final class Ended {
        private static final long FRESH_NANOS = 200_000_000;

        private final String before = updated(RunStatus.asWritten(run));
        private long nextRead = System.nanoTime();
        private boolean ended;

        synchronized boolean get() {
            if (!ended && System.nanoTime() >= nextRead) {
                nextRead = System.nanoTime() + FRESH_NANOS;
                Optional<ObjectNode> status = RunStatus.asWritten(run);
                String state =
                        status.map(node -> node.path("state").asString("")).orElse("");
                boolean over = state.equals("stopped") || state.equals("failed");
                ended = state.equals("finished") || (over && !updated(status).equals(before));
            }
            return ended;
        }

        private static String updated(Optional<ObjectNode> status) {
            return status.map(node -> node.path("updated").asString("")).orElse("");
        }
    }
}
