package dev.querent.app.study;

import dev.querent.experiment.RunDirectory;
import dev.querent.experiment.StepRecord;
import dev.querent.experiment.Study;
import dev.querent.pipeline.RunStatus;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How far the runs of a study are, step by step. */
public final class StudyMatrix {

    private final List<Row> rows = new ArrayList<>();

    /** One run. */
    private record Row(String run, String variant, long seed, String state, Map<String, String> steps) {}

    /** Looks at the folders of the runs. */
    public StudyMatrix(StudyFolder folder, List<Study.Run> runs) {
        for (Study.Run run : runs) {
            RunDirectory directory = folder.run(run.variant(), run.seed());
            String state = "waiting";
            String current = "";
            if (directory.exists()) {
                ObjectNode status = RunStatus.read(directory).orElseGet(JsonMapper.shared()::createObjectNode);
                state = status.path("state").asString("waiting");
                current = status.path("step").asString("");
            }
            Map<String, String> steps = new LinkedHashMap<>();
            for (String step : run.experiment().steps().keySet()) {
                boolean working = state.equals("running") && step.equals(current);
                steps.put(step, working && !directory.isDone(step) ? "running" : step(directory, step));
            }
            rows.add(new Row(directory.name(), run.variant().name(), run.seed(), state, steps));
        }
    }

    private static String step(RunDirectory run, String step) {
        if (run.isDone(step)) {
            boolean taken = StepRecord.read(run.step(step))
                    .map(record -> record.takenOver(run))
                    .orElse(false);
            return taken ? "shared" : "done";
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
