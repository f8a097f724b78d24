package dev.querent.app.prometheus;

import dev.querent.experiment.RunDirectory;
import dev.querent.pipeline.RunStatus;
import dev.querent.training.CheckpointStore;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How far runs are, as their folders say at the moment: {@code status.json}, the last line of {@code metrics.jsonl}, checkpoints. */
public final class RunMetrics implements MultiCollector {

    private static final String RUN = "run";
    private static final String STEP = "step";
    private static final String PLANNED = "planned";

    private final List<RunDirectory> runs;

    public RunMetrics(List<RunDirectory> runs) {
        this.runs = List.copyOf(runs);
    }

    @Override
    public MetricSnapshots collect() {
        Gauges gauges = new Gauges();
        for (RunDirectory run : runs) {
            try {
                add(run, gauges);
            } catch (UncheckedIOException e) {
                // a folder that is being moved or deleted: it has its numbers the next time, or none any more
            }
        }
        return gauges.snapshots();
    }

    private static void add(RunDirectory run, Gauges gauges) {
        Optional<ObjectNode> status = RunStatus.asWritten(run);
        String state = status.map(node -> node.path("state").asString("")).orElse(PLANNED);
        state(run, state, gauges);
        double finished = (double) run.steps().stream().filter(run::isDone).count();
        gauges.add("querent_run_finished_steps", "Steps of the experiment that are done.", finished, RUN, run.name());
        status.ifPresent(node -> {
            ofRun(run, node, gauges);
            ofStep(run, node, gauges);
        });
    }

    private static void state(RunDirectory run, String found, Gauges gauges) {
        Stream<String> known = Stream.of(RunStatus.State.values()).map(RunStatus.State::inFiles);
        Stream.concat(Stream.of(PLANNED), known)
                .forEach(state -> gauges.add(
                        "querent_run_state",
                        "1 for the state in which the run is. A run that was killed stays in the one it was in: see"
                                + " querent_run_updated_timestamp_seconds.",
                        state.equals(found) ? 1 : 0,
                        RUN,
                        run.name(),
                        "state",
                        state));
    }

    private static void ofRun(RunDirectory run, ObjectNode status, Gauges gauges) {
        try {
            gauges.add(
                    "querent_run_updated_timestamp_seconds",
                    "When the run last wrote its state.",
                    Instant.parse(status.path("updated").asString("")).toEpochMilli() / 1e3,
                    RUN,
                    run.name());
        } catch (DateTimeParseException e) {
            // of another version
        }
        gauges.add(
                "querent_quarantined_samples",
                "Samples that could not be used.",
                status.path("quarantined").asDouble(0),
                RUN,
                run.name());
        if (status.path("resident-mebibytes").isNumber()) {
            gauges.addMemory(status.path("resident-mebibytes").asDouble(0), RUN, run.name());
        }
    }

    private static void ofStep(RunDirectory run, ObjectNode status, Gauges gauges) {
        String step = status.path(STEP).asString("");
        String[] labels = {RUN, run.name(), STEP, step};
        double total = status.path("total").asDouble(0);
        if (total > 0) {
            String unit = " (optimiser steps, samples or partitions)";
            gauges.add(
                    "querent_step_done",
                    "Units done" + unit + ".",
                    status.path("done").asDouble(0),
                    labels);
            gauges.add("querent_step_size", "All units" + unit + ".", total, labels);
        }
        if (status.path("per-second").isNumber()) {
            double rate = status.path("per-second").asDouble(0);
            gauges.add("querent_step_units_per_second", "Units done a second.", rate, labels);
            double left = status.path("seconds-left").asDouble(0);
            gauges.add("querent_step_remaining_seconds", "Seconds left at this rate.", left, labels);
        }
        if (step.isEmpty()) {
            return;
        }
        values(run.step(step), status)
                .forEach((name, value) -> gauges.add(
                        "querent_step_value",
                        "What the step last logged of this name: losses, learning-rate, gradient-norm, samples-per-second.",
                        value,
                        RUN,
                        run.name(),
                        STEP,
                        step,
                        "name",
                        name));
        CheckpointStore.newest(run.step(step).resolve("checkpoints"))
                .ifPresent(checkpoint -> checkpoint(checkpoint, gauges, labels));
    }

    /** What the last logged line has, and over it what is shown at the moment. */
    private static Map<String, Double> values(Path folder, ObjectNode status) {
        Map<String, Double> values = new TreeMap<>();
        LastLine.of(folder.resolve("metrics.jsonl")).ifPresent(line -> {
            try {
                numbers(JsonMapper.shared().readTree(line), values);
            } catch (JacksonException e) {
                // a line that is no logged step
            }
        });
        numbers(status.path("values"), values);
        values.keySet().removeAll(List.of(STEP, "seconds", "resident-mebibytes")); // have gauges of their own, or none
        return values;
    }

    private static void numbers(JsonNode node, Map<String, Double> values) {
        node.properties().forEach(entry -> {
            if (entry.getValue().isNumber()) {
                values.put(entry.getKey(), entry.getValue().asDouble(0));
            }
        });
    }

    private static void checkpoint(Path folder, Gauges gauges, String... labels) {
        try {
            double written = Files.getLastModifiedTime(folder).toMillis() / 1e3;
            double step = CheckpointStore.step(folder);
            gauges.add("querent_checkpoint_step", "Optimiser steps in the newest checkpoint.", step, labels);
            gauges.add("querent_checkpoint_timestamp_seconds", "When it was written.", written, labels);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // its place was needed for a newer one
        }
    }
}
