package dev.querent.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.ComponentContext;
import dev.querent.random.RunSeed;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.SafetensorsReader;
import dev.querent.weights.SafetensorsWriter;
import dev.querent.weights.WeightsMismatchException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stage 1 begins with BERT's weights (paper section 3.1). */
class QFormerFromBertTest {

    private static final int VOCABULARY = 17; // BERT's 16 and [DEC]

    @TempDir
    Path folder;

    private final NDManager manager = Torch.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    /** A BERT as published: the text's half of a Q-Former under BERT's names, legacy norms, and parts that nobody asks for. */
    private Map<String, NDArray> bert(QFormer donor) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        donor.parameters().asMap().forEach((name, value) -> {
            if (name.startsWith("Qformer.") && !name.contains("_query.") && !name.contains("crossattention")) {
                boolean perToken = name.contains("word_embeddings") || name.equals("Qformer.cls.predictions.bias");
                tensors.put(
                        name.substring("Qformer.".length())
                                .replace("LayerNorm.weight", "LayerNorm.gamma")
                                .replace("LayerNorm.bias", "LayerNorm.beta"),
                        perToken ? value.get("0:" + (VOCABULARY - 1)) : value);
            }
        });
        tensors.put("bert.embeddings.token_type_embeddings.weight", manager.zeros(new Shape(2, 12)));
        tensors.put("bert.pooler.dense.weight", manager.zeros(new Shape(12, 12)));
        tensors.put("cls.seq_relationship.bias", manager.zeros(new Shape(2)));
        return tensors;
    }

    private QFormer read(Map<String, NDArray> tensors) throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of());
        try (SafetensorsReader reader = new SafetensorsReader(file)) {
            ParameterScope scope = ParameterScope.reading(manager, reader, new RunSeed(9));
            QFormer model = new QFormer(
                    BridgeFixture.ODD,
                    BridgeFixture.ODD_SHAPE,
                    new ComponentContext(scope, layout -> BridgeFixture.tokenizer(layout, VOCABULARY)));
            scope.finish();
            return model;
        }
    }

    @Test
    void bothFeedForwardPathsAreBertsAndTheRestIsFresh() throws IOException {
        QFormer donor = BridgeFixture.fresh(manager, BridgeFixture.ODD, BridgeFixture.ODD_SHAPE, VOCABULARY);
        QFormer model = read(bert(donor));
        donor.parameters().asMap().forEach((name, value) -> {
            float[] found = model.parameters().get(name).toFloatArray();
            if (name.contains("word_embeddings")) {
                NDArray known = value.get("0:" + (VOCABULARY - 1));
                assertThat(model.parameters()
                                .get(name)
                                .get("0:" + (VOCABULARY - 1))
                                .toFloatArray())
                        .isEqualTo(known.toFloatArray());
                assertThat(model.parameters().get(name).get(VOCABULARY - 1).toFloatArray())
                        .as("[DEC]")
                        .isEqualTo(known.mean(new int[] {0}).toFloatArray());
            } else if (name.contains("_query.")) {
                String text = name.replace("_query.", ".");
                assertThat(found)
                        .as(name)
                        .isEqualTo(donor.parameters().get(text).toFloatArray());
            } else if (name.startsWith("Qformer.") && !name.contains("crossattention")) {
                assertThat(found).as(name).isEqualTo(value.toFloatArray());
            }
        });
        assertThat(model.parameters().get("query_tokens").abs().sum().toFloatArray()[0])
                .isPositive();
    }

    @Test
    void aBertWithoutItsHeadGetsAFreshOne() throws IOException {
        QFormer donor = BridgeFixture.fresh(manager, BridgeFixture.ODD, BridgeFixture.ODD_SHAPE, VOCABULARY);
        Map<String, NDArray> tensors = bert(donor);
        tensors.keySet().removeIf(name -> name.startsWith("cls."));

        QFormer model = read(tensors);

        assertThat(model.parameters().names())
                .containsExactlyElementsOf(donor.parameters().names());
        NDArray features = manager.ones(
                new Shape(1, BridgeFixture.ODD_SHAPE.visionTokens(), BridgeFixture.ODD_SHAPE.visionWidth()));
        TokenBatch texts = new TokenBatch(new long[][] {{2, 5, 6, 3}}, new long[][] {{1, 1, 1, 1}});
        assertThat(model.look(features).captionLoss(texts, 0).getFloat()).isBetween(0.1f, 10f);
    }

    @Test
    void aVocabularyThatIsNotTheTokenizersIsRefused() {
        QFormer donor = BridgeFixture.fresh(manager, BridgeFixture.ODD, BridgeFixture.ODD_SHAPE, VOCABULARY);
        Map<String, NDArray> tensors = bert(donor);
        tensors.computeIfPresent("bert.embeddings.word_embeddings.weight", (name, table) -> table.get("0:9"));
        assertThatThrownBy(() -> read(tensors))
                .isInstanceOf(WeightsMismatchException.class)
                .hasMessageContaining("word_embeddings.weight: expected [17, 12], found [9, 12]");
    }
}
