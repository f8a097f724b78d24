package dev.querent.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.torch.Kernels;
import dev.querent.torch.Torch;

/** What every rank of a job checks of its collectives; started by {@link MpiTest}. */
final class CollectivesCheck {

    private static final int ODD = 1_000_003;

    private static final Kernels CAST = Kernels.load(Kernels.class, "kernels/initializer.py");

    private final Collectives ranks;
    private final NDManager manager = Torch.newManager();

    private CollectivesCheck(Collectives ranks) {
        this.ranks = ranks;
    }

    /** Ends with code 0 where all is well. */
    public static void main(String[] arguments) {
        try (Collectives ranks = Ranks.join(System.getenv())) {
            if (arguments.length > 0) {
                fail(arguments[0], ranks);
            }
            assertThat(ranks.size()).isGreaterThan(1);
            try {
                new CollectivesCheck(ranks).all();
            } catch (AssertionError | RuntimeException e) {
                e.printStackTrace();
                ranks.abort(3);
            }
            System.out.println("rank " + ranks.rank() + " is content");
        }
        System.exit(0);
    }

    private static void fail(String how, Collectives ranks) {
        if (ranks.rank() == 1) {
            if (how.equals("exit")) {
                System.exit(0); // as if all were well
            }
            Runtime.getRuntime().halt(9);
        }
        ranks.sum(new double[] {1});
        throw new AssertionError("a sum over ranks of which one is gone");
    }

    private void all() {
        sums();
        numbers();
        broadcasts();
        gatheredShares();
        fetchedRows();
        nullChecksStayTheJvms();
        refusals();
        manager.close();
    }

    private void sums() {
        NDArray values = manager.arange(ODD).toType(DataType.FLOAT32, true).mul(ranks.rank() + 1);
        ranks.sum(values);
        int factor = ranks.size() * (ranks.size() + 1) / 2;
        assertThat(values.getFloat(0)).isZero();
        for (int place : new int[] {1, 77, 99_999}) {
            assertThat(values.getFloat(place)).isEqualTo((float) place * factor);
        }
        NDArray scalar = manager.create(2f);
        ranks.sum(scalar);
        assertThat(scalar.getFloat()).isEqualTo(2f * ranks.size());
    }

    private void numbers() {
        double[] sums = {1, ranks.rank(), Double.NaN};
        ranks.sum(sums);
        assertThat(sums).containsExactly(ranks.size(), ranks.size() * (ranks.size() - 1) / 2.0, Double.NaN);
        long[] largest = {ranks.rank(), -ranks.rank(), Long.MIN_VALUE};
        ranks.largest(largest);
        assertThat(largest).containsExactly(ranks.size() - 1, 0, Long.MIN_VALUE);
        ranks.sum(new double[0]);
        long[] told = {ranks.leads() ? 1L << 40 : 0, ranks.rank()};
        ranks.broadcast(told);
        assertThat(told).containsExactly(1L << 40, 0);
    }

    private void broadcasts() {
        NDArray longs = manager.full(new Shape(3, 2), 5 + ranks.rank(), DataType.INT64);
        ranks.broadcast(longs);
        assertThat(longs.toLongArray()).containsOnly(5);
        NDArray single = manager.full(new Shape(3), 0.5f + ranks.rank(), DataType.FLOAT32);
        NDArray half = CAST.call(manager, "to_bfloat16", single);
        ranks.broadcast(half);
        assertThat(CAST.call(manager, "to_float32", half).toFloatArray()).containsOnly(0.5f);
    }

    private void gatheredShares() {
        for (int rows : new int[] {ranks.size(), 7, 64}) {
            Share share = ranks.share(rows);
            NDArray own = manager.arange(share.start() * 6, share.end() * 6)
                    .toType(DataType.FLOAT32, true)
                    .reshape(share.rows(), 2, 3);
            NDArray all = ranks.gather(manager, own, rows);
            assertThat(all.getShape()).isEqualTo(new Shape(rows, 2, 3));
            float[] found = all.toFloatArray();
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i]).isEqualTo(i);
            }
        }
    }

    private void fetchedRows() {
        int[] wanted = {6, -1, 0, 6, 3, -1, 2};
        Share share = ranks.share(wanted.length);
        NDArray own = manager.arange(share.start() * 2, share.end() * 2)
                .toType(DataType.FLOAT32, true)
                .reshape(share.rows(), 2);
        NDArray fetched = ranks.fetch(manager, own, wanted);
        float[] found = fetched.toFloatArray();
        int at = 0;
        for (int row = share.start(); row < share.end(); row++) {
            if (wanted[row] >= 0) {
                assertThat(found[at++]).isEqualTo(2f * wanted[row]);
                assertThat(found[at++]).isEqualTo(2f * wanted[row] + 1);
            }
        }
        assertThat(found).hasSize(at);
        int[] none = {-1, -1, -1, -1, -1, -1, -1};
        NDArray nothing = ranks.fetch(manager, own, none);
        assertThat(nothing.getShape()).isEqualTo(new Shape(0, 2));

        NDArray sums = own.duplicate();
        ranks.giveBack(nothing, sums, none);
        assertThat(sums).isEqualTo(own);
        ranks.giveBack(fetched.mul(10), sums, wanted);
        int[] copies = {1, 0, 1, 1, 0, 0, 2}; // how often each row was wanted
        float[] summed = sums.toFloatArray();
        for (int i = 0; i < summed.length; i++) {
            int row = share.start() + i / 2;
            assertThat(summed[i]).isEqualTo((1 + 10f * copies[row]) * (2 * row + i % 2));
        }
    }

    /** A library that takes SIGSEGV from the JVM turns the first compiled null check into a crash. */
    private static void nullChecksStayTheJvms() {
        int sum = 0;
        for (int i = 0; i < 50_000; i++) { // compiled without a check: no null was seen
            sum += length("x");
        }
        assertThat(sum).isEqualTo(50_000);
        int caught = 0;
        for (int i = 0; i < 1000; i++) {
            try {
                length(null);
            } catch (NullPointerException e) {
                caught++;
            }
        }
        assertThat(caught).isEqualTo(1000);
    }

    private static int length(@org.jspecify.annotations.Nullable String text) {
        return text.length();
    }

    private void refusals() {
        NDArray transposed = manager.zeros(new Shape(3, 2)).transpose();
        assertThatThrownBy(() -> ranks.sum(transposed)).hasMessageContaining("not contiguous");
        NDArray whole = manager.zeros(new Shape(2), DataType.INT64);
        assertThatThrownBy(() -> ranks.sum(whole)).hasMessageContaining("fp32");
        NDArray wrong = manager.zeros(new Shape(50, 2));
        assertThatThrownBy(() -> ranks.gather(manager, wrong, 3)).hasMessageContaining("share has");
    }
}
