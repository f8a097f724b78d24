package dev.querent.app.study;

import dev.querent.experiment.RunDirectory;
import dev.querent.experiment.StepRecord;
import dev.querent.pipeline.RunStatus;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How far the runs of a study are, step by step. */
public final class StudyMatrix {

    private static final String SHARED = "shared";
    private static final String DONE_HERE = "done";
    private static final Set<String> DONE = Set.of(SHARED, DONE_HERE);

    private final List<Row> rows = new ArrayList<>();

    /** One run. */
    private record Row(String run, String variant, long seed, String state, Map<String, String> steps) {}

    /**
     * A run that has begun.
     *
     * @param status as {@link RunStatus} gives it
     */
    public record Begun(RunDirectory directory, ObjectNode status) {
        /** Looks at a run's folder; empty where it holds no run. */
        public static Optional<Begun> at(RunDirectory directory) {
            return directory.exists()
                    ? Optional.of(new Begun(
                            directory, RunStatus.read(directory).orElseGet(JsonMapper.shared()::createObjectNode)))
                    : Optional.empty();
        }
    }

    /** @param runs finds a run by its name */
    public StudyMatrix(StudyPlan plan, Function<String, Optional<Begun>> runs) {
        for (StudyPlan.Row row : plan.rows()) {
            Optional<Begun> run = runs.apply(row.run());
            String state = run.map(begun -> begun.status().path("state").asString(""))
                    .filter(Predicate.not(String::isEmpty))
                    .orElse("waiting");
            String current =
                    run.map(begun -> begun.status().path("step").asString("")).orElse("");
            Map<String, String> steps = new LinkedHashMap<>();
            for (String step : row.steps()) {
                String found = run.map(begun -> step(begun.directory(), step)).orElse("-");
                boolean working = state.equals("running") && step.equals(current);
                steps.put(step, working && !DONE.contains(found) ? "running" : found);
            }
            rows.add(new Row(row.run(), row.variant(), row.seed(), state, steps));
        }
    }

    private static String step(RunDirectory run, String step) {
        if (run.isDone(step)) {
            boolean taken = StepRecord.read(run.step(step))
                    .map(record -> record.takenOver(run))
                    .orElse(false);
            return taken ? SHARED : DONE_HERE;
        }
        return Files.exists(run.step(step)) ? "begun" : "-";
    }

    /** A line a run, a column a step. */
    public String text() {
        Set<String> steps = new LinkedHashSet<>();
        rows.forEach(row -> steps.addAll(row.steps().keySet()));
        List<List<String>> table = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("variant", "seed", "state"));
        head.addAll(steps);
        table.add(head);
        for (Row row : rows) {
            List<String> cells = new ArrayList<>(List.of(row.variant(), Long.toString(row.seed()), row.state()));
            steps.forEach(step -> cells.add(row.steps().getOrDefault(step, "")));
            table.add(cells);
        }
        int[] widths = new int[head.size()];
        table.forEach(cells -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], cells.get(i).length());
            }
        });
        StringBuilder text = new StringBuilder();
        for (List<String> cells : table) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(cells.get(i))
                        .append(" ".repeat(widths[i] - cells.get(i).length() + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** The same for programs. */
    public ObjectNode json() {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        rows.forEach(row -> {
            ObjectNode run = node.putObject(row.run());
            run.put("variant", row.variant());
            run.put("seed", row.seed());
            run.put("state", row.state());
            ObjectNode steps = run.putObject("steps");
            row.steps().forEach(steps::put);
        });
        return node;
    }
}
