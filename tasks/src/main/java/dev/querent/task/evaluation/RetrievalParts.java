package dev.querent.task.evaluation;

import dev.querent.step.PartFiles;
import java.nio.file.Path;

/**
 * A gallery's images in ranges. Each range is two partitions: one of the first half of the step, which sees the images, and one of the
 * second, which matches them with texts.
 *
 * @param size images of a range
 * @param images I of the gallery, usable or not
 */
record RetrievalParts(PartFiles files, int size, int images) {

    static RetrievalParts of(Path step, int size, int images) {
        return new RetrievalParts(new PartFiles(step, 2 * ((images + size - 1) / size)), size, images);
    }

    /** Number of ranges. */
    int ranges() {
        return files.count() / 2;
    }

    /** The range that an image is in. */
    int range(int image) {
        return image / size;
    }

    int first(int range) {
        return range * size;
    }

    /** Behind the last image of a range. */
    int end(int range) {
        return Math.min(images, (range + 1) * size);
    }

    /** What the first half leaves of a range. */
    Path seen(int range) {
        return files.file(range);
    }

    /** What the second half leaves of a range. */
    Path matched(int range) {
        return files.file(ranges() + range);
    }
}
