package dev.querent.data;

import ai.djl.ndarray.NDArray;
import dev.querent.image.BadImageException;
import dev.querent.weights.DamagedFileException;
import dev.querent.weights.FileHash;
import dev.querent.weights.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Visual features of a frozen encoder, computed once: of each sample of a split, k views. On disk a folder whose name is the hash
 * of all that the features depend on, with {@code cache.json}, and for every {@value #PART_SAMPLES} samples a file of their values
 * ({@code part-00000.bin}, little endian, (samples, k, N, Dv)) and one of their checksum ({@code part-00000.json}), which is
 * written last. Several processes may fill and read a cache at once.
 */
public final class FeatureCache {

    /** Samples of a file. */
    public static final int PART_SAMPLES = 128;

    private static final String CONTENTS = "cache.json";

    private final Path folder;
    private final Contents contents;
    private final Map<Integer, Part> parts = new ConcurrentHashMap<>();

    /**
     * What a cache holds.
     *
     * @param samples of the split
     * @param views k of each sample
     * @param tokens N
     * @param width Dv
     * @param stored what the values are kept in
     * @param encoders what the encoder gave, and a reader gets again
     */
    public record Contents(int samples, int views, int tokens, int width, Precision stored, Precision encoders) {

        int length() {
            return tokens * width;
        }

        private long rowBytes() {
            return (long) length() * stored.bytes();
        }
    }

    /** @param bad why samples can't be used, by their index */
    private record Part(ByteBuffer values, Map<Integer, String> bad) {}

    private FeatureCache(Path folder, Contents contents) {
        this.folder = folder;
        this.contents = contents;
    }

    /**
     * The cache of these contents, begun if it isn't there yet.
     *
     * @param root folder of all caches
     * @param dependsOn all that decides the values, in words that people can read: what differs in it has another cache
     */
    public static FeatureCache in(Path root, String dependsOn, Contents contents) {
        String whole = dependsOn + "\n" + contents;
        Path folder = root.resolve(
                FileHash.sha256(whole.getBytes(StandardCharsets.UTF_8)).substring(0, 32));
        if (!Files.exists(folder.resolve(CONTENTS))) {
            ObjectNode node = JsonMapper.shared().createObjectNode();
            node.put("samples", contents.samples());
            node.put("views", contents.views());
            node.put("tokens", contents.tokens());
            node.put("width", contents.width());
            node.put("precision", contents.stored().word());
            node.put("encoder-precision", contents.encoders().word());
            node.put("depends-on", dependsOn);
            write(folder.resolve(CONTENTS), node.toPrettyString());
        }
        return new FeatureCache(folder, contents);
    }

    /**
     * An existing cache.
     *
     * @throws DamagedFileException where it can't be read
     */
    public static FeatureCache open(Path folder) {
        Path file = folder.resolve(CONTENTS);
        JsonNode node = json(file);
        try {
            return new FeatureCache(
                    folder,
                    new Contents(
                            positive(node, "samples"),
                            positive(node, "views"),
                            positive(node, "tokens"),
                            positive(node, "width"),
                            Precision.of(node.path("precision").asString("")).orElseThrow(),
                            Precision.of(node.path("encoder-precision").asString(""))
                                    .orElseThrow()));
        } catch (NoSuchElementException e) {
            throw new DamagedFileException(file, "a value is missing. Delete " + folder + "; it is computed again");
        }
    }

    private static int positive(JsonNode node, String key) {
        int value = node.path(key).asInt(0);
        if (value < 1) {
            throw new NoSuchElementException(key);
        }
        return value;
    }

    public Path folder() {
        return folder;
    }

    public Contents contents() {
        return contents;
    }

    /** Number of parts of so many samples. */
    public static int parts(int samples) {
        return (samples + PART_SAMPLES - 1) / PART_SAMPLES;
    }

    /** The first sample of a part. */
    public static int start(int part) {
        return part * PART_SAMPLES;
    }

    /** Behind the last sample of a part, of so many samples in all. */
    public static int end(int part, int samples) {
        return Math.min(samples, (part + 1) * PART_SAMPLES);
    }

    /** Number of parts of the whole cache. */
    public int parts() {
        return parts(contents.samples());
    }

    /** Whether a part has been written. */
    public boolean has(int part) {
        return Files.exists(file(part, "json"));
    }

    /** Why samples of a part can't be used, by their index. */
    public Map<Integer, String> bad(int part) {
        return parts.computeIfAbsent(part, this::load).bad();
    }

    /** How many parts are still to be written. */
    public int missing() {
        int missing = 0;
        for (int part = 0; part < parts(); part++) {
            missing += has(part) ? 0 : 1;
        }
        return missing;
    }

    /**
     * Writes a part, whole or not at all.
     *
     * @param features (samples of the part * k, N, Dv), the views of a sample one behind the other; of any precision
     * @param bad why samples can't be used, by their index; their features are not read
     */
    public void write(int part, NDArray features, Map<Integer, String> bad) {
        Path file = file(part, "bin");
        Path unfinished = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try (NDArray stored = contents.stored().copy(features.getManager(), features)) {
            ByteBuffer bytes = stored.toByteBuffer(true);
            try (FileChannel channel = FileChannel.open(
                    unfinished,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            ObjectNode node = JsonMapper.shared().createObjectNode();
            node.put("sha256", FileHash.sha256(unfinished));
            ObjectNode reasons = node.putObject("bad");
            new TreeMap<>(bad).forEach((index, reason) -> reasons.put(index.toString(), reason));
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            write(file(part, "json"), node.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the features " + file, e);
        }
    }

    /** Reads features of a view that is drawn at each visit; a split's samples have to be those that the cache was made of. */
    public SampleReader reader() {
        return new SampleReader() {
            @Override
            public List<Integer> shape() {
                return List.of(contents.tokens(), contents.width());
            }

            @Override
            public void read(int index, Sample sample, long seed, float[] target, int offset) {
                FeatureCache.this.read(index, new SplittableRandom(seed).nextInt(contents.views()), target, offset);
            }
        };
    }

    /**
     * Reads the features of one view.
     *
     * @param target receives N * Dv numbers
     * @throws BadImageException where the sample could not be used when the cache was filled
     * @throws DamagedFileException where the file differs from its checksum
     */
    void read(int index, int view, float[] target, int offset) {
        int number = index / PART_SAMPLES;
        Part part = parts.computeIfAbsent(number, this::load);
        String reason = part.bad().get(index);
        if (reason != null) {
            throw new BadImageException(reason);
        }
        long row = (long) (index - start(number)) * contents.views() + view;
        ByteBuffer values = part.values()
                .slice(Math.toIntExact(row * contents.rowBytes()), Math.toIntExact(contents.rowBytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        int length = contents.length();
        switch (contents.stored()) {
            case FP32 -> values.asFloatBuffer().get(target, offset, length);
            case BF16 -> {
                for (int i = 0; i < length; i++) {
                    target[offset + i] = Float.intBitsToFloat(values.getShort(2 * i) << 16);
                }
            }
            case FP16 -> {
                for (int i = 0; i < length; i++) {
                    target[offset + i] = HalfPrecision.VALUES[values.getShort(2 * i) & 0xFFFF];
                }
            }
        }
    }

    private Part load(int number) {
        Path file = file(number, "bin");
        JsonNode node = json(file(number, "json"));
        long expected =
                (long) (end(number, contents.samples()) - start(number)) * contents.views() * contents.rowBytes();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() != expected
                    || !FileHash.sha256(file).equals(node.path("sha256").asString(""))) {
                throw new DamagedFileException(
                        file,
                        "it differs from its checksum. Delete it and "
                                + file(number, "json").getFileName() + ", and run the step that caches features again");
            }
            Map<Integer, String> bad = new TreeMap<>();
            node.path("bad")
                    .properties()
                    .forEach(entry -> bad.put(
                            Integer.valueOf(entry.getKey()), entry.getValue().asString("")));
            return new Part(channel.map(FileChannel.MapMode.READ_ONLY, 0, expected), bad);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the features " + file, e);
        }
    }

    private Path file(int part, String ending) {
        return folder.resolve(String.format(Locale.ROOT, "part-%05d.%s", part, ending));
    }

    private static JsonNode json(Path file) {
        try {
            return JsonMapper.shared().readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (JacksonException e) {
            throw new DamagedFileException(file, "it is not JSON");
        }
    }

    private static void write(Path file, String content) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path unfinished = file.resolveSibling(
                    file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
            Files.writeString(unfinished, content);
            try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** IEEE 754 binary16, which Java 17 has no method for. */
    private static final class HalfPrecision {
        /** Of every bit pattern. */
        static final float[] VALUES = values();

        private HalfPrecision() {}

        private static float[] values() {
            float[] values = new float[1 << 16];
            for (int bits = 0; bits < values.length; bits++) {
                int exponent = bits >> 10 & 0x1F;
                int fraction = bits & 0x3FF;
                float size;
                if (exponent == 0x1F) {
                    size = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
                } else if (exponent == 0) {
                    size = Math.scalb((float) fraction, -24);
                } else {
                    size = Math.scalb((float) (fraction | 0x400), exponent - 25);
                }
                values[bits] = bits >> 15 == 0 ? size : -size;
            }
            return values;
        }
    }
}
