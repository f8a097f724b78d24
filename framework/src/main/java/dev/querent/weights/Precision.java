package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Kernels;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a component's parameters are kept in and computed with. */
public enum Precision {
    /** Single precision. */
    FP32(6),
    /** Brain floating point: single precision's range in 16 bits. */
    BF16(15),
    /** Half precision. */
    FP16(5);

    /** libtorch's number of it ({@code c10::ScalarType}). */
    private final int number;

    Precision(int number) {
        this.number = number;
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
    NDArray copy(NDManager owner, NDArray tensor) {
        return KernelFile.KERNELS.call(owner, "copied", tensor, number);
    }

    /** Holds the compiled kernels. */
    private static final class KernelFile {
        static final Kernels KERNELS = Kernels.load(Kernels.class, "kernels/initializer.py");

        private KernelFile() {}
    }
}
