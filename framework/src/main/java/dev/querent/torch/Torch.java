package dev.querent.torch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.TypedModuleCall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Optional;
import java.util.function.Function;

/** The engine: managers, gradient mode, the backward pass, libtorch's seed and threads. */
public final class Torch {

    private static final Engine ENGINE = start();

    private Torch() {}

    private static Engine start() {
        Engine engine = Engine.getEngine("PyTorch");
        calmThread();
        return engine;
    }

    /**
     * Both settings are the thread's own in libtorch, and on where a thread begins. The profiling executor specialises on shapes
     * it has seen and recompiles in mid-run: slower here (every shape is new at first) and a source of differences between a
     * resumed run and an unbroken one.
     */
    private static void calmThread() {
        TypedModuleCall.setGraphOptimizer(false);
        TypedModuleCall.setGradientMode(false);
    }

    /** A manager of its own on the default device; whoever asks closes it. */
    public static NDManager newManager() {
        return ENGINE.newBaseManager();
    }

    /** Builds what owns a new manager and will close it; where building fails, the manager is closed here. */
    public static <T> T owning(Function<NDManager, T> build) {
        NDManager manager = newManager();
        try {
            return build.apply(manager);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Version of libtorch, for provenance. */
    public static String version() {
        return ENGINE.getVersion();
    }

    /** What tensors are computed on, {@code cpu} or {@code gpu}, for provenance. */
    public static String device() {
        return ENGINE.defaultDevice().getDeviceType();
    }

    /**
     * Gets the calling thread ready to compute as the first one does: without graphs and profiling.
     *
     * @param threads inside one operator
     */
    public static void setThreads(int threads) {
        calmThread();
        TypedModuleCall.setThreads(threads);
    }

    /** Seeds the generator that dropout draws from. */
    public static void seed(long seed) {
        TypedModuleCall.seed(seed);
    }

    /** Whether this thread records graphs. Off unless a {@link GradientMode} is open. */
    public static boolean recordsGradients() {
        return TypedModuleCall.gradientMode();
    }

    /** Records graphs on this thread until closed. */
    public static GradientMode recordGradients() {
        return new GradientMode(TypedModuleCall.setGradientMode(true));
    }

    /** Records no graphs on this thread until closed. */
    public static GradientMode withoutGradients() {
        return new GradientMode(TypedModuleCall.setGradientMode(false));
    }

    /**
     * Adds the gradient of a scalar loss to every leaf that requires one, and frees the graph.
     *
     * @param loss () fp32
     */
    public static void backward(NDArray loss) {
        try (NDArray one = loss.onesLike()) {
            backward(loss, one);
        }
    }

    /**
     * Goes on with a backward pass: adds to every leaf that requires one the gradient of what {@code result} led to, and frees the
     * graph of {@code result}.
     *
     * @param gradient with respect to {@code result}, of its shape and precision
     */
    public static void backward(NDArray result, NDArray gradient) {
        TypedModuleCall.backward((PtNDArray) result, (PtNDArray) gradient);
    }

    /**
     * What {@link #backward} has added up for a leaf so far: a handle on the gradient itself, owned by the leaf's manager.
     *
     * @return empty where no backward pass has reached the leaf
     */
    public static Optional<NDArray> gradient(NDArray leaf) {
        return Optional.ofNullable(TypedModuleCall.gradient((PtNDArray) leaf));
    }

    /**
     * A tensor in libtorch's own memory. DJL's {@code create} wraps Java memory instead, which a graph may outlive and which
     * only a full garbage collection gives back.
     *
     * @param values as many as the shape has, row-major
     * @return (shape) fp32
     */
    public static NDArray tensor(NDManager owner, FloatBuffer values, long... shape) {
        NDArray tensor = empty(owner, DataType.FLOAT32, values.remaining(), shape);
        if (tensor.getDevice().isGpu()) {
            tensor.close();
            return owner.create(values, new Shape(shape)); // copied by the native code
        }
        memory(tensor).asFloatBuffer().put(values);
        return tensor;
    }

    /**
     * As {@link #tensor(NDManager, FloatBuffer, long...)} with whole numbers.
     *
     * @return (shape) int64
     */
    public static NDArray tensor(NDManager owner, LongBuffer values, long... shape) {
        NDArray tensor = empty(owner, DataType.INT64, values.remaining(), shape);
        if (tensor.getDevice().isGpu()) {
            tensor.close();
            return owner.create(values, new Shape(shape));
        }
        memory(tensor).asLongBuffer().put(values);
        return tensor;
    }

    private static NDArray empty(NDManager owner, DataType type, int count, long... shape) {
        Shape wanted = new Shape(shape);
        if (wanted.size() != count) {
            throw new IllegalArgumentException(wanted + " needs " + wanted.size() + " values, found " + count);
        }
        return owner.create(wanted, type);
    }

    private static ByteBuffer memory(NDArray tensor) {
        return tensor.toByteBuffer(true).order(ByteOrder.nativeOrder());
    }

    /** Overwrites a tensor's values, parameters included; shapes must agree. */
    public static void copy(NDArray from, NDArray to) {
        try (GradientMode off = withoutGradients()) {
            CopyKernel.KERNELS.run("copy", to, from);
        }
    }

    /** Whether a tensor's values lie in memory one behind the other, row-major. */
    public static boolean isContiguous(NDArray tensor) {
        try (NDArray answer = CopyKernel.KERNELS.call(tensor.getManager(), "contiguous", tensor)) {
            return answer.getBoolean();
        }
    }

    /** Whether a backward pass from this tensor reaches any leaf. DJL's {@code hasGradient} says so of leaves only. */
    public static boolean isOnGraph(NDArray tensor) {
        try (NDArray answer = CopyKernel.KERNELS.call(tensor.getManager(), "requires_gradient", tensor)) {
            return answer.getBoolean();
        }
    }

    /**
     * Some values of a contiguous tensor, row-major, in the same memory.
     *
     * @return (end - start), owned by the tensor's manager
     */
    public static NDArray part(NDArray tensor, long start, long end) {
        return CopyKernel.KERNELS.call(tensor.getManager(), "flat_part", tensor, start, end);
    }

    /** Loaded late: compiling a kernel needs the engine that this class starts. */
    private static final class CopyKernel {
        private static final Kernels KERNELS = Kernels.load(Kernels.class, "kernels/initializer.py");
    }

    /** Gradient mode of one thread, put back at {@link #close()}. */
    public static final class GradientMode implements AutoCloseable {
        private final boolean before;

        private GradientMode(boolean before) {
            this.before = before;
        }

        @Override
        public void close() {
            TypedModuleCall.setGradientMode(before);
        }
    }
}
