package dev.querent.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.DataFolder;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.RunDirectory;
import dev.querent.model.Bridge;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.PluginRegistry;
import dev.querent.progress.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Vision encoder and bridge of a run, as its latest finished steps left them, for {@link RunCaptioner} and {@link RunScorer}. */
record TrainedRun(VisionEncoder vision, RepresentationLearner learner) {

    /**
     * @param folder of the run
     * @param manager owns the parameters
     * @throws IllegalArgumentException where there is no such run, or nothing that stage 1 can train
     */
    static TrainedRun open(Path folder, NDManager manager) {
        RunDirectory run = new RunDirectory(folder);
        if (!run.exists() || !Files.exists(run.vocabulary())) {
            throw new IllegalArgumentException(
                    "run: expected the folder of a run whose stage 1 is done, found none at " + folder);
        }
        try (PluginRegistry registry = PluginRegistry.builtIn()) {
            Experiment experiment = new ExperimentLoader(registry).load(run.resolved());
            RunModels models = new RunModels(experiment, run, new DataFolder(Path.of("data")), Progress.SILENT);
            Bridge bridge = models.bridge(manager, Optional.empty());
            if (experiment.steps().keySet().stream().noneMatch(step -> Files.exists(run.output(step, "bridge")))
                    || !(bridge instanceof RepresentationLearner learner)) {
                throw new IllegalArgumentException(
                        "run: expected a run whose stage 1 is done, found " + folder + " without a trained bridge");
            }
            return new TrainedRun(models.vision(manager, Optional.empty()), learner);
        }
    }

    RepresentationLearner.ImageView look(NDArray pixels) {
        return learner.look(vision.encode(pixels));
    }
}
