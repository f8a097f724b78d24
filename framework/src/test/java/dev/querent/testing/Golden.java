package dev.querent.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import dev.querent.weights.SafetensorsReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Tensors that a reference implementation computed, to be compared in the order of the computation: the first
 * {@link #check} that fails names the layer where two implementations part.
 */
public final class Golden implements AutoCloseable {

    /** fp32 on both sides, sums in another order: an absolute error of 1e-5 plus a relative one of 1e-4. */
    public static final double ABSOLUTE = 1e-5;

    public static final double RELATIVE = 1e-4;

    /** Where {@code -Dquerent.differences=FILE} wants every difference written: fixture, tensor, difference over scale. */
    private static final Optional<Path> DIFFERENCES =
            Optional.ofNullable(System.getProperty("querent.differences")).map(Path::of);

    private final String name;
    private final NDManager manager = Torch.newManager();
    private final SafetensorsReader reader;

    /**
     * @param file safetensors; whole numbers are stored as floats
     */
    public Golden(Path file) {
        int parts = file.getNameCount();
        name = file.subpath(Math.max(0, parts - 3), parts).toString();
        reader = new SafetensorsReader(file);
    }

    /** A folder among the test's resources. A missing one fails. */
    public static Path folder(Class<?> test, String path) {
        URL url = test.getResource(path);
        if (url == null) {
            throw new AssertionError("no fixture " + path + " beside " + test.getName());
        }
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** What the generator wrote beside the tensors: versions, texts. */
    public Map<String, String> metadata() {
        return reader.metadata();
    }

    /** A tensor of the fixture, fp32, owned by this. */
    public NDArray tensor(String tensor) {
        if (!reader.names().contains(tensor)) {
            throw new AssertionError(name + " has no tensor " + tensor + "; it has " + reader.names());
        }
        return reader.read(tensor, manager);
    }

    /** A matrix of whole numbers of the fixture. */
    public long[][] longs(String tensor) {
        NDArray values = tensor(tensor);
        float[] flat = values.toFloatArray();
        int columns = (int) values.getShape().get(1);
        long[][] rows = new long[(int) values.getShape().get(0)][columns];
        for (int i = 0; i < flat.length; i++) {
            rows[i / columns][i % columns] = (long) flat[i];
        }
        return rows;
    }

    /** Fails unless a computed tensor equals the fixture's within {@link #ABSOLUTE} and {@link #RELATIVE}. */
    public void check(String tensor, NDArray actual) {
        record(tensor, actual);
        assertClose(name + ": " + tensor, tensor(tensor), actual, ABSOLUTE, RELATIVE);
    }

    /**
     * Fails unless a tensor that was computed in 16 bits is as near to the reference's as twice what lies between the
     * reference's own two ways of computing attention.
     */
    public void check(Precision precision, String tensor, NDArray actual) {
        String type = precision == Precision.BF16 ? "bfloat16." : "float16.";
        double spread = tensor(type + "spread").getFloat();
        record(type + tensor, actual);
        assertClose(name + ": " + type + tensor, tensor(type + tensor), actual, 2 * spread, 0);
    }

    /** The largest difference, as a share of the reference's largest value. */
    private void record(String tensor, NDArray actual) {
        if (DIFFERENCES.isEmpty()) {
            return;
        }
        float[] wanted = tensor(tensor).toFloatArray();
        float[] found = actual.toFloatArray();
        double scale = 0;
        double largest = 0;
        for (int i = 0; i < Math.min(wanted.length, found.length); i++) {
            scale = Math.max(scale, Math.abs(wanted[i]));
            largest = Math.max(largest, Math.abs((double) found[i] - wanted[i]));
        }
        String line = String.format(Locale.ROOT, "%s\t%s\t%.1e%n", name, tensor, largest / scale);
        try {
            Files.writeString(DIFFERENCES.get(), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails, with largest error and its index, unless {@code |actual - expected| <= absolute + relative * |expected|}. */
    public static void assertClose(String what, NDArray expected, NDArray actual, double absolute, double relative) {
        if (!expected.getShape().equals(actual.getShape())) {
            throw new AssertionError(
                    what + ": expected the shape " + expected.getShape() + ", found " + actual.getShape());
        }
        float[] wanted = expected.toFloatArray();
        float[] found = actual.toFloatArray();
        int worst = -1;
        double largest = 0;
        for (int i = 0; i < wanted.length; i++) {
            double error = Math.abs((double) found[i] - wanted[i]);
            double excess = error - absolute - relative * Math.abs(wanted[i]);
            if (!(excess <= 0) && (worst < 0 || !(excess <= largest))) { // negated, so that NaN fails
                worst = i;
                largest = excess;
            }
        }
        if (worst >= 0) {
            throw new AssertionError(
                    what + " differs: at " + index(worst, actual.getShape().getShape()) + " expected "
                            + wanted[worst] + ", found " + found[worst] + " (allowed " + absolute + " + " + relative
                            + " * |expected|)");
        }
    }

    private static String index(int flat, long[] shape) {
        long[] index = new long[shape.length];
        long rest = flat;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        return Arrays.toString(index);
    }

    @Override
    public void close() {
        reader.close();
        manager.close();
    }
}
