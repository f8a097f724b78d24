package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.jspecify.annotations.Nullable;

/** Keys and values of one self-attention layer during decoding, (R, H, T, Dh) each; owns them. */
public final class KeyValueCache implements AutoCloseable {

    private final NDManager manager;
    private @Nullable NDArray keys;
    private @Nullable NDArray values;

    /**
     * @param manager the decoder's, outliving single steps
     */
    public KeyValueCache(NDManager manager) {
        this.manager = manager;
    }

    /**
     * Adds new positions.
     *
     * @param newKeys (R, H, Tnew, Dh)
     * @return all keys (R, H, T, Dh), owned by the cache
     */
    public NDArray appendKeys(NDArray newKeys) {
        keys = append(keys, newKeys);
        return keys;
    }

    /**
     * Adds new positions.
     *
     * @param newValues (R, H, Tnew, Dh)
     * @return all values (R, H, T, Dh), owned by the cache
     */
    public NDArray appendValues(NDArray newValues) {
        values = append(values, newValues);
        return values;
    }

    private NDArray append(@Nullable NDArray held, NDArray added) {
        if (held == null) {
            return Tensors.concatenate(manager, 2, added);
        }
        NDArray joined = Tensors.concatenate(manager, 2, held, added);
        held.close();
        return joined;
    }

    /** Replaces the rows by copies of the given ones. */
    public void select(int[] rows) {
        keys = select(keys, rows);
        values = select(values, rows);
    }

    private static @Nullable NDArray select(@Nullable NDArray held, int[] rows) {
        if (held == null) {
            return null;
        }
        NDArray selected = Tensors.selectRows(held, rows);
        held.close();
        return selected;
    }

    /** Positions held so far. */
    public int length() {
        return keys == null ? 0 : (int) keys.getShape().get(2);
    }

    @Override
    public void close() {
        if (keys != null) {
            keys.close();
        }
        if (values != null) {
            values.close();
        }
    }
}
