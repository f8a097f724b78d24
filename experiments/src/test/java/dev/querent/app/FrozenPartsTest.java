package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.RunDirectory;
import dev.querent.model.Bridge;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.pipeline.RunModels;
import dev.querent.plugin.PluginRegistry;
import dev.querent.progress.Progress;
import dev.querent.step.PipelineStep;
import dev.querent.testing.UnwiredContext;
import dev.querent.weights.ParameterSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stages 1 and 2 change not one bit of the vision encoder and of the language model, and change the bridge. */
class FrozenPartsTest {

    private static final Path TINY = Path.of("shapes/tiny.yaml");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"representation, opt", "generative, opt", "generative, t5", "generative, linear"})
    void onlyTheBridgeChanges(String step, String variant) throws IOException {
        try (PluginRegistry registry = PluginRegistry.builtIn()) {
            Experiment experiment = new ExperimentLoader(registry).load(TINY, overrides(step, variant));
            RunDirectory run = new RunDirectory(folder.resolve("run"));
            RunModels models = new RunModels(experiment, run, new DataFolder(folder), Progress.SILENT);
            Dataset dataset = models.dataset();
            models.writeVocabulary(dataset);
            Files.createDirectories(run.step(step));
            Witness witness = new Witness(step, run, models, dataset);
            experiment.steps().get(step).create(PipelineStep.class).run(witness);
            assertThat(witness.before).containsKeys("vision", "bridge");
            assertThat(witness.after).containsOnlyKeys(witness.before.keySet());
            witness.before.forEach((role, hash) -> {
                if (role.equals("bridge")) {
                    assertThat(witness.after.get(role)).as(role).isNotEqualTo(hash);
                } else {
                    assertThat(witness.after.get(role)).as(role).isEqualTo(hash);
                }
            });
            assertThat(witness.saved).containsExactly("bridge");
        }
    }

    private static List<String> overrides(String step, String variant) {
        String language = variant.equals("t5")
                ? "language={plugin: t5, width: 32, head-size: 16, heads: 2, layers: 2}"
                : "seed=1";
        String bridge = variant.equals("linear") ? "bridge={plugin: linear}" : "seed=1";
        return variant.equals("linear")
                ? List.of(
                        bridge,
                        "steps.representation=null",
                        "steps.retrieval=null",
                        "steps." + step + ".training.steps=3")
                : List.of(language, "steps." + step + ".training.steps=3");
    }

    /** Hashes every part when it is handed out and again when the step saves its result. */
    private static final class Witness extends UnwiredContext {
        private final String step;
        private final RunDirectory run;
        private final RunModels models;
        private final Dataset dataset;
        private final Map<String, ParameterSet> parts = new HashMap<>();
        private final Map<String, String> before = new HashMap<>();
        private final Map<String, String> after = new HashMap<>();
        private final List<String> saved = new ArrayList<>();

        Witness(String step, RunDirectory run, RunModels models, Dataset dataset) {
            this.step = step;
            this.run = run;
            this.models = models;
            this.dataset = dataset;
        }

        private void handedOut(String role, ParameterSet parameters) {
            parts.put(role, parameters);
            before.put(role, parameters.hash());
        }

        @Override
        public VisionEncoder vision(NDManager manager) {
            VisionEncoder vision = models.vision(manager, Optional.of(step));
            handedOut("vision", vision.parameters());
            return vision;
        }

        @Override
        public LanguageModel language(NDManager manager) {
            LanguageModel language = models.language(manager, Optional.of(step));
            handedOut("language", language.parameters());
            return language;
        }

        @Override
        public Bridge bridge(NDManager manager) {
            Bridge bridge = models.bridge(manager, Optional.of(step));
            handedOut("bridge", bridge.parameters());
            return bridge;
        }

        @Override
        public void save(String role, ParameterSet parameters) {
            saved.add(role);
            parts.forEach((part, held) -> after.put(part, held.hash()));
        }

        @Override
        public Path folder() {
            return run.step(step);
        }

        @Override
        public Dataset dataset() {
            return dataset;
        }
    }
}
