package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * Keys and values of one attention layer.
 *
 * @param keys (R, H, T, Dh)
 * @param values (R, H, T, Dh)
 */
public record KeyValue(NDArray keys, NDArray values) {

    /** Rows by index, with gradients; owned by the given manager. */
    public KeyValue select(NDManager owner, int... rows) {
        return new KeyValue(Tensors.selectRows(keys, rows), Tensors.selectRows(values, rows)).attached(owner);
    }

    /** These positions in front of others of the same rows. */
    public KeyValue before(KeyValue others) {
        return new KeyValue(
                Tensors.concatenate(others.keys.getManager(), 2, keys, others.keys),
                Tensors.concatenate(others.values.getManager(), 2, values, others.values));
    }

    /** The same tensors, owned by the given manager from now on. */
    public KeyValue attached(NDManager owner) {
        keys.attach(owner);
        values.attach(owner);
        return this;
    }
}
