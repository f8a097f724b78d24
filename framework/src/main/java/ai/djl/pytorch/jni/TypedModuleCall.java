package ai.djl.pytorch.jni;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Calls a TorchScript method with typed arguments and keeps the autograd graph.
 *
 * <p>DJL's own {@link IValueUtils#runMethod} takes typed arguments but always runs under libtorch's inference mode, whose
 * results may never enter a graph; {@link IValueUtils#forward} keeps the graph but takes tensors only. The native
 * function behind both can do both at once.
 */
public final class TypedModuleCall {

    private TypedModuleCall() {}

    /** Loads a TorchScript archive that is held in memory. */
    public static PtSymbolBlock load(PtNDManager manager, byte[] archive) {
        try {
            return JniUtils.loadModule(manager, new ByteArrayInputStream(archive), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs one method. Whether a graph is recorded depends on the thread's gradient mode and on the arguments alone.
     *
     * @param arguments each closed by this call
     * @return the method's result, to be closed by the caller
     */
    public static IValue call(PtSymbolBlock module, String method, IValue... arguments) {
        long[] handles = new long[arguments.length];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = arguments[i].getHandle();
        }
        try {
            return new IValue(PyTorchLibrary.LIB.moduleRunMethod(module.getHandle(), method, handles, true, false));
        } finally {
            for (IValue argument : arguments) {
                argument.close();
            }
        }
    }

    /** Adds d(loss)/d(leaf) to the gradient of every leaf that requires one. The graph is freed. */
    public static void backward(PtNDArray loss, PtNDArray seed) {
        JniUtils.backward(loss, seed, false, false);
    }

    /** The gradient of a leaf, or null where no backward pass has reached it; a handle on the leaf's own gradient. */
    public static @Nullable PtNDArray gradient(PtNDArray leaf) {
        return JniUtils.getGradient(leaf);
    }

    /** Sets the calling thread's gradient mode and returns what it was. */
    public static boolean setGradientMode(boolean enabled) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(enabled);
        return before;
    }

    /** Whether the calling thread records graphs. */
    public static boolean gradientMode() {
        return JniUtils.isGradMode();
    }

    /** Seeds libtorch's default generator (dropout's masks come from it). */
    public static void seed(long seed) {
        JniUtils.setSeed(seed);
    }

    /** Sets the number of threads inside one operator. */
    public static void setThreads(int threads) {
        JniUtils.setNumThreads(threads);
    }

    /** Turns TorchScript's profiling optimiser on or off for the calling thread. */
    public static void setGraphOptimizer(boolean enabled) {
        JniUtils.setGraphExecutorOptimize(enabled);
    }
}
