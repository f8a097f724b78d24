package dev.querent.collective;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import dev.querent.nn.Tensors;
import dev.querent.torch.Torch;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Ranks that speak over MPI, one process a device. Tensors of the host are passed as they lie in memory; those of a device go
 * through a copy on the host (untested on a GPU; NCCL would take their place here).
 */
final class Mpi implements Collectives {

    /** Elements of one call; MPI counts in ints, and the JVM's buffers hold 2 GiB. */
    private static final long PIECE = 1L << 28;

    private static final long FIRST_PAUSE_MILLIS = 1;
    private static final long LONGEST_PAUSE_MILLIS = 50;
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private final MpiLibrary mpi;
    private final MpiAbi abi;
    private final int rank;
    private final int size;

    /** @param mpi started */
    Mpi(MpiLibrary mpi) {
        this.mpi = mpi;
        abi = mpi.abi();
        rank = mpi.number("MPI_Comm_rank");
        size = mpi.number("MPI_Comm_size");
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void sum(NDArray tensor) {
        if (tensor.getDataType() != DataType.FLOAT32) {
            throw new IllegalArgumentException("sums are of fp32, found " + tensor.getDataType());
        }
        overPieces(
                tensor,
                piece -> mpi.call(
                        "MPI_Allreduce",
                        abi.inPlace(),
                        address(piece),
                        Math.toIntExact(piece.size()),
                        abi.float32(),
                        abi.sum(),
                        abi.world()));
    }

    @Override
    public void sum(double[] values) {
        if (values.length > 0) {
            try (Memory memory = new Memory(8L * values.length)) {
                memory.write(0, values, 0, values.length);
                mpi.call("MPI_Allreduce", abi.inPlace(), memory, values.length, abi.float64(), abi.sum(), abi.world());
                memory.read(0, values, 0, values.length);
            }
        }
    }

    @Override
    public void largest(long[] values) {
        if (values.length > 0) {
            try (Memory memory = new Memory(8L * values.length)) {
                memory.write(0, values, 0, values.length);
                mpi.call("MPI_Allreduce", abi.inPlace(), memory, values.length, abi.int64(), abi.max(), abi.world());
                memory.read(0, values, 0, values.length);
            }
        }
    }

    @Override
    public void broadcast(NDArray tensor) {
        overPieces(
                tensor,
                piece -> mpi.call(
                        "MPI_Bcast",
                        address(piece),
                        Math.toIntExact(piece.size() * bytes(piece)),
                        abi.bytes(),
                        0,
                        abi.world()));
    }

    /** Blocking calls of MPI poll at full speed; a rank that waits for its next command has to leave the processor to others. */
    @Override
    public void broadcast(long[] values) {
        if (values.length == 0) {
            return;
        }
        try (Memory memory = new Memory(8L * values.length);
                Memory request = new Memory(8)) {
            memory.write(0, values, 0, values.length);
            mpi.call("MPI_Ibcast", memory, values.length, abi.int64(), 0, abi.world(), request);
            IntByReference done = new IntByReference();
            long pause = FIRST_PAUSE_MILLIS;
            long spinUntil = System.nanoTime() + 1_000_000;
            while (true) {
                mpi.call("MPI_Test", request, done, abi.noStatus());
                if (done.getValue() != 0) {
                    break;
                }
                if (System.nanoTime() > spinUntil) {
                    pause(pause);
                    pause = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause);
                }
            }
            memory.read(0, values, 0, values.length);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MpiException("interrupted while waiting for rank 0");
        }
    }

    @Override
    public NDArray gather(NDManager owner, NDArray own, int rows) {
        long row = rowBytes(own);
        requireRows(own, share(rows));
        int[] counts = new int[size];
        int[] places = new int[size];
        for (int other = 0; other < size; other++) {
            Share share = Share.of(rows, other, size);
            counts[other] = Math.toIntExact(share.rows() * row);
            places[other] = Math.toIntExact(share.start() * row);
        }
        NDArray whole = likeRows(owner, own, rows);
        try (Host send = new Host(own);
                Host receive = new Host(whole)) {
            mpi.call(
                    "MPI_Allgatherv",
                    address(send.tensor),
                    counts[rank],
                    abi.bytes(),
                    address(receive.tensor),
                    counts,
                    places,
                    abi.bytes(),
                    abi.world());
            receive.giveBack();
        }
        return whole;
    }

    @Override
    public NDArray fetch(NDManager owner, NDArray own, int[] wanted) {
        Share share = share(wanted.length);
        requireRows(own, share);
        RowExchange exchange = RowExchange.of(wanted, rank, size);
        NDArray arrived = likeRows(owner, own, Math.max(1, exchange.order().length));
        try (NDArray packed = packed(own, exchange.sent())) {
            exchange(packed, exchange.sentTo(), arrived, exchange.arrivesFrom());
        }
        try (arrived) {
            return exchange.order().length == 0
                    ? Tensors.slice(arrived, 0, 0, 0)
                    : Tensors.selectRows(arrived, exchange.order());
        }
    }

