package dev.querent.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two rows of two queries, with three tokens and one: packed they are q q q q, a b c, d. */
class PackingTest {

    private static final long[][] MASK = {{1, 1, 1}, {1, 0, 0}};

    private final NDManager manager = Torch.newManager();
    private final Packing packing = new Packing(manager, 2, MASK);
    private final NDArray packed = manager.create(new float[] {1, 2, 3, 4, 10, 11, 12, 20}, new Shape(8, 1));

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void rowsHaveTheirQueriesInFrontOfTheirTokens() {
        NDArray rows = packing.rows(packed);
        assertThat(rows.getShape()).isEqualTo(new Shape(2, 5, 1));
        float[] values = rows.toFloatArray();
        assertThat(values).startsWith(1, 2, 10, 11, 12, 3, 4, 20); // then padding, which nobody attends to
    }

    @Test
    void whatIsKeptIsTheSameFromRowsAndFromPackedPositions() {
        NDArray rows = packing.rows(packed);
        check(packing.all(manager), rows, 4, 1, 2, 3, 4, 10, 11, 12, 20);
        check(packing.queries(manager), rows, 4, 1, 2, 3, 4);
        check(packing.firstTokens(manager), rows, 0, 10, 20);
        check(packing.tokensButLast(manager), rows, 0, 10, 11);
    }

    private void check(Packing.Kept kept, NDArray rows, int queries, float... values) {
        assertThat(kept.queries()).isEqualTo(queries);
        assertThat(kept.of(packed).toFloatArray()).containsExactly(values);
        assertThat(kept.fromRows(rows).toFloatArray()).containsExactly(values);
    }

    @Test
    void textAloneHasNoQueries() {
        Packing text = new Packing(manager, 0, MASK);
        assertThat(text.tokens(new long[][] {{5, 6, 7}, {8, 0, 0}})).containsExactly(5, 6, 7, 8);
        NDArray tokens = manager.create(new float[] {5, 6, 7, 8}, new Shape(4, 1));
        assertThat(text.rows(tokens).toFloatArray()).startsWith(5, 6, 7, 8);
        check(text.all(manager), text.rows(tokens), tokens, 5, 6, 7, 8);
    }

    private void check(Packing.Kept kept, NDArray rows, NDArray tokens, float... values) {
        assertThat(kept.queries()).isZero();
        assertThat(kept.of(tokens).toFloatArray()).containsExactly(values);
        assertThat(kept.fromRows(rows).toFloatArray()).containsExactly(values);
    }
}
