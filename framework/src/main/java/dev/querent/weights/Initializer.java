package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import dev.querent.torch.Kernels;
import dev.querent.torch.Torch;

/** How a parameter starts where no checkpoint brings it. */
public sealed interface Initializer {

    /** Every value the same. */
    record Constant(double value) implements Initializer {}

    /** N(0, std). */
    record Normal(double std) implements Initializer {}

    /** U(-bound, bound). */
    record Uniform(double bound) implements Initializer {}

    static Initializer zeros() {
        return new Constant(0);
    }

    static Initializer ones() {
        return new Constant(1);
    }

    /** torch's default of a linear layer, weight and bias alike: U(-1/sqrt(in), 1/sqrt(in)). */
    static Initializer linearDefault(long inputs) {
        return new Uniform(1 / Math.sqrt((double) inputs));
    }

    /** Fills a tensor; the numbers depend on the seed and the shape only. */
    default void fill(NDArray tensor, long seed) {
        Torch.seed(seed);
        if (this instanceof Constant constant) {
            KernelFile.KERNELS.run("fill", tensor, constant.value());
        } else if (this instanceof Normal normal) {
            KernelFile.KERNELS.run("normal", tensor, normal.std());
        } else if (this instanceof Uniform uniform) {
            KernelFile.KERNELS.run("uniform", tensor, uniform.bound());
        }
    }

    /** Holds the compiled kernels. */
    final class KernelFile {
        static final Kernels KERNELS = Kernels.load(Kernels.class, "kernels/initializer.py");

        private KernelFile() {}
    }
}