    @Override
    public void giveBack(NDArray fetched, NDArray own, int[] wanted) {
        Share share = share(wanted.length);
        requireRows(own, share);
        RowExchange exchange = RowExchange.of(wanted, rank, size);
        int[] sent = exchange.sent();
        try (NDManager passing = own.getManager().newSubManager();
                NDArray packed = packed(exchange.order().length == 0 ? own : fetched, exchange.arrived())) {
            NDArray returned = likeRows(passing, own, Math.max(1, sent.length));
            exchange(packed, exchange.arrivesFrom(), returned, exchange.sentTo());
            if (sent.length > 0) {
                Tensors.addToRows(own, sent, returned);
            }
        }
    }

    /**
     * Sends rows to the ranks, in their order, and receives others.
     *
     * @param sending how many go to each rank
     * @param receiving how many come from each
     */
    private void exchange(NDArray rows, int[] sending, NDArray received, int[] receiving) {
        long row = rowBytes(rows);
        try (Host send = new Host(rows);
                Host receive = new Host(received)) {
            mpi.call(
                    "MPI_Alltoallv",
                    address(send.tensor),
                    scaled(sending, row),
                    places(sending, row),
                    abi.bytes(),
                    address(receive.tensor),
                    scaled(receiving, row),
                    places(receiving, row),
                    abi.bytes(),
                    abi.world());
            receive.giveBack();
        }
    }

    /** Nothing to send is one row that nobody gets: a tensor without elements has no address. */
    private static NDArray packed(NDArray own, int[] rows) {
        return Tensors.selectRows(own, rows.length == 0 ? new int[] {0} : rows);
    }

    private static void requireRows(NDArray own, Share share) {
        if (own.getShape().get(0) != share.rows()) {
            throw new IllegalArgumentException("this rank's share has " + share.rows() + " rows, found "
                    + own.getShape().get(0));
        }
    }

    private static int[] scaled(int[] rows, long row) {
        return Arrays.stream(rows).map(count -> Math.toIntExact(count * row)).toArray();
    }

    private static int[] places(int[] rows, long row) {
        int[] places = new int[rows.length];
        for (int i = 1; i < rows.length; i++) {
            places[i] = Math.toIntExact(places[i - 1] + rows[i - 1] * row);
        }
        return places;
    }

    /** A tensor of as many rows, of the same type, to be overwritten. */
    private static NDArray likeRows(NDManager owner, NDArray own, int rows) {
        NDArray whole = Tensors.selectRows(own, new int[rows]);
        whole.attach(owner);
        return whole;
    }

    private static long rowBytes(NDArray rows) {
        return rows.size() / rows.getShape().get(0) * bytes(rows);
    }

    /** Of an element. DJL gives bf16, which it does not know, no size. */
    private static int bytes(NDArray tensor) {
        return tensor.getDataType() == DataType.UNKNOWN
                ? 2
                : tensor.getDataType().getNumOfBytes();
    }

    private static Pointer address(NDArray host) {
        return MpiLibrary.address(host.toByteBuffer(true));
    }

    private static void overPieces(NDArray tensor, Consumer<NDArray> work) {
        try (Host host = new Host(tensor)) {
            for (long start = 0; start < tensor.size(); start += PIECE) {
                try (NDArray piece = Torch.part(host.tensor, start, Math.min(tensor.size(), start + PIECE))) {
                    work.accept(piece);
                }
            }
            host.giveBack();
        }
    }

    @Override
    public boolean isStuck() {
        return mpi.waitsTooLong(PATIENCE_NANOS);
    }

    @Override
    public void abort(int code) {
        mpi.call("MPI_Abort", abi.world(), code);
    }

    @Override
    public void close() {
        mpi.call("MPI_Finalize");
    }

    /** A tensor where MPI can read and write it: itself, or a copy of a device's. */
    private static final class Host implements AutoCloseable {
        private final NDArray original;
        private final NDArray tensor;

        Host(NDArray original) {
            if (!Torch.isContiguous(original)) {
                throw new IllegalArgumentException(
                        "a tensor of shape " + original.getShape() + " is not contiguous, so its memory can't be sent");
            }
            this.original = original;
            tensor = original.getDevice().isGpu() ? original.toDevice(Device.cpu(), true) : original;
        }

        void giveBack() {
            if (tensor != original) {
                Torch.copy(tensor, original);
            }
        }

        @Override
        public void close() {
            if (tensor != original) {
                tensor.close();
            }
        }
    }
}
