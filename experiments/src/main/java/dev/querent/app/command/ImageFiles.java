package dev.querent.app.command;

import dev.querent.image.BadImageException;
import dev.querent.image.ImageDecoder;
import dev.querent.image.RgbImage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** The image files of a command line, decoded a few at a time. */
final class ImageFiles {

    private static final int IMAGES_AT_ONCE = 16;

    private ImageFiles() {}

    /**
     * Decodes the files in their order and hands them on in groups; those that are no images are passed over.
     *
     * @param err is told of each that was passed over
     * @return what is wrong with those, by file
     */
    static Map<Path, String> read(List<Path> files, PrintWriter err, BiConsumer<List<Path>, List<RgbImage>> group) {
        Map<Path, String> problems = new LinkedHashMap<>();
        List<Path> names = new ArrayList<>();
        List<RgbImage> images = new ArrayList<>();
        for (Path file : files) {
            try {
                images.add(ImageDecoder.decode(file));
                names.add(file);
            } catch (BadImageException e) {
                problems.put(file, String.valueOf(e.getMessage()));
                err.println(e.getMessage());
                err.flush();
            }
            if (images.size() == IMAGES_AT_ONCE) {
                group.accept(List.copyOf(names), List.copyOf(images));
                names.clear();
                images.clear();
            }
        }
        if (!images.isEmpty()) {
            group.accept(names, images);
        }
        return problems;
    }
}
