package dev.querent.app.plan;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.sun.management.OperatingSystemMXBean;
import dev.querent.torch.Kernels;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The machine that this runs on, its speed measured by products of matrices. */
public final class ThisMachine {

    /** On the command line. */
    public static final String NAME = "this-machine";

    /** Training works on smaller matrices than these, and on what is no product. */
    private static final double EFFICIENCY = 0.5;

    private static final int SIDE = 512;
    private static final long NANOSECONDS = TimeUnit.MILLISECONDS.toNanos(500);

    private ThisMachine() {}

    /**
     * Measures for half a second each.
     *
     * @param threads of libtorch
     * @param precisions that are wanted
     */
    public static Hardware measure(int threads, Set<Precision> precisions) {
        Torch.setThreads(threads);
        Map<Precision, Double> speeds = new EnumMap<>(Precision.class);
        StringBuilder source =
                new StringBuilder("measured: products of " + SIDE + " x " + SIDE + " matrices, threads: " + threads);
        for (Precision precision : precisions) {
            double speed = speed(precision);
            speeds.put(precision, speed);
            source.append(String.format(Locale.ROOT, ", %.3g TFLOP/s in %s", speed / 1e12, precision.word()));
        }
        return new Hardware(NAME, source.toString(), 1, memory(), speeds, EFFICIENCY);
    }

    private static double speed(Precision precision) {
        Kernels kernels = Kernels.load(ThisMachine.class, "products.py");
        try (NDManager manager = Torch.newManager()) {
            NDArray matrix = kernels.call(manager, precision.word(), manager.ones(new Shape(SIDE, SIDE)));
            kernels.call(manager, "product", matrix).close(); // the first one sets things up
            long products = 0;
            long start = System.nanoTime();
            long passed = 0;
            while (passed < NANOSECONDS) {
                kernels.call(manager, "product", matrix).close();
                products++;
                passed = System.nanoTime() - start;
            }
            return 2.0 * SIDE * SIDE * SIDE * products / passed * TimeUnit.SECONDS.toNanos(1);
        }
    }

    /** What the operating system, or the container, lets be used. */
    private static double memory() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            return system.getTotalMemorySize();
        }
        throw new IllegalStateException("this Java can't tell how much memory the machine has");
    }
}
