package dev.querent.app.prometheus;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Numbers as they are at one moment, by name. */
final class Gauges {

    private final Map<String, Gauge> byName = new LinkedHashMap<>();

    private record Gauge(String help, List<GaugeDataPointSnapshot> points) {}

    /**
     * Adds a number.
     *
     * @param help what it is, with its unit
     * @param labels names and values in turn
     */
    void add(String name, String help, double value, String... labels) {
        byName.computeIfAbsent(name, any -> new Gauge(help, new ArrayList<>()))
                .points()
                .add(GaugeDataPointSnapshot.builder()
                        .value(value)
                        .labels(Labels.of(labels))
                        .build());
    }

    void addMemory(double mebibytes, String... labels) {
        add(
                "querent_resident_memory_bytes",
                "Memory that the process holds, native tensors included.",
                mebibytes * (1 << 20),
                labels);
    }

    MetricSnapshots snapshots() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        byName.forEach((name, gauge) -> {
            GaugeSnapshot.Builder one = GaugeSnapshot.builder().name(name).help(gauge.help());
            gauge.points().forEach(one::dataPoint);
            all.metricSnapshot(one.build());
        });
        return all.build();
    }
}
