package dev.querent.pipeline;

import ai.djl.ndarray.NDManager;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.Fetchable;
import dev.querent.data.MissingDataException;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.RunDirectory;
import dev.querent.model.Bridge;
import dev.querent.model.BridgeShape;
import dev.querent.model.ComponentContext;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.progress.Progress;
import dev.querent.random.RunSeed;
import dev.querent.text.JsonTokenizer;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenizerLayout;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.torch.Torch;
import dev.querent.weights.CheckpointFolder;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.SafetensorsReader;
import dev.querent.weights.WeightSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Builds a run's data set and models, with the weights that its finished steps left behind. */
public final class RunModels {

    private final Experiment experiment;
    private final RunDirectory run;
    private final DataFolder dataFolder;
    private final Progress progress;

    /**
     * @param progress hears of downloads
     */
    public RunModels(Experiment experiment, RunDirectory run, DataFolder dataFolder, Progress progress) {
        this.experiment = experiment;
        this.run = run;
        this.dataFolder = dataFolder;
        this.progress = progress;
    }

    /** The data set; fetched first where it is missing and can be got. */
    public Dataset dataset() {
        try {
            return experiment.data().create(Dataset.class, dataFolder);
        } catch (MissingDataException missing) {
            if (experiment.data().config() instanceof Fetchable fetchable) {
                fetchable.fetch(dataFolder, progress);
                return experiment.data().create(Dataset.class, dataFolder);
            }
            throw missing;
        }
    }

    /** Keeps the data set's words with the run, so that its models can be built again without the data. */
    public void writeVocabulary(Dataset dataset) {
        if (!Files.exists(run.vocabulary())) {
            RunDirectory.writeAtomically(run.vocabulary(), String.join("\n", dataset.words()) + "\n");
        }
    }

    /**
     * The vision encoder.
     *
     * @param manager owns its parameters
     * @param before the step that asks; weights are those of the latest finished step before it, of all where empty
     */
    public VisionEncoder vision(NDManager manager, Optional<String> before) {
        return build("vision", VisionEncoder.class, manager, before);
    }

    /** The language model; as {@link #vision}. */
    public LanguageModel language(NDManager manager, Optional<String> before) {
        return build("language", LanguageModel.class, manager, before);
    }

    /** The bridge; as {@link #vision}. */
    public Bridge bridge(NDManager manager, Optional<String> before) {
        return build("bridge", Bridge.class, manager, before, shape());
    }

    /** The bridge as it would be before any training, for comparison. */
    Bridge untrainedBridge(NDManager manager) {
        ParameterScope scope = ParameterScope.initialised(manager, new RunSeed(experiment.seed()));
        return create(setting("bridge"), Bridge.class, scope, shape());
    }

    private PluginSetting setting(String role) {
        return Optional.ofNullable(experiment.components().get(role))
                .orElseThrow(() -> new IllegalStateException("the experiment has no component called " + role));
    }

    /** What the components that are wired say of themselves, whatever configuration that comes from. */
    private BridgeShape shape() {
        try (NDManager passing = Torch.newManager()) {

            VisionEncoder vision = create(setting("vision"), VisionEncoder.class, ParameterScope.shapesOnly(passing));
            OptionalInt languageWidth = experiment.language().isPresent()
                    ? OptionalInt.of(
                            create(setting("language"), LanguageModel.class, ParameterScope.shapesOnly(passing))
                                    .width())
                    : OptionalInt.empty();
            return new BridgeShape(vision.width(), vision.tokens(), languageWidth);
        }
    }

    private <T> T build(String role, Class<T> kind, NDManager manager, Optional<String> before, Object... supplied) {
        PluginSetting setting = setting(role);
        Optional<WeightSource> weights = trained(role, before)
                .<WeightSource>map(SafetensorsReader::new)
                .or(() -> setting.checkpoint().map(CheckpointFolder::open));
        if (weights.isEmpty()) {
            ParameterScope scope = ParameterScope.initialised(manager, new RunSeed(experiment.seed()));
            return create(setting, kind, scope, supplied);
        }
        try (WeightSource source = weights.get()) {
            ParameterScope scope = ParameterScope.reading(manager, source, new RunSeed(experiment.seed()));
            return create(setting, kind, scope, supplied);
        }
    }

    private <T> T create(PluginSetting setting, Class<T> kind, ParameterScope scope, Object... supplied) {
        Object[] all = java.util.Arrays.copyOf(supplied, supplied.length + 1);
        all[supplied.length] = new ComponentContext(scope, layout -> tokenizer(setting, layout));
        T component = setting.create(kind, all);
        scope.finish();
        return component;
    }

    private Optional<Path> trained(String role, Optional<String> before) {
        Optional<Path> latest = Optional.empty();
        for (String step : experiment.steps().keySet()) {
            if (before.isPresent() && step.equals(before.get())) {
                break;
            }
            Path output = run.output(step, role);
            if (run.isDone(step) && Files.exists(output)) {
                latest = Optional.of(output);
            }
        }
        return latest;
    }

    private TextTokenizer tokenizer(PluginSetting setting, TokenizerLayout layout) {
        Optional<Path> published = setting.checkpoint()
                .map(folder -> folder.resolve("tokenizer.json"))
                .filter(Files::exists);
        if (published.isPresent()) {
            return JsonTokenizer.read(published.get());
        }
        return WordLevelTokenizer.of(words(), layout);
    }

    private List<String> words() {
        try {
            return Files.readAllLines(run.vocabulary());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + run.vocabulary(), e);
        }
    }
}
