package dev.querent.app.command;

import ai.djl.ndarray.NDManager;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.RunDirectory;
import dev.querent.model.Bridge;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.PluginRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What {@code --model} names: a run, or a BLIP-2 checkpoint in Hugging Face's layout. Builds its parts with their weights. */
sealed interface ModelFolder permits RunModel, CheckpointModel {

    /**
     * Looks what a folder holds.
     *
     * @throws UsageException where it is neither a run that has begun nor a checkpoint
     */
    static ModelFolder open(Path folder, PluginRegistry registry) {
        RunDirectory run = new RunDirectory(folder);
        if (run.exists()) {
            return RunModel.open(run, registry);
        }
        if (CheckpointParts.isCheckpoint(folder)) {
            return CheckpointModel.open(folder, registry);
        }
        String expected = "; --model takes the folder of a run, such as runs/NAME, or of a checkpoint with config.json";
        throw new UsageException(
                Files.exists(folder)
                        ? folder + ": neither a run, resolved.yaml is missing, nor a checkpoint, config.json is missing"
                                + expected
                        : folder + ": there is no such folder" + expected);
    }

    /** What it is made of, by role: {@code vision}, {@code bridge}, {@code language}. */
    Map<String, PluginSetting> components();

    /** What a user should know of the weights, in sentences. */
    List<String> notes();

    /**
     * The vision encoder.
     *
     * @param manager owns its parameters
     */
    VisionEncoder vision(NDManager manager);

    /** The language model; as {@link #vision}. */
    LanguageModel language(NDManager manager);

    /** The bridge as the latest training left it; as {@link #vision}. */
    Bridge bridge(NDManager manager);

    /** Whether a part is there and is of a type. */
    default boolean has(String role, Class<?> type) {
        PluginSetting setting = components().get(role);
        return setting != null && type.isAssignableFrom(setting.plugin().type());
    }
}
