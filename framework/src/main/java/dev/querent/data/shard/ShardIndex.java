package dev.querent.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * Where the samples of a tar file begin. It is kept in a file, of which only the header is read at once:
 *
 * <pre>
 *   0  "QRNTTAR1"
 *   8  size of the tar file, its time of change in ms, number n of samples, 0 or where it is damaged, bytes of the damage's text
 *  48  check sum (CRC-32) of bytes 0 to 47 and of the text
 *  56  n + 1 positions: of each sample's first header block, and of the end
 *  ..  the damage's text
 * </pre>
 *
 * @param samples number of samples before any damage
 * @param damage why the rest of the tar file can't be read; empty where all can
 */
record ShardIndex(Path file, int samples, Optional<String> damage) {

    private static final long MAGIC = 0x51524E5454415231L; // "QRNTTAR1"
    private static final int HEADER = 56;
    private static final int SUMMED = 48;
    private static final int LONGEST_DAMAGE = 4096;

    /** Reads the index of a tar file as it is now; empty where there is none, or it belongs to another file. */
    static Optional<ShardIndex> read(Path file, Path tar) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            byte[] begin = read(channel, 0, HEADER);
            ByteBuffer header = ByteBuffer.wrap(begin);
            if (begin.length < HEADER || header.getLong(0) != MAGIC) {
                return Optional.empty();
            }
            long samples = header.getLong(24);
            long textLength = header.getLong(40);
            long length = HEADER + 8 * (samples + 1);
            if (samples < 0
                    || samples >= Integer.MAX_VALUE
                    || textLength < 0
                    || textLength > LONGEST_DAMAGE
                    || channel.size() != length + textLength) {
                return Optional.empty();
            }
            byte[] text = read(channel, length, (int) textLength);
            boolean same = header.getLong(8) == Files.size(tar)
                    && header.getLong(16) == Files.getLastModifiedTime(tar).toMillis()
                    && header.getLong(48) == sum(begin, text);
            Optional<String> damage =
                    text.length == 0 ? Optional.empty() : Optional.of(new String(text, StandardCharsets.UTF_8));
            return same ? Optional.of(new ShardIndex(file, (int) samples, damage)) : Optional.empty();
        }
    }

    /** As far as the file goes. */
    private static byte[] read(FileChannel channel, long position, int length) throws IOException {
        byte[] bytes = new byte[length];
        ByteBuffer to = ByteBuffer.wrap(bytes);
        int read = 0;
        while (read >= 0 && to.hasRemaining()) {
            read = channel.read(to, position + to.position());
        }
        return Arrays.copyOf(bytes, to.position());
    }

    private static long sum(byte[] header, byte[] text) {
        CRC32 sum = new CRC32();
        sum.update(header, 0, SUMMED);
        sum.update(text);
        return sum.getValue();
    }

    /**
     * Reads a tar file's headers and writes its index, whole or not at all.
     *
     * @throws IOException where the index can't be written, or the tar file can't be opened
     */
    static ShardIndex write(Path file, Path tar, PositionalFiles files) throws IOException {
        long size = Files.size(tar);
        long modified = Files.getLastModifiedTime(tar).toMillis();
        TarReader reader = new TarReader((to, position) -> files.read(tar, to, position), 0, size);
        long[] starts = new long[1024];
        int samples = 0;
        long end = 0;
        String damage = "";
        Optional<String> key = Optional.empty();
        try {
            for (Optional<TarEntry> next = reader.next(true); next.isPresent(); next = reader.next(true)) {
                TarEntry entry = next.get();
                if (entry.key().isPresent() && !entry.key().equals(key)) {
                    key = entry.key();
                    starts = samples + 2 > starts.length ? Arrays.copyOf(starts, 2 * starts.length) : starts;
                    starts[samples++] = entry.start();
                }
                end = entry.content() + entry.size();
            }
        } catch (TarException e) {
            damage = String.valueOf(e.getMessage());
        }
        starts[samples] = end;
        store(file, size, modified, Arrays.copyOf(starts, samples + 1), damage);
        return new ShardIndex(file, samples, damage.isEmpty() ? Optional.empty() : Optional.of(damage));
    }

    private static void store(Path file, long size, long modified, long[] starts, String damage) throws IOException {
        byte[] text = damage.getBytes(StandardCharsets.UTF_8);
        byte[] content = new byte[Math.toIntExact(HEADER + 8L * starts.length + text.length)];
        ByteBuffer bytes = ByteBuffer.wrap(content);
        bytes.putLong(MAGIC).putLong(size).putLong(modified).putLong(starts.length - 1);
        bytes.putLong(text.length == 0 ? 0 : starts[starts.length - 1]).putLong(text.length);
        bytes.putLong(sum(content, text));
        for (long start : starts) {
            bytes.putLong(start);
        }
        bytes.put(text);
        Path unfinished = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp"); // ranks may write it at once
        try {
            Files.write(unfinished, content);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** Where a sample begins and ends: (2,). */
    long[] range(int sample, PositionalFiles files) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16);
        files.read(file, bytes, HEADER + 8L * sample);
        return new long[] {bytes.getLong(0), bytes.getLong(8)};
    }
}
