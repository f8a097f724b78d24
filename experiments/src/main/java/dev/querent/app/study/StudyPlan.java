package dev.querent.app.study;

import dev.querent.experiment.Study;
import dev.querent.file.AtomicFile;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** {@code study.json}: the runs that a study consists of, so that one can follow it without its file and its plugins. */
public record StudyPlan(List<Row> rows) {

    /** In the study's folder. */
    public static final String FILE = "study.json";

    /** Of runs and steps: one name of a folder, and no other place. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,254}");

    /**
     * One run.
     *
     * @param run its name
     * @param steps in the experiment's order
     */
    public record Row(String run, String variant, long seed, List<String> steps) {
        public Row {
            steps = List.copyOf(steps);
            if (!NAME.matcher(run).matches()
                    || !steps.stream().allMatch(step -> NAME.matcher(step).matches())) {
                throw new IllegalArgumentException("no name of a run or step in " + run + ", " + steps);
            }
        }
    }

    public StudyPlan {
        rows = List.copyOf(rows);
    }

    /** Of a study that was loaded. */
    public static StudyPlan of(Study study, List<Study.Run> runs) {
        return new StudyPlan(runs.stream()
                .map(run -> new Row(
                        study.runName(run.variant(), run.seed()),
                        run.variant().name(),
                        run.seed(),
                        List.copyOf(run.experiment().steps().keySet())))
                .toList());
    }

    /**
     * Of the file's content.
     *
     * @throws IllegalArgumentException where it is something else
     */
    public static StudyPlan parse(String json) {
        try {
            return JsonMapper.shared().readValue(json, StudyPlan.class);
        } catch (JacksonException | NullPointerException e) {
            throw new IllegalArgumentException(FILE + " does not hold a study's runs: run the study again", e);
        }
    }

    void write(StudyFolder folder) {
        AtomicFile.write(
                folder.root().resolve(FILE),
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
    }
}
