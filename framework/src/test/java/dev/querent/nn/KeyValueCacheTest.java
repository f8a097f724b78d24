package dev.querent.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyValueCacheTest {

    /** (R, 1, T, 1) */
    private static NDArray positions(NDManager manager, int rows, float... values) {
        return manager.create(values, new Shape(rows, 1, values.length / rows, 1));
    }

    @Test
    void positionsAreAddedBehindThoseHeld() {
        try (NDManager decoder = Torch.newManager();
                KeyValueCache cache = new KeyValueCache(decoder)) {
            assertThat(cache.length()).isZero();
            try (NDManager step = decoder.newSubManager()) {
                cache.appendKeys(positions(step, 2, 1, 2, 11, 12));
                cache.appendValues(positions(step, 2, 3, 4, 13, 14));
            }
            assertThat(cache.length()).isEqualTo(2);
            try (NDManager step = decoder.newSubManager()) {
                NDArray keys = cache.appendKeys(positions(step, 2, 5, 15));
                NDArray values = cache.appendValues(positions(step, 2, 6, 16));
                assertThat(keys.getShape()).isEqualTo(new Shape(2, 1, 3, 1));
                assertThat(keys.toFloatArray()).containsExactly(1, 2, 5, 11, 12, 15);
                assertThat(values.toFloatArray()).containsExactly(3, 4, 6, 13, 14, 16);
            }
            assertThat(cache.length()).isEqualTo(3);
        }
    }

    @Test
    void selectedRowsBringTheirPast() {
        try (NDManager decoder = Torch.newManager();
                KeyValueCache cache = new KeyValueCache(decoder)) {
            cache.select(new int[] {0, 0}); // nothing held, nothing to do
            cache.appendKeys(positions(decoder, 2, 1, 2, 11, 12));
            cache.appendValues(positions(decoder, 2, 3, 4, 13, 14));
            cache.select(new int[] {1, 1, 0});
            assertThat(cache.length()).isEqualTo(2);
            assertThat(cache.appendKeys(positions(decoder, 3, 7, 8, 9)).toFloatArray())
                    .containsExactly(11, 12, 7, 11, 12, 8, 1, 2, 9);
            assertThat(cache.appendValues(positions(decoder, 3, 7, 8, 9)).toFloatArray())
                    .containsExactly(13, 14, 7, 13, 14, 8, 3, 4, 9);
        }
    }

    @Test
    void theCacheHoldsTwoTensorsHoweverLongTheTextAndNoneOnceClosed() {
        try (NDManager decoder = Torch.newManager()) {
            KeyValueCache cache = new KeyValueCache(decoder);
            for (int step = 0; step < 5; step++) {
                try (NDManager scratch = Torch.newManager()) {
                    cache.appendKeys(positions(scratch, 1, step));
                    cache.appendValues(positions(scratch, 1, step));
                }
                cache.select(new int[] {0});
                assertThat(decoder.getManagedArrays()).hasSize(2);
            }
            cache.close();
            assertThat(decoder.getManagedArrays()).isEmpty();
        }
    }

    @Test
    void attendingTokenByTokenIsAttendingAtOnce() {
        try (NDManager manager = Torch.newManager();
                KeyValueCache cache = new KeyValueCache(manager)) {
            Torch.seed(2);
            NDArray query = manager.randomNormal(new Shape(2, 2, 4, 3));
            NDArray key = manager.randomNormal(new Shape(2, 2, 4, 3));
            NDArray value = manager.randomNormal(new Shape(2, 2, 4, 3));
            NDArray causal = AttentionMask.causal(manager, new long[][] {{1, 1, 1, 1}, {1, 1, 1, 1}}, 4);
            NDArray atOnce = Attention.attend(query, key, value, Optional.of(causal), 0.6, 0); // (2, 4, 6)
            for (int t = 0; t < 4; t++) {
                NDArray keys = cache.appendKeys(Tensors.slice(key, 2, t, t + 1));
                NDArray values = cache.appendValues(Tensors.slice(value, 2, t, t + 1));
                NDArray one =
                        Attention.attend(Tensors.slice(query, 2, t, t + 1), keys, values, Optional.empty(), 0.6, 0);
                Golden.assertClose("token " + t, Tensors.slice(atOnce, 1, t, t + 1), one, 1e-6, 1e-5);
            }
        }
    }
}
