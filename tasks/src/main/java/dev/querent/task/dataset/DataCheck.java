package dev.querent.task.dataset;

import dev.querent.data.Checkable;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.MissingDataException;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.image.BadImageException;
import dev.querent.image.ImageDecoder;
import dev.querent.image.RgbImage;
import dev.querent.progress.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is wrong with data on disk.
 *
 * @param images number of images that were decoded, bad ones included
 * @param problems one sentence each
 */
public record DataCheck(int images, List<String> problems) {

    private static final Set<String> SUFFIXES = Set.of("jpg", "jpeg", "png", "gif", "bmp", "webp");

    public DataCheck {
        problems = List.copyOf(problems);
    }

    /**
     * Decodes every image of a prepared data set, of a folder with all below it, or a single file; a prepared data set's
     * checksums are compared first. A tar file, or a folder that holds some, is read as {@code webdataset} reads it.
     */
    public static DataCheck of(Path path, Progress progress) {
        if (Files.exists(path.resolve(EmojiFolder.MANIFEST))) {
            return emoji(path, progress);
        }
        if (isShards(path)) {
            return shards(path, progress);
        }
        if (!Files.exists(path)) {
            return new DataCheck(0, List.of(path + ": there is no such file or folder"));
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(path)) {
            files = all.filter(Files::isRegularFile)
                    .filter(file -> file.equals(path) || SUFFIXES.contains(suffix(file)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (files.isEmpty()) {
            return new DataCheck(
                    0,
                    List.of(path + ": holds no image ("
                            + String.join(", ", SUFFIXES.stream().sorted().toList()) + ")"));
        }
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            decode(() -> ImageDecoder.decode(file), problems);
            progress.update(i + 1, files.size(), Map.of());
        }
        return new DataCheck(files.size(), problems);
    }

    /** Whatever a data set can tell of its files; then every sample of every split, its image decoded. */
    public static DataCheck of(Dataset data, Progress progress) {
        FileProblems problems = new FileProblems();
        int images = 0;
        long total = data.splits().stream()
                .mapToLong(split -> data.split(split).size())
                .sum();
        for (String split : data.splits()) {
            SampleList samples = data.split(split);
            Set<String> ids = new HashSet<>();
            for (int index = 0; index < samples.size(); index++) {
                Sample sample = samples.get(index);
                if (!ids.add(sample.id())) {
                    problems.add("ids doubled", split + ": the id \"" + sample.id() + "\" stands for two samples");
                }
                try {
                    RgbImage unused = sample.image().get();
                } catch (BadImageException e) {
                    problems.add("images missing or unreadable in " + split, String.valueOf(e.getMessage()));
                }
                progress.update(++images, total, Map.of());
            }
        }
        List<String> sentences = new ArrayList<>(data instanceof Checkable known ? known.problems() : List.of());
        sentences.addAll(problems.sentences());
        return new DataCheck(images, sentences);
    }

    private static String suffix(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static boolean isShards(Path path) {
        if (!Files.isDirectory(path)) {
            return suffix(path).equals("tar");
        }
        try (DirectoryStream<Path> tars = Files.newDirectoryStream(path, "*.tar")) {
            return tars.iterator().hasNext();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DataCheck shards(Path path, Progress progress) {
        Optional<String> none = Optional.empty();
        try {
            return of(
                    new WebDataset(
                            new WebDataset.Config(path.toString(), none, none, Optional.empty(), Optional.empty()),
                            new DataFolder(path)),
                    progress);
        } catch (MissingDataException | IllegalArgumentException e) {
            return new DataCheck(0, List.of(String.valueOf(e.getMessage())));
        }
    }

    private static DataCheck emoji(Path path, Progress progress) {
        EmojiFolder folder;
        try {
            folder = EmojiFolder.open(path);
        } catch (MissingDataException e) {
            return new DataCheck(0, List.of(String.valueOf(e.getMessage())));
        }
        List<String> problems = new ArrayList<>();
        List<EmojiConcept> concepts = folder.concepts();
        int images = 0;
        for (int i = 0; i < concepts.size(); i++) {
            EmojiConcept concept = concepts.get(i);
            for (EmojiStyle style : concept.styles()) {
                decode(() -> folder.drawing(concept, style), problems);
                images++;
            }
            progress.update(i + 1, concepts.size(), Map.of());
        }
        return new DataCheck(images, problems);
    }

    private static void decode(Runnable decoding, List<String> problems) {
        try {
            decoding.run();
        } catch (BadImageException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
    }
}
