package dev.querent.data.shard;

import dev.querent.progress.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The samples of many tar files by number: members that follow each other and have one key are a sample. In memory are a few
 * numbers a shard, whatever its size. A shard that is damaged ends with one more sample, which can't be used and says why.
 * Thread-safe; the files must not change. A few of them are kept open.
 */
public final class TarShards implements AutoCloseable {

    /** Longest content that is read, in bytes. */
    public static final long MOST_MEMBER_BYTES = 64L << 20;

    private static final int MOST_MEMBERS = 64;
    private static final String INDEX = ".index";

    private final List<Path> files;
    private final ShardIndex[] indexes;
    /** The number of the first sample of each shard, and of all samples. */
    private final int[] firsts;

    private final PositionalFiles reads = new PositionalFiles();

    private TarShards(List<Path> files, ShardIndex[] indexes) {
        this.files = files;
        this.indexes = indexes;
        firsts = new int[indexes.length + 1];
        for (int shard = 0; shard < indexes.length; shard++) {
            int samples = indexes[shard].samples() + (indexes[shard].damage().isPresent() ? 1 : 0);
            firsts[shard + 1] = Math.addExact(firsts[shard], samples);
        }
    }

    /**
     * Opens shards. Where a shard has no index that fits it, all of its headers are read and the index is written.
     *
     * @param indexFolder where indexes are kept; beside the shards where empty
     * @param progress hears of shards that are ready
     * @throws IllegalArgumentException where a file can't be read or an index can't be written
     */
    public static TarShards open(List<Path> files, Optional<Path> indexFolder, Progress progress) {
        ShardIndex[] indexes = new ShardIndex[files.size()];
        try (PositionalFiles reads = new PositionalFiles()) {
            for (int shard = 0; shard < indexes.length; shard++) {
                Path file = files.get(shard);
                Path index = indexFolder
                        .map(folder -> folder.resolve(elsewhere(file)))
                        .orElse(file.resolveSibling(file.getFileName() + INDEX));
                indexes[shard] = open(file, index, reads);
                progress.update(shard + 1, indexes.length, Map.of());
            }
        }
        return new TarShards(List.copyOf(files), indexes);
    }

    /** Shards of several folders may have one name. */
    private static String elsewhere(Path file) {
        int folder = file.toAbsolutePath().normalize().toString().hashCode();
        return file.getFileName() + "." + Integer.toHexString(folder) + INDEX;
    }

    private static ShardIndex open(Path file, Path index, PositionalFiles reads) {
        try {
            Optional<ShardIndex> known = ShardIndex.read(index, file);
            if (known.isPresent()) {
                return known.get();
            }
            Files.createDirectories(index.toAbsolutePath().getParent());
            return ShardIndex.write(index, file, reads);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file + ": no index of it can be made (" + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "). Indexes are written beside the shards, or into the folder that \"index\" names",
                    e);
        }
    }

    /** Number of samples. */
    public int size() {
        return firsts[indexes.length];
    }

    /** The number of the first sample of each shard, and at last the number of all samples. */
    public int[] firsts() {
        return firsts.clone();
    }

    /** The tar files. */
    public List<Path> files() {
        return files;
    }

    /** Why the rest of a shard can't be read, a sentence for each such shard. */
    public List<String> damages() {
        return IntStream.range(0, indexes.length)
                .filter(shard -> indexes[shard].damage().isPresent())
                .mapToObj(shard -> files.get(shard) + ": " + damage(shard))
                .toList();
    }

    private String damage(int shard) {
        return indexes[shard].damage().orElseThrow() + "; the " + indexes[shard].samples()
                + " samples before that are used";
    }

    /** Closes the files that are open; reading opens them again. */
    @Override
    public void close() {
        reads.close();
    }

    /** A sample, of which headers are read. */
    public ShardSample get(int index) {
        int shard = shardOf(index);
        int sample = index - firsts[shard];
        String name = files.get(shard).getFileName().toString();
        if (sample == indexes[shard].samples()) {
            return new ShardSample(name, "", Map.of(), Optional.of(damage(shard)));
        }
        try {
            return read(shard, sample, name);
        } catch (TarException e) {
            return new ShardSample(name, "#" + sample, Map.of(), Optional.of(String.valueOf(e.getMessage())));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + files.get(shard), e);
        }
    }

    private int shardOf(int index) {
        int found = Arrays.binarySearch(firsts, index);
        if (found < 0) {
            return -found - 2;
        }
        while (firsts[found + 1] == index) { // shards without samples
            found++;
        }
        return found;
    }

    private ShardSample read(int shard, int sample, String name) throws IOException {
        long[] range = indexes[shard].range(sample, reads);
        Path file = files.get(shard);
        TarReader reader = new TarReader((to, position) -> reads.read(file, to, position), range[0], range[1]);
        Map<String, ShardSample.Member> members = new HashMap<>();
        String key = "";
        Optional<String> refusal = Optional.empty();
        int count = 0;
        for (Optional<TarEntry> next = reader.next(false); next.isPresent(); next = reader.next(false)) {
            TarEntry entry = next.get();
            if (++count > MOST_MEMBERS) {
                return new ShardSample(name, key, Map.of(), Optional.of("more than " + MOST_MEMBERS + " members"));
            }
            if (entry.key().isEmpty()) {
                continue;
            }
            key = entry.key().get();
            refusal = refusal.or(entry::refusal);
            String extension = entry.extension().toLowerCase(Locale.ROOT);
            if (members.put(extension, new Content(reads, file, entry, reader.content(entry))) != null
                    && refusal.isEmpty()) {
                refusal = Optional.of("two members \"" + entry.name() + "\"");
            }
        }
        return new ShardSample(name, key, members, refusal);
    }

    /** @param known the content, where it has been read with the header */
    private record Content(PositionalFiles reads, Path file, TarEntry entry, Optional<byte[]> known)
            implements ShardSample.Member {
        @Override
        public long size() {
            return entry.size();
        }

        @Override
        public byte[] content() {
            if (known.isPresent()) {
                return known.get();
            }
            if (entry.size() > MOST_MEMBER_BYTES) {
                throw new IllegalArgumentException("\"" + entry.name() + "\" has " + entry.size()
                        + " bytes, more than the " + MOST_MEMBER_BYTES + " a member may have");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) entry.size());
            try {
                reads.read(file, bytes, entry.content());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file, e);
            }
            if (bytes.hasRemaining()) {
                throw new IllegalArgumentException("\"" + entry.name() + "\" is cut short");
            }
            return bytes.array();
        }
    }
}
