package dev.querent.app.command;

import ai.djl.ndarray.NDManager;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.PluginSetting;
import dev.querent.model.Bridge;
import dev.querent.model.Captioner;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.pipeline.ModelBuilder;
import dev.querent.plugin.PluginRegistry;
import dev.querent.random.RunSeed;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The model of a checkpoint folder. */
final class CheckpointModel implements ModelFolder {

    private final Map<String, PluginSetting> components;
    private final ModelBuilder builder;

    private CheckpointModel(Map<String, PluginSetting> components) {
        this.components = components;
        builder = new ModelBuilder(components, new RunSeed(0), () -> {
            throw new IllegalArgumentException("the checkpoint folder has no tokenizer.json");
        });
    }

    static CheckpointModel open(Path folder, PluginRegistry registry) {
        try {
            return new CheckpointModel(new ExperimentLoader(registry).components(CheckpointParts.components(folder)));
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Map<String, PluginSetting> components() {
        return components;
    }

    @Override
    public Asking asking() {
        return Asking.USUAL;
    }

    @Override
    public List<String> notes() {
        return List.of();
    }

    @Override
    public List<String> representationNotes() {
        return List.of();
    }

    @Override
    public VisionEncoder vision(NDManager manager) {
        return builder.vision(manager, Optional.empty());
    }

    @Override
    public LanguageModel language(NDManager manager) {
        return builder.language(manager, Optional.empty());
    }

    @Override
    public Bridge bridge(NDManager manager) {
        return builder.bridge(manager, Optional.empty());
    }

    @Override
    public Optional<Bridge> bridgeOfStageOne(NDManager manager) {
        return Optional.empty();
    }

    @Override
    public Optional<Captioner> captioner(NDManager manager) {
        return components.containsKey("captioner") ? Optional.of(builder.captioner(manager)) : Optional.empty();
    }

    @Override
    public Optional<ImageTextScorer> scorer(NDManager manager) {
        return components.containsKey("scorer") ? Optional.of(builder.scorer(manager)) : Optional.empty();
    }
}
