package dev.querent.pipeline;

import ai.djl.ndarray.NDManager;
import dev.querent.experiment.ComponentOrigin;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.RunCheckpoint;
import dev.querent.image.Preprocessing;
import dev.querent.image.PreprocessorConfig;
import dev.querent.model.Bridge;
import dev.querent.model.BridgeShape;
import dev.querent.model.Captioner;
import dev.querent.model.ComponentContext;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.random.RunSeed;
import dev.querent.text.PublishedTokenizer;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenizerLayout;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.torch.Torch;
import dev.querent.weights.CheckpointFolder;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.WeightSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** Builds model components from their settings, with trained weights, those of their checkpoints, or fresh ones. */
public final class ModelBuilder {

    private final Map<String, PluginSetting> settings;
    private final RunSeed seed;
    private final Supplier<List<String>> words;

    /**
     * @param settings by role: {@code vision}, {@code bridge}, {@code language}, {@code captioner}, {@code scorer}
     * @param seed of fresh parameters
     * @param words of the tokenizer of a component that names neither checkpoint nor tokenizer
     */
    public ModelBuilder(Map<String, PluginSetting> settings, RunSeed seed, Supplier<List<String>> words) {
        this.settings = settings;
        this.seed = seed;
        this.words = words;
    }

    /**
     * The vision encoder.
     *
     * @param manager owns its parameters
     * @param trained weights that replace the checkpoint's; closed when they have been read
     */
    public VisionEncoder vision(NDManager manager, Optional<WeightSource> trained) {
        return build("vision", VisionEncoder.class, manager, trained);
    }

    /** The language model; as {@link #vision}. */
    public LanguageModel language(NDManager manager, Optional<WeightSource> trained) {
        return build("language", LanguageModel.class, manager, trained);
    }

    /** The bridge; as {@link #vision}. */
    public Bridge bridge(NDManager manager, Optional<WeightSource> trained) {
        return build("bridge", Bridge.class, manager, trained, shape());
    }

    /** What writes captions of its own, with the weights of its checkpoint. */
    public Captioner captioner(NDManager manager) {
        return build("captioner", Captioner.class, manager, Optional.empty());
    }

    /** What ranks texts for images, with the weights of its checkpoint. */
    public ImageTextScorer scorer(NDManager manager) {
        return build("scorer", ImageTextScorer.class, manager, Optional.empty());
    }

    /** The bridge as it would be without any weights. */
    Bridge freshBridge(NDManager manager) {
        return create("bridge", Bridge.class, ParameterScope.initialised(manager, seed), shape());
    }

    private PluginSetting setting(String role) {
        return Optional.ofNullable(settings.get(role))
                .orElseThrow(() -> new IllegalStateException("the experiment has no component called " + role));
    }

    /** What the components that are wired say of themselves, whatever configuration that comes from. */
    BridgeShape shape() {
        try (NDManager passing = Torch.newManager()) {
            VisionEncoder vision = create("vision", VisionEncoder.class, ParameterScope.shapesOnly(passing));
            OptionalInt languageWidth = OptionalInt.empty();
            if (settings.containsKey("language")) {
                ParameterScope scope = ParameterScope.shapesOnly(passing);
                languageWidth = OptionalInt.of(
                        create("language", LanguageModel.class, scope).width());
            }
            return new BridgeShape(vision.width(), vision.tokens(), languageWidth);
        }
    }

    private <T> T build(
            String role, Class<T> kind, NDManager manager, Optional<WeightSource> trained, Object... supplied) {
        Optional<WeightSource> weights = trained.or(() ->
                setting(role).checkpoint().map(place -> CheckpointFolder.open(RunCheckpoint.weights(place, role))));
        if (weights.isEmpty()) {
            return create(role, kind, ParameterScope.initialised(manager, seed), supplied);
        }
        try (WeightSource source = weights.get()) {
            return create(
                    role,
                    kind,
                    ParameterScope.reading(manager, source, seed, setting(role).precision()),
                    supplied);
        }
    }

    private <T> T create(String role, Class<T> kind, ParameterScope scope, Object... supplied) {
        Object[] all = Arrays.copyOf(supplied, supplied.length + 1);
        all[supplied.length] =
                new ComponentContext(scope, layout -> tokenizer(role, layout), () -> preprocessing(role));
        T component = setting(role).create(kind, all);
        scope.finish();
        return component;
    }

    private Optional<Preprocessing> preprocessing(String role) {
        return ComponentOrigin.of(setting(role), role).checkpoint().flatMap(PreprocessorConfig::read);
    }

    /** The published tokenizer where the component is a published one; the setting wins over what the checkpoint brings. */
    private TextTokenizer tokenizer(String role, TokenizerLayout layout) {
        ComponentOrigin origin = ComponentOrigin.of(setting(role), role);
        if (origin.knowsWords()) {
            return WordLevelTokenizer.of(origin.words().orElseGet(words), layout);
        }
        Optional<Path> place = origin.tokenizerPlace();
        return place.flatMap(found -> PublishedTokenizer.find(found, layout))
                .orElseThrow(() -> new IllegalArgumentException(
                        role + ".tokenizer: expected " + PublishedTokenizer.files(layout.format()) + ", found none "
                                + place.map(folder -> "in " + folder).orElse("with a checkpoint of weights alone")
                                + ". Name a folder or file that has the tokenizer as " + role + ".tokenizer"));
    }
}
