package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Kernels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a component's parameters are kept in and computed with. */
public enum Precision {
    /** Single precision. */
    FP32(6, "F32"),
    /** Brain floating point: single precision's range in 16 bits. */
    BF16(15, "BF16"),
    /** Half precision. */
    FP16(5, "F16");

    /** libtorch's number of it ({@code c10::ScalarType}). */
    private final int number;

    private final String dtype;

    Precision(int number, String dtype) {
        this.number = number;
        this.dtype = dtype;
    }

    /** Its name in safetensors files. */
    String dtype() {
        return dtype;
    }

    /** By its name in safetensors files. */
    static Optional<Precision> stored(String dtype) {
        return Arrays.stream(values())
                .filter(precision -> precision.dtype.equals(dtype))
                .findFirst();
    }

    /** What a floating-point tensor is kept in. DJL calls bf16 unknown. */
    public static Precision of(NDArray tensor) {
        return switch (tensor.getDataType()) {
            case FLOAT32 -> FP32;
            case FLOAT16 -> FP16;
            case UNKNOWN -> BF16;
            default -> throw new IllegalArgumentException("a tensor of " + tensor.getDataType());
        };
    }

    /** Bytes of a value. */
    public int bytes() {
        return this == FP32 ? Float.BYTES : Short.BYTES;
    }

    /** By its name in experiment files. */
    public static Optional<Precision> of(String word) {
        return Arrays.stream(values())
                .filter(precision -> precision.word().equals(word))
                .findFirst();
    }

    /** Its name in experiment files. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A copy in this precision. DJL has no way of its own to make a tensor of bf16. */
    public NDArray copy(NDManager owner, NDArray tensor) {
        return KernelFile.KERNELS.call(owner, "copied", tensor, number);
    }

    /**
     * The start of a file as values of this precision, without a copy: pages are read when they are first used and can be
     * dropped again. The file must stay as it is for as long as any part of the tensor is in use.
     *
     * @return (elements), on the CPU
     */
    NDArray map(NDManager owner, Path file, long elements) {
        return KernelFile.KERNELS.call(owner, "mapped", file.toString(), elements, number);
    }

    /** A view of the elements from {@code start} of a vector. */
    static NDArray part(NDManager owner, NDArray vector, long start, long... shape) {
        long count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        return KernelFile.KERNELS.call(owner, "part", vector, start, start + count, shape);
    }

    /** Holds the compiled kernels. */
    private static final class KernelFile {
        static final Kernels KERNELS = Kernels.load(Kernels.class, "kernels/initializer.py");

        private KernelFile() {}
    }
}
