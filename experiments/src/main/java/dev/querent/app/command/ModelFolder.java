package dev.querent.app.command;

import ai.djl.ndarray.NDManager;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.RunDirectory;
import dev.querent.model.Bridge;
import dev.querent.model.Captioner;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.LanguageModel;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.PluginRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code --model} names: a run, or a checkpoint in Hugging Face's layout (BLIP-2, CLIP, BLIP's captioner). Builds its parts
 * with their weights.
 */
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

    /** What it is made of, by role: {@code vision}, {@code bridge}, {@code language}, or {@code captioner} or
     * {@code scorer} alone. */
    Map<String, PluginSetting> components();

    /** How it is asked. */
    Asking asking();

    /**
     * How questions are put to a model.
     *
     * @param template as {@link dev.querent.text.QuestionPrompt} takes it, empty for the usual one
     * @param readByBridge whether the bridge has learned to read them beside the image
     */
    record Asking(String template, boolean readByBridge) {
        static final Asking USUAL = new Asking("", false);
    }

    /** What a user should know of the weights, in sentences. */
    List<String> notes();

    /** What a user should know of the weights that image-text contrast and matching use, in sentences. */
    List<String> representationNotes();

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

    /** The bridge as stage 1 left it, where stage 2 has changed it since; as {@link #vision}. */
    Optional<Bridge> bridgeOfStageOne(NDManager manager);

    /** The captioner, where that is what the folder holds; as {@link #vision}. */
    Optional<Captioner> captioner(NDManager manager);

    /** The image-text scorer, where that is what the folder holds; as {@link #vision}. */
    Optional<ImageTextScorer> scorer(NDManager manager);

    /** Whether a part is there and is of a type. */
    default boolean has(String role, Class<?> type) {
        PluginSetting setting = components().get(role);
        return setting != null && type.isAssignableFrom(setting.plugin().type());
    }

    /**
     * The bridge for contrast and matching: as stage 1 left it.
     *
     * @param latest as the latest training left it
     * @return empty where the bridge never learned either, or was read without its text path and heads
     */
    default Optional<RepresentationLearner> learner(NDManager manager, Bridge latest) {
        Bridge bridge = bridgeOfStageOne(manager).orElse(latest);
        return bridge instanceof RepresentationLearner learner && learner.readsText()
                ? Optional.of(learner)
                : Optional.empty();
    }

    /** Why {@link #learner} is empty, as the end of a sentence. */
    default String withoutLearner() {
        if (!components().containsKey("bridge")) {
            return "it is a captioner, which knows neither contrast nor matching";
        }
        return has("bridge", RepresentationLearner.class)
                ? "its bridge was read from a checkpoint of stage 2, which has no text path and no heads for contrast and"
                        + " matching"
                : "its bridge is no learner of representations, so that it knows neither contrast nor matching";
    }
}
