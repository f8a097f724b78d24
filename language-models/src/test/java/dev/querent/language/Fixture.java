package dev.querent.language;

import ai.djl.ndarray.NDManager;
import dev.querent.config.Problems;
import dev.querent.model.ComponentContext;
import dev.querent.model.LanguageInput;
import dev.querent.model.LanguageModel;
import dev.querent.plugin.CheckpointConfig;
import dev.querent.plugin.ConfigBinder;
import dev.querent.random.RunSeed;
import dev.querent.testing.Golden;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.Precision;
import dev.querent.weights.SafetensorsReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.json.JsonMapper;

/** A tiny checkpoint and what PyTorch computed with it (src/test/python/make_golden.py), built as a user's would be. */
public final class Fixture<M extends LanguageModel> implements AutoCloseable {

    private static final int VOCABULARY = 23;

    private final NDManager manager = Torch.newManager();
    private final Golden golden;
    private final M model;

    /**
     * @param folder relative to the test
     * @param build makes the model of its configuration
     */
    public <C extends Record> Fixture(
            Class<?> test,
            String folder,
            Precision precision,
            Class<C> config,
            BiFunction<C, ComponentContext, M> build) {
        Path path = Golden.folder(test, folder);
        golden = new Golden(path.resolve("golden.safetensors"));
        try (SafetensorsReader weights = new SafetensorsReader(path.resolve("model.safetensors"))) {
            ParameterScope scope = ParameterScope.reading(manager, weights, new RunSeed(0), precision);
            // Words w5, w6, ...: the number is the id.
            model = build.apply(
                    read(path, config),
                    new ComponentContext(
                            scope,
                            layout -> WordLevelTokenizer.of(
                                    IntStream.range(layout.specialTokens().size(), VOCABULARY)
                                            .mapToObj(id -> "w" + id)
                                            .toList(),
                                    layout)));
            scope.finish();
        }
    }

    private static <C extends Record> C read(Path folder, Class<C> config) {
        Problems problems = new Problems();
        return CheckpointConfig.read(folder, config, problem -> {
                    throw new AssertionError(problem);
                })
                .flatMap(fields -> new ConfigBinder(problems).bind(fields, "", config, Set.of()))
                .orElseThrow(() -> new AssertionError(problems.toString()));
    }

    public Golden golden() {
        return golden;
    }

    public M model() {
        return model;
    }

    /** Owns the model; computed tensors too, unless the test says otherwise. */
    public NDManager manager() {
        return manager;
    }

    /** The texts of the fixture: {@code prefixes} or {@code targets}. */
    public List<String> texts(String name) {
        return StreamSupport.stream(
                        JsonMapper.shared()
                                .readTree(golden.metadata().get(name))
                                .spliterator(),
                        false)
                .map(text -> text.asString())
                .toList();
    }

    /** The loss's input, behind the fixture's soft prompt. */
    public LanguageInput input() {
        return LanguageInput.training(golden.tensor("soft-prompt"), texts("prefixes"), texts("targets"));
    }

    @Override
    public void close() {
        golden.close();
        manager.close();
    }
}
