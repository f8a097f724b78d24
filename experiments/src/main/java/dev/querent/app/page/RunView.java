package dev.querent.app.page;

import dev.querent.app.study.StudyMatrix;
import dev.querent.experiment.RunDirectory;
import dev.querent.report.LiveRun;
import dev.querent.report.StepResults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs as the page's script reads them. */
final class RunView {

    /** Logs that are kept as far as they were read. */
    private static final int MOST_WATCHED = 8;

    private final RunStates states = new RunStates();
    private final Map<Path, LiveRun> watched = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, LiveRun> eldest) {
            return size() > MOST_WATCHED;
        }
    };

    /** A run in the list. */
    ObjectNode summary(RunDirectory run) {
        ObjectNode node = states.of(run);
        node.put("run", run.name());
        node.put("done-steps", run.steps().stream().filter(run::isDone).count());
        node.put("tryable", hasTrainedBridge(run));
        node.put("report", Report.isThere(run.root()));
        return node;
    }

    /** For a study's matrix. */
    StudyMatrix.Begun begun(RunDirectory run) {
        return new StudyMatrix.Begun(run, states.of(run));
    }

    /** A run with its curves and results. */
    ObjectNode whole(RunDirectory run) {
        ObjectNode node = summary(run);
        ArrayNode steps = node.putArray("steps");
        for (LiveRun.Step step : watch(run).steps()) {
            steps.add(step(run.name(), step));
        }
        return node;
    }

    private synchronized LiveRun watch(RunDirectory run) {
        return watched.computeIfAbsent(run.root(), LiveRun::new);
    }

    private static ObjectNode step(String run, LiveRun.Step step) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("name", step.name());
        node.put("state", step.state().name().toLowerCase(Locale.ROOT));
        step.computedBy().filter(other -> !other.equals(run)).ifPresent(other -> node.put("from", other));
        node.put("summary", step.summary());
        ArrayNode curves = node.putArray("curves");
        step.curves()
                .forEach(curve -> curves.addObject().put("name", curve.name()).put("svg", curve.svg()));
        step.results().ifPresent(results -> node.set("results", results(results)));
        step.problems().forEach(node.putArray("problems")::add);
        return node;
    }

    private static ObjectNode results(StepResults results) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("title", results.title());
        ObjectNode numbers = node.putObject("numbers");
        results.numbers().forEach(numbers::put);
        node.set("tables", JsonMapper.shared().valueToTree(results.tables()));
        results.notes().forEach(node.putArray("notes")::add);
        return node;
    }

    /** What {@code querent generate} needs to be of any use. */
    private static boolean hasTrainedBridge(RunDirectory run) {
        return run.steps().stream().anyMatch(step -> run.isDone(step) && Files.exists(run.output(step, "bridge")));
    }
}
