package dev.querent.app.plan;

import ai.djl.ndarray.NDManager;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.MissingDataException;
import dev.querent.experiment.ComponentOrigin;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.PluginSetting;
import dev.querent.model.Bridge;
import dev.querent.model.BridgeShape;
import dev.querent.model.ComponentContext;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.text.PublishedTokenizer;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenizerLayout;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An experiment's models with shapes and no weights. They can be built where checkpoints, tokenizers and data aren't there yet:
 * sizes are then the settings', and a tokenizer that isn't there is stood in for by one of its family's published size.
 */
final class PlannedModels implements AutoCloseable {

    private static final int WORDS = 1000;

    private final Experiment experiment;
    private final NDManager manager = Torch.newManager();
    private final List<String> notes = new ArrayList<>();
    private final Optional<VisionEncoder> vision;
    private final Optional<LanguageModel> language;
    private @Nullable Bridge bridge;

    PlannedModels(Experiment experiment) {
        this.experiment = experiment;
        vision = experiment.vision().map(setting -> create("vision", VisionEncoder.class, setting));
        language = experiment.language().map(setting -> create("language", LanguageModel.class, setting));
    }

    Optional<VisionEncoder> vision() {
        return vision;
    }

    Optional<LanguageModel> language() {
        return language;
    }

    /** Built when first asked for: it may need a part that isn't wired as long as no step uses it. */
    Bridge bridge() {
        if (bridge == null) {
            bridge = create("bridge", Bridge.class, experiment.bridge().orElseThrow(), shape());
        }
        return bridge;
    }

    BridgeShape shape() {
        VisionEncoder encoder = vision.orElseThrow();
        return new BridgeShape(
                encoder.width(),
                encoder.tokens(),
                language.map(model -> OptionalInt.of(model.width())).orElse(OptionalInt.empty()));
    }

    /** What was assumed. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /** A scope for what a step adds. */
    ParameterScope scope() {
        return ParameterScope.shapesOnly(manager);
    }

    private <T> T create(String role, Class<T> kind, PluginSetting setting, Object... supplied) {
        List<Object> all = new ArrayList<>(List.of(supplied));
        all.add(new ComponentContext(scope(), layout -> tokenizer(role, setting, layout)));
        return setting.create(kind, all.toArray());
    }

    private TextTokenizer tokenizer(String role, PluginSetting setting, TokenizerLayout layout) {
        ComponentOrigin origin = ComponentOrigin.of(setting, role);
        if (origin.knowsWords()) {
            return WordLevelTokenizer.of(origin.words().orElseGet(this::words), layout);
        }
        return origin.tokenizerPlace()
                .flatMap(found -> PublishedTokenizer.find(found, layout))
                .map(TextTokenizer.class::cast)
                .orElseGet(() -> standIn(role, layout));
    }

    private TextTokenizer standIn(String role, TokenizerLayout layout) {
        int size = switch (layout.format()) {
            case BERT -> 30_522 + layout.added().size();
            case OPT -> 50_265;
            case CLIP -> 49_408;
            case T5 -> 32_100;
        };
        notes.add(role + ".tokenizer isn't there: " + size + " tokens assumed, as published for " + layout.format());
        return WordLevelTokenizer.of(made(size - layout.specialTokens().size()), layout);
    }

    private List<String> words() {
        Supplier<List<String>> words = () -> experiment
                .data()
                .create(Dataset.class, new DataFolder(Path.of("data")))
                .words();
        try {
            return words.get();
        } catch (MissingDataException missing) {
            String note = "the data set isn't there (" + missing.getMessage() + "): a vocabulary of " + WORDS
                    + " words assumed";
            if (!notes.contains(note)) {
                notes.add(note);
            }
            return made(WORDS);
        }
    }

    private static List<String> made(int count) {
        return IntStream.range(0, count).mapToObj(i -> "w" + i).toList();
    }

    @Override
    public void close() {
        manager.close();
    }
}
