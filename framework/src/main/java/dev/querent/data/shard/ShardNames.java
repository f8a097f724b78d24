package dev.querent.data.shard;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which files are meant by a folder, a file, or a name with {@code *} or a range such as {@code {00000..00099}}. */
public final class ShardNames {

    private static final Pattern RANGE = Pattern.compile("\\{(\\d+)\\.\\.(\\d+)}");
    private static final int MOST = 1_000_000;

    private ShardNames() {}

    /**
     * The tar files in a fixed order.
     *
     * @throws IllegalArgumentException where nothing is meant, or a file isn't there
     */
    public static List<Path> of(String text) {
        Matcher range = RANGE.matcher(text);
        List<Path> files = range.find() ? inRange(text, range) : found(Path.of(text));
        for (Path file : files) {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException("there is no file " + file);
            }
        }
        return files;
    }

    private static List<Path> inRange(String text, Matcher range) {
        if (range.group(2).length() > 9 || range.group(1).length() > 9) {
            throw new IllegalArgumentException("expected numbers of at most 9 digits, found " + range.group());
        }
        int first = Integer.parseInt(range.group(1));
        int last = Integer.parseInt(range.group(2));
        if (last < first || last - first >= MOST) {
            throw new IllegalArgumentException("expected a range of 1 to " + MOST + " numbers, found " + range.group());
        }
        int digits = range.group(1).length();
        List<Path> files = new ArrayList<>();
        for (int number = first; number <= last; number++) {
            String padded =
                    "0".repeat(Math.max(0, digits - Integer.toString(number).length())) + number;
            files.add(Path.of(text.substring(0, range.start()) + padded + text.substring(range.end())));
        }
        return files;
    }

    private static List<Path> found(Path path) {
        Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
        String name = Files.isDirectory(path) ? "*.tar" : String.valueOf(path.getFileName());
        if (!name.contains("*")) {
            return List.of(path);
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, name)) {
            all.forEach(files::add);
        } catch (IOException e) {
            throw new IllegalArgumentException("there is no folder " + folder, e);
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException("there is no file " + name + " in " + folder);
        }
        return files.stream().sorted().toList();
    }
}
