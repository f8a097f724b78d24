package dev.querent.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.torch.Torch;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AttentionMaskTest {

    private static String open(NDArray mask) {
        long keys = mask.getShape().get(3);
        StringBuilder table = new StringBuilder();
        float[] values = mask.toFloatArray();
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isIn(0f, AttentionMask.BLOCKED);
            table.append(i > 0 && i % keys == 0 ? " " : "").append(values[i] == 0 ? '1' : '0');
        }
        return table.toString();
    }

    @Test
    void aRuleIsAskedForEveryRowQueryAndKey() {
        try (NDManager manager = Torch.newManager()) {
            NDArray mask = AttentionMask.of(manager, 2, 2, 3, (row, query, key) -> key == row + query);
            assertThat(mask.getShape()).isEqualTo(new Shape(2, 1, 2, 3));
            assertThat(open(mask)).isEqualTo("100 010 010 001");
        }
    }

    @Test
    void paddingIsSeenByNobody() {
        try (NDManager manager = Torch.newManager()) {
            NDArray mask = AttentionMask.padding(manager, new long[][] {{1, 1, 1}, {1, 0, 0}, {0, 1, 1}});
            assertThat(mask.getShape()).isEqualTo(new Shape(3, 1, 1, 3));
            assertThat(open(mask)).isEqualTo("111 100 011");
        }
    }

    @Test
    void causalQueriesSeeThemselvesAndWhatIsBeforeThem() {
        try (NDManager manager = Torch.newManager()) {
            NDArray whole = AttentionMask.causal(manager, new long[][] {{1, 1, 1}, {0, 1, 1}, {1, 1, 0}}, 3);
            assertThat(whole.getShape()).isEqualTo(new Shape(3, 1, 3, 3));
            assertThat(open(whole)).isEqualTo("100 110 111 000 010 011 100 110 110");
            NDArray last = AttentionMask.causal(manager, new long[][] {{1, 0, 1, 1}}, 2);
            assertThat(last.getShape()).isEqualTo(new Shape(1, 1, 2, 4));
            assertThat(open(last)).as("the queries are the last of the keys").isEqualTo("1010 1011");
        }
    }

    @Test
    void aBlockedKeyWeighsExactlyNothingAndAFullyBlockedRowStaysFinite() {
        try (NDManager manager = Torch.newManager()) {
            NDArray query = manager.ones(new Shape(2, 1, 1, 1));
            NDArray key = manager.create(new float[] {1, 60, 1, 60}, new Shape(2, 1, 2, 1));
            NDArray value = manager.create(new float[] {3, 1e30f, 3, 5}, new Shape(2, 1, 2, 1));
            NDArray mask = AttentionMask.padding(manager, new long[][] {{1, 0}, {0, 0}});
            float[] out =
                    Attention.attend(query, key, value, Optional.of(mask), 1, 0).toFloatArray();
            assertThat(out[0])
                    .as("not even a huge value behind a high score leaks")
                    .isEqualTo(3f);
            assertThat(out[1]).isBetween(3f, 5f);
        }
    }
}
