package dev.querent.app.prometheus;

import dev.querent.experiment.RunDirectory;
import dev.querent.pipeline.Worker;
import dev.querent.training.ResidentMemory;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** What a worker has done. How far its run is, the process that carries the run out says. */
public final class WorkerMetrics implements MultiCollector {

    private final RunDirectory run;
    private final Worker worker;

    public WorkerMetrics(RunDirectory run, Worker worker) {
        this.run = run;
        this.worker = worker;
    }

    @Override
    public MetricSnapshots collect() {
        Labels labels = Labels.of("run", run.name());
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        all.metricSnapshot(
                count("querent_worker_partitions", "Partitions that this worker has done.", worker.done(), labels));
        all.metricSnapshot(count(
                "querent_worker_partition_failures",
                "How often a partition has failed in this worker.",
                worker.failed(),
                labels));
        Gauges gauges = new Gauges();
        ResidentMemory.mebibytes().ifPresent(mebibytes -> gauges.addMemory(mebibytes, "run", run.name()));
        gauges.snapshots().forEach(all::metricSnapshot);
        return all.build();
    }

    private static CounterSnapshot count(String name, String help, int value, Labels labels) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .value(value)
                        .labels(labels)
                        .build())
                .build();
    }
}
