package dev.querent.task.evaluation;

import dev.querent.data.Sample;
import dev.querent.file.AtomicFile;
import dev.querent.image.BadImageException;
import dev.querent.report.Failures;
import dev.querent.report.Pictures;
import dev.querent.report.Prediction;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Small pictures of what a report shows: the first samples, and those of the worst failures. */
final class SamplePictures {

    private static final int SIDE = 96;
    private static final int FIRST = 24;

    private SamplePictures() {}

    /**
     * Writes {@code samples/NNN.png} below a step's folder, NNN the place of the sample.
     *
     * @param samples all that were asked of, in order; a sample whose image can't be decoded gets no picture
     * @param predictions on these samples, by id
     * @return the predictions with the pictures they have
     */
    static List<Prediction> illustrated(Path folder, List<Sample> samples, List<Prediction> predictions) {
        Set<String> worst =
                Failures.worst(predictions).stream().map(Prediction::id).collect(Collectors.toSet());
        Map<String, String> pictures = new HashMap<>();
        for (int index = 0; index < samples.size(); index++) {
            Sample sample = samples.get(index);
            if ((index < FIRST || worst.contains(sample.id())) && !pictures.containsKey(sample.id())) {
                String file = String.format(Locale.ROOT, "samples/%03d.png", index);
                if (write(folder.resolve(file), sample)) {
                    pictures.put(sample.id(), file);
                }
            }
        }
        return predictions.stream()
                .map(prediction -> prediction.pictured(pictures.getOrDefault(prediction.id(), "")))
                .toList();
    }

    private static boolean write(Path file, Sample sample) {
        try {
            AtomicFile.write(file, Pictures.png(sample.image().get(), SIDE));
            return true;
        } catch (BadImageException e) {
            return false;
        }
    }
}
