package dev.querent.bridge;

import ai.djl.ndarray.NDManager;
import dev.querent.model.BridgeShape;
import dev.querent.model.ComponentContext;
import dev.querent.random.RunSeed;
import dev.querent.testing.Golden;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenBatch;
import dev.querent.text.TokenizerLayout;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.SafetensorsReader;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Small Q-Formers for tests: from the fixtures, or freshly initialised. */
final class BridgeFixture implements AutoCloseable {

    static final QFormer.Config ODD = config(3, 12, 3, 3, 14, 2, 6, 11);
    static final BridgeShape ODD_SHAPE = new BridgeShape(10, 5, OptionalInt.of(9));
    static final QFormer.Config ONE = config(2, 8, 2, 2, 10, 1, 5, 8);
    static final BridgeShape ONE_SHAPE = new BridgeShape(6, 3, OptionalInt.of(7));

    private final NDManager manager = Torch.newManager();
    private final Golden golden;
    private final QFormer model;

    /**
     * @param folder {@code odd} or {@code one}
     */
    BridgeFixture(String folder) {
        boolean odd = folder.equals("odd");
        Path path = Golden.folder(BridgeFixture.class, folder);
        golden = new Golden(path.resolve("golden.safetensors"));
        try (SafetensorsReader weights = new SafetensorsReader(path.resolve("model.safetensors"))) {
            ParameterScope scope = ParameterScope.reading(manager, weights, new RunSeed(0));
            int vocabulary = odd ? 17 : 13;
            model = new QFormer(
                    odd ? ODD : ONE,
                    odd ? ODD_SHAPE : ONE_SHAPE,
                    new ComponentContext(scope, layout -> tokenizer(layout, vocabulary)));
            scope.finish();
        }
    }

    static QFormer.Config config(
            int queries, int width, int layers, int heads, int mlp, int frequency, int shared, int positions) {
        return new QFormer.Config(
                queries, width, layers, heads, mlp, frequency, shared, positions, positions, 0, 0.3, 0.3, 0.3, 0.11,
                1e-5);
    }

    /** Words w6, w7, ...: the number is the id. */
    static TextTokenizer tokenizer(TokenizerLayout layout, int vocabulary) {
        return WordLevelTokenizer.of(
                IntStream.range(layout.specialTokens().size(), vocabulary)
                        .mapToObj(id -> "w" + id)
                        .toList(),
                layout);
    }

    static QFormer fresh(NDManager manager, QFormer.Config config, BridgeShape shape, int vocabulary) {
        ParameterScope scope = ParameterScope.initialised(manager, new RunSeed(4));
        return new QFormer(config, shape, new ComponentContext(scope, layout -> tokenizer(layout, vocabulary)));
    }

    Golden golden() {
        return golden;
    }

    QFormer model() {
        return model;
    }

    TokenBatch texts() {
        return new TokenBatch(golden.longs("ids"), golden.longs("mask"));
    }

    NDManager manager() {
        return manager;
    }

    @Override
    public void close() {
        golden.close();
        manager.close();
    }
}
