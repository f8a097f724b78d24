package dev.querent.task.dataset;

import dev.querent.data.DataFolder;
import dev.querent.data.MissingDataException;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A folder of image files, and for each split a table: the first row names the columns, which a comma separates, or a tab where the first
 * row has one (RFC 4180 quoting). Rows of one image are one sample.
 */
@Plugin("image-text-table")
public final class ImageTextTable implements AnnotatedDataset {

    /** Where the files are. */
    public record Config(
            @Doc("folder of the images; every row names its image relative to it")
            Path images,

            @Doc("table of the training split") Path train,
            @Doc("table of the validation split") Optional<Path> validation,
            @Doc("table of the test split") Optional<Path> test,

            @Doc("name of the column of image files; image where it isn't given")
            Optional<String> imageColumn,

            @Doc("name of the column of captions; caption where it isn't given")
            Optional<String> captionColumn) {}

    private final Config config;
    private final FileProblems problems = new FileProblems();
    private final Map<String, AnnotatedImages> splits = new LinkedHashMap<>();

    /**
     * @throws MissingDataException where the folder or a file isn't there
     * @throws IllegalArgumentException where a table has no such column
     */
    public ImageTextTable(Config config, DataFolder unused) {
        this.config = config;
        splits.put("train", read("train", config.train()));
        config.validation().ifPresent(file -> splits.put("validation", read("validation", file)));
        config.test().ifPresent(file -> splits.put("test", read("test", file)));
    }

    private AnnotatedImages read(String name, Path file) {
        AnnotatedDataset.require(name, config.images(), file);
        AnnotatedImages images = new AnnotatedImages(config.images());
        try (BufferedReader in = Files.newBufferedReader(file)) {
            Table table = new Table(in, file);
            int image = table.column(config.imageColumn().orElse("image"));
            int caption = table.column(config.captionColumn().orElse("caption"));
            for (Optional<List<String>> row = table.next(); row.isPresent(); row = table.next()) {
                add(images, row.get(), image, caption, file + ":" + table.line() + ": ");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return images.finished();
    }

    private void add(AnnotatedImages images, List<String> row, int image, int caption, String where) {
        if (row.size() <= Math.max(image, caption)
                || row.get(image).isBlank()
                || row.get(caption).isBlank()) {
            problems.add("rows without an image or a caption", where + "the row has no image or no caption");
            return;
        }
        try {
            images.image(row.get(image), row.get(image));
            images.caption(row.get(image), row.get(caption));
        } catch (IllegalArgumentException e) {
            problems.add(where + e.getMessage());
        }
    }

    @Override
    public String name() {
        return "image-text-table";
    }

    @Override
    public Map<String, AnnotatedImages> annotated() {
        return splits;
    }

    @Override
    public FileProblems found() {
        return problems;
    }
}
