package dev.querent.app.study;

import dev.querent.experiment.RunDirectory;
import dev.querent.experiment.Study;
import java.nio.file.Path;

/**
 * The folder of a study beside its runs, {@code runs/STUDY}.
 *
 * @param runs the folder of all runs
 * @param study whose it is
 */
public record StudyFolder(Path runs, Study study) {

    Path root() {
        return runs.resolve(study.name());
    }

    /** What a run carries out, with every value. */
    Path experiment(String run) {
        return root().resolve("experiments").resolve(run + ".yaml");
    }

    /** What a run's process says. */
    Path log(String run) {
        return root().resolve("logs").resolve(run + ".log");
    }

    /** Tables and curves of all variants. */
    public Path report() {
        return root().resolve("report");
    }

    public RunDirectory run(Study.Variant variant, long seed) {
        return new RunDirectory(runs.resolve(study.runName(variant, seed)));
    }
}
