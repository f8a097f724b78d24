package dev.querent.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A run's steps for one who looks again and again while it works: of the lines that it logs only new ones are read. Trusts the
 * folder no more than a report does. Thread-safe.
 */
public final class LiveRun {

    private static final int MOST_STEPS = 100;
    private static final String METRICS = "metrics.jsonl";

    private final RunFiles files;
    private final Map<String, Growing> logs = new HashMap<>();

    /**
     * What a step has left behind so far.
     *
     * @param computedBy the run whose result it is, where the step is done and says so
     * @param summary of its training; empty where it logs none
     * @param results empty where it has none yet
     * @param problems sentences on what can't be read
     */
    public record Step(
            String name,
            State state,
            Optional<String> computedBy,
            String summary,
            List<Curves> curves,
            Optional<StepResults> results,
            List<String> problems) {}

    /** How far a step has come; whether it is at work says the run's status. */
    public enum State {
        WAITING,
        BEGUN,
        DONE
    }

    /**
     * Logged values that share a plot.
     *
     * @param name {@code loss} or the metric
     * @param svg an element that executes and fetches nothing
     */
    public record Curves(String name, String svg) {}

    /** A log as far as it was read. */
    private static final class Growing {
        private final StepMetrics metrics = new StepMetrics();
        private final Object file;
        private long end;

        Growing(Object file) {
            this.file = file;
        }
    }

    /** Of a run's folder, which has to be there. */
    public LiveRun(Path folder) {
        files = new RunFiles(folder);
    }

    /** The run's steps in its experiment's order, begun or not. */
    public synchronized List<Step> steps() {
        List<String> ignored =
                new ArrayList<>(); // of the settings: the steps that have a folder are shown without them
        Set<String> names = new LinkedHashSet<>(RunContents.orElse(
                Set.of(),
                ignored,
                () -> RunContents.tree(files.text("resolved.yaml"))
                        .map(RunContents::stepsOf)
                        .orElse(Set.of())));
        names.addAll(RunContents.orElse(List.of(), ignored, () -> files.folders("steps")));
        return names.stream()
                .filter(name -> !name.startsWith(".") && !name.contains("/"))
                .limit(MOST_STEPS)
                .map(this::step)
                .toList();
    }

    private Step step(String name) {
        List<String> problems = new ArrayList<>();
        StepMetrics metrics = RunContents.orElse(new StepMetrics(), problems, () -> metrics(name));
        metrics.problem().ifPresent(problems::add);
        List<Curves> curves = metrics.panels().stream()
                .map(panel -> new Curves(panel.name(), Drawings.of(name, panel).svg()))
                .toList();
        Optional<StepResults> results =
                RunContents.orElse(Optional.empty(), problems, () -> RunContents.Step.results(files, name));
        State state = files.has(RunContents.Step.path(name, "done"))
                ? State.DONE
                : files.has("steps/" + name) ? State.BEGUN : State.WAITING;
        Optional<String> computedBy = state == State.DONE ? computedBy(name) : Optional.empty();
        return new Step(name, state, computedBy, metrics.isEmpty() ? "" : metrics.summary(), curves, results, problems);
    }

    private Optional<String> computedBy(String step) {
        try {
            JsonNode record = JsonMapper.shared().readTree(files.text(RunContents.Step.path(step, "step.json")));
            return record.path("run").asStringOpt();
        } catch (JacksonException | UnreadableException e) {
            return Optional.empty(); // of a run from before there were records, or one that was tampered with
        }
    }

    /** A run that goes on from a checkpoint writes its log anew, as another file. */
    private StepMetrics metrics(String step) {
        String path = RunContents.Step.path(step, METRICS);
        Optional<RunFiles.Stamp> stamp = files.stamp(path);
        if (stamp.isEmpty()) {
            logs.remove(step);
            return new StepMetrics();
        }
        Growing log = logs.get(step);
        if (log == null
                || !log.file.equals(stamp.get().file())
                || log.end > stamp.get().bytes()) {
            log = new Growing(stamp.get().file());
            logs.put(step, log);
        }
        RunFiles.Lines read = files.wholeLines(path, log.end, log.metrics::line);
        log.metrics.tooLong(read.tooLong());
        log.end = read.end();
        return log.metrics;
    }
}
