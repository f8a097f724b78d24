package dev.querent.task.dataset;

import dev.querent.data.Checkable;
import dev.querent.data.Dataset;
import dev.querent.data.MissingDataException;
import dev.querent.data.SampleList;
import dev.querent.data.TextPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A data set that is an annotation file and a folder of images for each split. */
interface AnnotatedDataset extends Dataset, Checkable {

    int MOST_SURVEYED = 20_000;

    /** The plugin's name. */
    String name();

    /** The splits by name. */
    Map<String, AnnotatedImages> annotated();

    /** What was wrong with the annotation files. */
    FileProblems found();

    /**
     * @throws MissingDataException naming the setting, where the folder of images or one of the files isn't there
     */
    static void require(String key, Path images, Path... files) {
        if (!Files.isDirectory(images)) {
            throw new MissingDataException("data." + key + ": there is no folder " + images);
        }
        for (Path file : files) {
            if (!Files.isRegularFile(file)) {
                throw new MissingDataException("data." + key + ": there is no file " + file);
            }
        }
    }

    @Override
    default Set<String> splits() {
        return annotated().keySet();
    }

    @Override
    default SampleList split(String name) {
        return Splits.of(name(), annotated(), name);
    }

    private SampleList first() {
        return annotated().values().iterator().next();
    }

    /** The captions of the first split, which is the training split where there is one; empty where they are kept back. */
    @Override
    default int textCount() {
        return first().size();
    }

    @Override
    default TextPair text(int index) {
        return new TextPair(
                "", "", first().get(index).captions().stream().findFirst().orElse(""));
    }

    /** Those of the first 20,000 samples of the first split. */
    @Override
    default List<String> words() {
        return Splits.words(first(), MOST_SURVEYED);
    }

    @Override
    default List<String> problems() {
        return found().sentences();
    }
}
