package dev.querent.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.Activation;
import dev.querent.nn.KeyValue;
import dev.querent.nn.Tensors;
import dev.querent.nn.bert.BertAttention;
import dev.querent.nn.bert.BertSizes;
import dev.querent.random.RunSeed;
import dev.querent.torch.Torch;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageGroupsTest {

    private static final int QUERIES = 2;

    /** For each row its image, of three; the last text sees one of three, each once, and all alike. */
    @ParameterizedTest
    @ValueSource(strings = {"0 1 2 2 0 2 0", "2 0 1", "1", "0 0 1 1 2 2"})
    void everyRowSeesItsOwnImage(String rows) {
        int[] images =
                Arrays.stream(rows.split(" ")).mapToInt(Integer::parseInt).toArray();
        try (NDManager manager = Torch.newManager()) {
            BertAttention attention = new BertAttention(
                    ParameterScope.initialised(manager, new RunSeed(1)),
                    new BertSizes(8, 2, 12, Activation.GELU, 0, 1e-12),
                    6,
                    new Initializer.Normal(0.5));
            KeyValue all = attention.keyValue(random(manager, 3 * 4, 6).reshape(3, 4, 6));
            NDArray asked = random(manager, images.length * QUERIES, 8);
            ImageGroups groups = new ImageGroups(images);

            NDArray ordered = Tensors.selectRows(asked.reshape(images.length, QUERIES, 8), groups.order());
            NDArray seen = groups.attend(attention, ordered.reshape(-1, 8), all);
            NDArray restored = Tensors.selectRows(seen.reshape(images.length, QUERIES, 8), groups.inverse());

            NDArray expected = attention.attend(
                    asked.reshape(images.length, QUERIES, 8), all.select(manager, images), Optional.empty());
            float[] wanted = expected.toFloatArray();
            float[] found = restored.toFloatArray();
            assertThat(found).hasSameSizeAs(wanted);
            for (int i = 0; i < wanted.length; i++) {
                assertThat(found[i]).isCloseTo(wanted[i], org.assertj.core.data.Offset.offset(1e-5f));
            }
        }
    }

    private static NDArray random(NDManager manager, int rows, int columns) {
        SplittableRandom random = new SplittableRandom(rows);
        float[][] values = new float[rows][columns];
        for (float[] row : values) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return Tensors.ofFloats(manager, values);
    }
}
