package dev.querent.experiment;

import dev.querent.data.Dataset;
import dev.querent.model.Bridge;
import dev.querent.model.Captioner;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.Doc;
import dev.querent.plugin.PluginChoice;
import dev.querent.step.PipelineStep;
import dev.querent.weights.Precision;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The plugins of an experiment file, as {@link ExperimentLoader} reads them, for the schema and the reference. There is no value of it.
 *
 * @param data see {@link Experiment}
 * @param vision see {@link Experiment}
 * @param language see {@link Experiment}
 * @param bridge see {@link Experiment}
 * @param captioner see {@link Experiment}
 * @param scorer see {@link Experiment}
 * @param steps see {@link Experiment}
 */
record ExperimentLayout(
        @Doc("the data set") PluginChoice<Dataset> data,
        @Doc("the vision encoder") Optional<PluginChoice<VisionEncoder>> vision,
        @Doc("the language model") Optional<PluginChoice<LanguageModel>> language,

        @Doc("what lies between encoder and language model") Optional<PluginChoice<Bridge>> bridge,

        @Doc("a finished model that writes captions, for CapFilt")
        Optional<PluginChoice<Captioner>> captioner,

        @Doc("a finished model that ranks captions, for CapFilt")
        Optional<PluginChoice<ImageTextScorer>> scorer,

        @Doc(
                "what is done, in this order, by name; a name is of a-z, 0-9 and hyphens, and names a folder; null removes a step of"
                        + " the file below")
        Map<String, PluginChoice<PipelineStep>> steps) {

    /** What the file of an experiment may say of what it builds on. */
    static final String EXTENDS =
            "a file to start from, relative to this one: maps merge, other values replace, null removes";

    /** What chooses a plugin. */
    static final String PLUGIN = "which; settings of another one that a file below chooses are dropped";

    /**
     * What may be said of each component besides its plugin's settings, as {@link SettingBinder} reads it.
     *
     * @param checkpoint see {@link PluginSetting}
     * @param tokenizer see {@link PluginSetting}
     * @param precision see {@link PluginSetting}
     */
    record Component(
            @Doc(
                    "folder or file that brings the weights, or the folder of a run; a folder's config.json brings the sizes too")
            Optional<Path> checkpoint,

            @Doc("folder or file of the tokenizer, where the checkpoint brings none or another is wanted")
            Optional<Path> tokenizer,

            @Doc("of the weights; what is trained has to be fp32, as are all where nothing is said")
            Optional<Precision> precision) {}
}
