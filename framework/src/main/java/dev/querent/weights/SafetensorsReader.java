package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a safetensors file: the header is checked whole on opening. A large tensor that is wanted as it is stored stays in the
 * file, mapped into memory, also after this is closed; so a file must not be overwritten in place while a model uses it
 * (replacing or deleting it does no harm). What is written to such a tensor doesn't reach the file.
 */
public final class SafetensorsReader implements WeightSource {

    /** Smaller ones are copied: memory is aligned better than files, and the sum of them is small. */
    private static final long LEAST_MAPPED_BYTES = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final long fileLength;
    private final long dataStart;
    private final NDManager mapper;
    private final Map<Precision, NDArray> mappings = new EnumMap<>(Precision.class); // (values in the file)
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private record Entry(String type, long[] shape, long begin, long end) {}

    /**
     * @throws DamagedFileException where the header or the file's length is wrong
     */
    public SafetensorsReader(Path file) {
        this.file = file;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open " + file, e);
        }
        mapper = Torch.newManager();
        try {
            fileLength = channel.size();
            dataStart = readHeader();
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private long readHeader() throws IOException {
        if (fileLength < 8) {
            throw new DamagedFileException(file, "it has " + fileLength + " bytes, a safetensors file at least 8");
        }
        long headerLength = readFully(0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerLength < 2 || headerLength > Math.min(Safetensors.MAX_HEADER_BYTES, fileLength - 8)) {
            throw new DamagedFileException(file, "its header claims " + headerLength + " bytes of " + fileLength);
        }
        JsonNode header;
        try {
            header = JsonMapper.shared()
                    .readTree(StandardCharsets.UTF_8
                            .decode(readFully(8, (int) headerLength))
                            .toString());
        } catch (JacksonException e) {
            throw new DamagedFileException(file, "its header is not JSON");
        }
        if (!header.isObject()) {
            throw new DamagedFileException(file, "its header is not a JSON object");
        }
        long start = 8 + headerLength;
        header.properties().forEach(field -> {
            if (field.getKey().equals("__metadata__")) {
                field.getValue()
                        .properties()
                        .forEach(m -> metadata.put(m.getKey(), m.getValue().asString("")));
            } else {
                entries.put(field.getKey(), entry(field.getKey(), field.getValue(), fileLength - start));
            }
        });
        refuseOverlaps();
        return start;
    }

    /** The format forbids them: a small file could claim any amount of memory. */
    private void refuseOverlaps() {
        long end = 0;
        for (Map.Entry<String, Entry> tensor : entries.entrySet().stream()
                .sorted(Comparator.comparingLong(
                                (Map.Entry<String, Entry> e) -> e.getValue().begin())
                        .thenComparingLong(e -> e.getValue().end()))
                .toList()) {
            if (tensor.getValue().begin() < end) {
                throw new DamagedFileException(file, "tensor " + tensor.getKey() + " overlaps another");
            }
            end = tensor.getValue().end();
        }
    }

    private Entry entry(String name, JsonNode node, long dataLength) {
        String type = node.path("dtype").asString("");
        long[] shape = longs(node.path("shape"));
        long[] offsets = longs(node.path("data_offsets"));
        @Nullable Integer bytes = Safetensors.BYTES.get(type);
        if (bytes == null || offsets.length != 2) {
            throw new DamagedFileException(
                    file,
                    "tensor " + name + " has dtype \"" + type + "\" and " + offsets.length
                            + " offsets; expected one of " + Safetensors.BYTES.keySet() + " and 2");
        }
        long size = bytes;
        try {
            for (long extent : shape) {
                if (extent < 0) {
                    throw new DamagedFileException(file, "tensor " + name + " has a negative extent");
                }
                size = Math.multiplyExact(size, extent);
            }
        } catch (ArithmeticException e) {
            throw new DamagedFileException(file, "tensor " + name + " is larger than any memory");
        }
        if (offsets[0] < 0 || offsets[1] > dataLength || offsets[1] - offsets[0] != size) {
            throw new DamagedFileException(
                    file,
                    "tensor " + name + " " + Arrays.toString(shape) + " needs " + size
                            + " bytes, its offsets are " + Arrays.toString(offsets) + " of " + dataLength
                            + " (a truncated copy? fetch the file again)");
        }
        return new Entry(type, shape, offsets[0], offsets[1]);
    }

    private static long[] longs(JsonNode array) {
        return array.valueStream().mapToLong(v -> v.asLong(-1)).toArray();
    }

    private ByteBuffer readFully(long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new DamagedFileException(file, "it ends at byte " + (position + buffer.position()));
            }
        }
        return buffer.flip();
    }

    /** The free-form strings of the header. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    @Override
    public Optional<long[]> shape(String name) {
        return Optional.ofNullable(entries.get(name)).map(entry -> entry.shape().clone());
    }

    @Override
    public NDArray read(String name, NDManager manager, Precision precision) {
        Entry entry = Optional.ofNullable(entries.get(name))
                .orElseThrow(() -> new IllegalArgumentException(file + " has no tensor called " + name));
        long length = entry.end() - entry.begin();
        Optional<Precision> stored = Precision.stored(entry.type());
        if (stored.isPresent()
                && (dataStart + entry.begin()) % Safetensors.size(entry.type()) == 0
                && !manager.getDevice().isGpu()) {
            try (NDManager passing = manager.newSubManager()) {
                NDArray view = view(passing, entry, stored.get());
                if (stored.get() != precision || length < LEAST_MAPPED_BYTES) {
                    return precision.copy(manager, view);
                }
                view.attach(manager);
                return view;
            }
        }
        TensorBytes.limit(file, name, length / Safetensors.size(entry.type()));
        try {
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, dataStart + entry.begin(), length)
                    .order(ByteOrder.LITTLE_ENDIAN);
            return TensorBytes.tensor(manager, file, name, entry.type(), bytes, entry.shape(), precision);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read tensor " + name + " of " + file, e);
        }
    }

    /** The tensor where it lies in the file. */
    private NDArray view(NDManager owner, Entry entry, Precision stored) {
        int size = Safetensors.size(entry.type());
        NDArray values = mappings.computeIfAbsent(stored, type -> type.map(mapper, file, fileLength / size));
        return Precision.part(owner, values, (dataStart + entry.begin()) / size, entry.shape());
    }

    @Override
    public List<Path> files() {
        return List.of(file);
    }

    @Override
    public String description() {
        return file.toString();
    }

    @Override
    public void close() {
        mapper.close(); // views keep the mapping itself
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
