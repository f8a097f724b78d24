package dev.querent.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file of one JSON object a line, read by line number. Only where each line begins is kept in memory. Thread-safe; the file must
 * not change.
 */
public final class JsonLines {

    private static final int LONGEST_LINE = 1 << 20;

    private final Path file;
    private final long[] starts;

    /** @param starts the offset of each line, and of the end of the last */
    private JsonLines(Path file, long[] starts) {
        this.file = file;
        this.starts = starts;
    }

    /**
     * Opens a file and reads all of it once. Empty lines at the end are left out.
     *
     * @param check refuses a line with an {@link IllegalArgumentException}
     * @throws IllegalArgumentException naming the file, the first line that is wrong, and what is wrong
     */
    public static JsonLines open(Path file, Consumer<JsonNode> check) {
        long[] starts = new long[1024];
        int lines = 0;
        long offset = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), LONGEST_LINE)) {
            byte[] line = new byte[LONGEST_LINE];
            for (int length = read(in, line, file, lines); length >= 0; length = read(in, line, file, lines)) {
                String text = new String(line, 0, length, StandardCharsets.UTF_8);
                if (!text.isBlank()) {
                    check(text, check, file, lines);
                    lines++;
                    starts = lines + 1 > starts.length ? Arrays.copyOf(starts, 2 * starts.length) : starts;
                    starts[lines] = offset + length + 1;
                } else if (in.available() > 0) {
                    throw new IllegalArgumentException(file + ":" + (lines + 1) + ": the line is empty");
                }
                offset += length + 1L;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        if (lines == 0) {
            throw new IllegalArgumentException(file + ": holds no line");
        }
        return new JsonLines(file, Arrays.copyOf(starts, lines + 1));
    }

    /** The number of bytes before the line's end; -1 at the end of the file. */
    private static int read(InputStream in, byte[] line, Path file, int lines) throws IOException {
        int length = 0;
        int next = in.read();
        if (next < 0) {
            return -1;
        }
        while (next >= 0 && next != '\n') {
            if (length == line.length) {
                throw new IllegalArgumentException(
                        file + ":" + (lines + 1) + ": the line has more than " + LONGEST_LINE + " bytes");
            }
            line[length++] = (byte) next;
            next = in.read();
        }
        return length;
    }

    private static void check(String text, Consumer<JsonNode> check, Path file, int lines) {
        try {
            check.accept(JsonMapper.shared().readTree(text));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ":" + (lines + 1) + ": is not JSON", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ":" + (lines + 1) + ": " + e.getMessage(), e);
        }
    }

    public int size() {
        return starts.length - 1;
    }

    public JsonNode get(int index) {
        ByteBuffer line = ByteBuffer.allocate(Math.toIntExact(starts[index + 1] - starts[index]));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int read = 0;
            while (read >= 0 && line.hasRemaining()) {
                read = channel.read(line, starts[index] + line.position());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return JsonMapper.shared().readTree(new String(line.array(), 0, line.position(), StandardCharsets.UTF_8));
    }
}
