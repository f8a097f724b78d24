package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.Tensors;

/**
 * Keys and values of one attention layer.
 *
 * @param keys (R, H, T, Dh)
 * @param values (R, H, T, Dh)
 */
record KeyValue(NDArray keys, NDArray values) {

    /** Rows by index, with gradients; owned by the given manager. */
    KeyValue select(NDManager owner, int... rows) {
        KeyValue selected = new KeyValue(Tensors.selectRows(keys, rows), Tensors.selectRows(values, rows));
        selected.keys.attach(owner);
        selected.values.attach(owner);
        return selected;
    }

    /** These positions in front of others of the same rows. */
    KeyValue before(KeyValue others) {
        return new KeyValue(
                Tensors.concatenate(others.keys.getManager(), 2, keys, others.keys),
                Tensors.concatenate(others.values.getManager(), 2, values, others.values));
    }
}
