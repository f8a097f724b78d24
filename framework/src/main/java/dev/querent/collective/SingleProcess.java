package dev.querent.collective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.Tensors;
import java.util.Arrays;

/** One process alone. */
public final class SingleProcess implements Collectives {

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public void sum(NDArray tensor) {}

    @Override
    public void sum(double[] values) {}

    @Override
    public void largest(long[] values) {}

    @Override
    public void broadcast(NDArray tensor) {}

    @Override
    public void broadcast(long[] values) {}

    @Override
    public NDArray gather(NDManager owner, NDArray own, int rows) {
        NDArray copy = own.duplicate();
        copy.attach(owner);
        return copy;
    }

    @Override
    public NDArray fetch(NDManager owner, NDArray own, int[] wanted) {
        int[] found = Arrays.stream(wanted).filter(row -> row >= 0).toArray();
        NDArray rows = found.length == 0 ? Tensors.slice(own, 0, 0, 0) : Tensors.selectRows(own, found);
        rows.attach(owner);
        return rows;
    }

    @Override
    public void giveBack(NDArray fetched, NDArray own, int[] wanted) {
        int[] found = Arrays.stream(wanted).filter(row -> row >= 0).toArray();
        if (found.length > 0) {
            Tensors.addToRows(own, found, fetched);
        }
    }

    @Override
    public void abort(int code) {
        Runtime.getRuntime().halt(code);
    }

    @Override
    public void close() {}
}
