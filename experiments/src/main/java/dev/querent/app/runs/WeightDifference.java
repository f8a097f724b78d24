package dev.querent.app.runs;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import dev.querent.weights.DamagedFileException;
import dev.querent.weights.Precision;
import dev.querent.weights.SafetensorsReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** How far apart two weight files are. */
final class WeightDifference {

    private WeightDifference() {}

    /** In words: the largest difference of two elements, and where; or the names that only one has. */
    static String of(Path first, Path second) {
        try (SafetensorsReader one = new SafetensorsReader(first);
                SafetensorsReader other = new SafetensorsReader(second)) {
            Set<String> shared = new TreeSet<>(one.names());
            shared.retainAll(other.names());
            int alone = one.names().size() + other.names().size() - 2 * shared.size();
            int different = 0;
            int shapes = 0;
            double largest = 0;
            String where = "";
            for (String name : shared) {
                if (!Arrays.equals(
                        one.shape(name).orElseThrow(), other.shape(name).orElseThrow())) {
                    shapes++;
                    continue;
                }
                double distance = distance(one, other, name);
                different += distance > 0 ? 1 : 0;
                if (distance > largest) {
                    largest = distance;
                    where = name;
                }
            }
            return different + " of " + shared.size() + " tensors differ"
                    + (where.isEmpty() ? "" : String.format(Locale.ROOT, ", by at most %.3g in %s", largest, where))
                    + (alone == 0 ? "" : ", " + alone + " are in one of the files alone")
                    + (shapes == 0 ? "" : ", " + shapes + " have other shapes");
        } catch (DamagedFileException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static double distance(SafetensorsReader one, SafetensorsReader other, String name) {
        try (NDManager manager = Torch.newManager()) {
            NDArray first = one.read(name, manager, Precision.FP32);
            NDArray second = other.read(name, manager, Precision.FP32);
            return first.sub(second).abs().max().getFloat();
        }
    }
}
