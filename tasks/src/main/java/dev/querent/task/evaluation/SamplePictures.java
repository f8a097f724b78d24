package dev.querent.task.evaluation;

import dev.querent.data.Sample;
import dev.querent.report.AtomicFile;
import dev.querent.report.Pictures;
import java.nio.file.Path;
import java.util.List;

/** Small pictures of the first samples for the report. */
final class SamplePictures {

    private static final int SIDE = 96;
    private static final int MOST = 24;

    private SamplePictures() {}

    /** Writes {@code samples/NNN.png} below a step's folder. */
    static void write(Path folder, List<Sample> samples) {
        for (int index = 0; index < Math.min(MOST, samples.size()); index++) {
            AtomicFile.write(
                    folder.resolve(path(index)),
                    Pictures.png(samples.get(index).image().get(), SIDE));
        }
    }

    /** The picture of a sample, relative to the step's folder; empty where there is none. */
    static String path(int index) {
        return index < MOST ? String.format(java.util.Locale.ROOT, "samples/%03d.png", index) : "";
    }
}
