package dev.querent.report;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Reads a run's folder as one that came from elsewhere: nothing outside it, whatever its links say, nothing but regular files,
 * and no more of them than a report needs.
 */
public final class RunFiles {

    /** Of a file that is read as a whole. */
    private static final long MOST_BYTES = 8_000_000;

    /** Of a file that is read line by line. */
    private static final long MOST_BYTES_OF_LINES = 4_000_000_000L;

    private static final int LONGEST_LINE = 1 << 17;

    private final Path root;

    /**
     * A pass over lines.
     *
     * @param tooLong lines that were left out
     * @param end offset of the first line that was not read
     */
    record Lines(int tooLong, long end) {}

    /**
     * What tells whether a file is the same and has only grown.
     *
     * @param file which it is, whatever its name
     */
    record Stamp(Object file, long bytes) {}

    /** Of a run or of anything else that holds files of its own, such as a study. */
    public RunFiles(Path folder) {
        try {
            root = folder.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
    }

    /** The run's folder, links resolved. */
    Path root() {
        return root;
    }

    /** Whether something of that name is there, be it readable or not. */
    public boolean has(String path) {
        try {
            Path file = root.resolve(path).normalize();
            return file.startsWith(root) && Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** The names of the folders in a folder, sorted; none where it isn't there. */
    List<String> folders(String path) {
        Path folder = root.resolve(path);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(inside(path, folder))) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> String.valueOf(entry.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /**
     * The text of a file, what is no UTF-8 replaced; empty where it isn't there.
     *
     * @throws UnreadableException where it may not or can't be read
     */
    public String text(String path) {
        return new String(bytes(path, MOST_BYTES), StandardCharsets.UTF_8);
    }

    /** As {@link #text}, unchanged. */
    public byte[] bytes(String path, long most) {
        Optional<Path> file = find(path, most);
        try {
            return file.isEmpty() ? new byte[0] : Files.readAllBytes(file.get());
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /**
     * Hands over one line of a file after the other, empty ones left out; nothing where the file isn't there.
     *
     * @return how many lines were too long and left out
     * @throws UnreadableException where it may not or can't be read
     */
    int lines(String path, Consumer<String> each) {
        return lines(path, 0, true, each).tooLong();
    }

    /** As {@link #lines(String, Consumer)} from an offset on; a last line that has no end yet is left for the next pass. */
    Lines wholeLines(String path, long offset, Consumer<String> each) {
        return lines(path, offset, false, each);
    }

    private Lines lines(String path, long offset, boolean unfinishedToo, Consumer<String> each) {
        Optional<Path> file = find(path, MOST_BYTES_OF_LINES);
        if (file.isEmpty()) {
            return new Lines(0, 0);
        }
        int tooLong = 0;
        long at = offset;
        long end = offset;
        try (SeekableByteChannel channel = Files.newByteChannel(file.get());
                InputStream in = new BufferedInputStream(Channels.newInputStream(channel.position(offset)), 1 << 16)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long length = 0;
            for (int next = in.read(); next >= 0 || (length > 0 && unfinishedToo); next = in.read()) {
                at++;
                if (next >= 0 && next != '\n') {
                    if (length++ < LONGEST_LINE) {
                        line.write(next);
                    }
                    continue;
                }
                if (length > LONGEST_LINE) {
                    tooLong++;
                } else if (length > 0) {
                    each.accept(line.toString(StandardCharsets.UTF_8));
                }
                line.reset();
                length = 0;
                end = at;
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        }
        return new Lines(tooLong, end);
    }

    /** Empty where the file isn't there. */
    Optional<Stamp> stamp(String path) {
        Optional<Path> file = find(path, MOST_BYTES_OF_LINES);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(file.get(), BasicFileAttributes.class);
            Object key = attributes.fileKey();
            return Optional.of(new Stamp(key == null ? file.get() : key, attributes.size()));
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private Optional<Path> find(String path, long most) {
        try {
            Path file = root.resolve(path);
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            Path real = inside(path, file);
            if (!Files.isRegularFile(real)) {
                throw new UnreadableException(path + " is not a file");
            }
            long size = Files.size(real);
            if (size > most) {
                throw new UnreadableException(path + " has " + size + " bytes; a report reads at most " + most);
            }
            return Optional.of(real);
        } catch (IOException | InvalidPathException e) {
            throw unreadable(path, e);
        }
    }

    private Path inside(String path, Path file) throws IOException {
        Path real = file.toRealPath();
        if (!real.startsWith(root)) {
            throw new UnreadableException(path + " leads out of the run's folder and was not read");
        }
        return real;
    }

    private static UnreadableException unreadable(String path, Exception e) {
        return new UnreadableException(path + " cannot be read: " + e.getMessage());
    }
}
