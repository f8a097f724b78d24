package dev.querent.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.TypedModuleCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A family of tensor functions written as TorchScript: any operator of libtorch, with autograd, without a second native
 * library. The source is a resource of indented method definitions.
 */
public final class Kernels {

    private final PtSymbolBlock module;

    private Kernels(PtSymbolBlock module) {
        this.module = module;
    }

    /**
     * Compiles a kernel file.
     *
     * @param anchor a class of the jar that holds the file
     * @param resource the file's path, relative to the class or absolute with a leading slash
     * @throws IllegalArgumentException where the file is missing or does not compile
     */
    public static Kernels load(Class<?> anchor, String resource) {
        String source;
        try (InputStream in = anchor.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException("no kernel file " + resource + " beside " + anchor.getName());
            }
            source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            // Process-wide and never closed: compiled code, no tensors.
            PtNDManager manager = (PtNDManager) Torch.newManager();
            return new Kernels(TypedModuleCall.load(manager, KernelArchive.of(source)));
        } catch (EngineException e) {
            throw new IllegalArgumentException("kernel file " + resource + " does not compile: " + e.getMessage(), e);
        }
    }

    /**
     * Calls a kernel that returns one tensor.
     *
     * @param owner gets the result
     * @param arguments tensors ({@link NDArray}), lists of tensors ({@link NDList}), int, long, double, boolean,
     *     String or long[]
     */
    public NDArray call(NDManager owner, String method, Object... arguments) {
        try (IValue result = TypedModuleCall.call(module, method, convert(arguments))) {
            return result.toTensor((PtNDManager) owner);
        }
    }

    /** Calls a kernel that returns a list of tensors ({@code List[Tensor]}). */
    public NDList callForList(NDManager owner, String method, Object... arguments) {
        try (IValue result = TypedModuleCall.call(module, method, convert(arguments))) {
            return new NDList((NDArray[]) result.toTensorArray((PtNDManager) owner));
        }
    }

    /** Calls a kernel for its effect on its arguments. */
    public void run(String method, Object... arguments) {
        TypedModuleCall.call(module, method, convert(arguments)).close();
    }

    private static IValue[] convert(Object[] arguments) {
        IValue[] values = new IValue[arguments.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = convert(arguments[i]);
        }
        return values;
    }

    private static IValue convert(Object argument) {
        if (argument instanceof NDArray array) {
            return IValue.from((PtNDArray) array);
        }
        if (argument instanceof NDList list) {
            return IValue.listFrom(list.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new));
        }
        if (argument instanceof Integer || argument instanceof Long) {
            return IValue.from(((Number) argument).longValue());
        }
        if (argument instanceof Double || argument instanceof Float) {
            return IValue.from(((Number) argument).doubleValue());
        }
        if (argument instanceof Boolean bool) {
            return IValue.from(bool.booleanValue());
        }
        if (argument instanceof String string) {
            return IValue.from(string);
        }
        if (argument instanceof long[] longs) {
            return IValue.listFrom(longs);
        }
        throw new IllegalArgumentException(
                "a kernel can't take a " + argument.getClass().getName());
    }
}
