package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.weights.PickleReader.StoredTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of {@code torch.save} ({@code .bin}, {@code .pt}, {@code .pth}) in the zip format of PyTorch 1.6 and later: a state
 * dict, by itself or below one of the names that trainers give it (LAVIS: {@code model}).
 */
public final class PytorchReader implements WeightSource {

    private static final List<String> STATE_DICTS = List.of("model", "state_dict", "model_state_dict", "module");

    /** Checkpoints of the largest models have pickles of a few megabytes. */
    private static final long MOST_PICKLE_BYTES = 64L << 20;

    /** Levels of dictionaries around a state dict; a pickle may hold a dictionary that holds itself. */
    private static final int DEEPEST = 3;

    private final Path file;
    private final ZipFile archive;
    private final String root;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

    /**
     * @throws DamagedFileException where it is no such file, or one that holds more than tensors and plain containers
     */
    public PytorchReader(Path file) {
        this.file = file;
        try {
            archive = new ZipFile(file.toFile());
        } catch (ZipException e) {
            throw new DamagedFileException(
                    file,
                    "it is not a zip archive; a file of PyTorch before 1.6 has to be saved again with a newer one"
                            + " (torch.save(torch.load(...), ...))");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open " + file, e);
        }
        try {
            ZipEntry pickle = archive.stream()
                    .filter(entry -> entry.getName().matches("[^/]+/data\\.pkl"))
                    .findFirst()
                    .orElseThrow(() -> new DamagedFileException(file, "it has no entry data.pkl"));
            root = pickle.getName().substring(0, pickle.getName().length() - "data.pkl".length());
            refuseOtherByteOrder();
            Object content = PickleReader.read(file, bytes(pickle, 0, pickleLength(pickle)));
            stateDict(content, DEEPEST).forEach((name, tensor) -> tensors.put(name, checked(name, tensor)));
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private int pickleLength(ZipEntry pickle) {
        if (pickle.getSize() > MOST_PICKLE_BYTES) {
            throw new DamagedFileException(file, "its pickle has " + pickle.getSize() + " bytes");
        }
        return (int) pickle.getSize();
    }

    private void refuseOtherByteOrder() throws IOException {
        @Nullable ZipEntry order = archive.getEntry(root + "byteorder");
        if (order != null && order.getSize() < 100) {
            String word = new String(bytes(order, 0, (int) order.getSize()), StandardCharsets.UTF_8);
            if (!word.equals("little")) {
                throw new DamagedFileException(file, "its byte order is " + word + "; expected little");
            }
        }
    }

    private Map<String, StoredTensor> stateDict(Object content, int levels) {
        if (!(content instanceof Map<?, ?> map)) {
            throw new DamagedFileException(file, "it holds no dictionary; expected a state dict");
        }
        Map<String, StoredTensor> found = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (key instanceof String name && value instanceof StoredTensor tensor) {
                found.put(name, tensor);
            }
        });
        if (!found.isEmpty()) {
            return found;
        }
        for (String name : STATE_DICTS) {
            if (levels > 0 && map.get(name) instanceof Map<?, ?> nested) {
                return stateDict(nested, levels - 1);
            }
        }
        throw new DamagedFileException(
                file, "it holds no tensors; expected a state dict, or one below " + String.join(", ", STATE_DICTS));
    }

    private StoredTensor checked(String name, StoredTensor tensor) {
        long[] shape = tensor.shape();
        long[] strides = tensor.strides();
        long count = 1;
        long last = tensor.offset();
        try {
            for (int i = 0; i < shape.length; i++) {
                if (shape[i] < 0 || strides[i] < 0) {
                    throw new DamagedFileException(file, "tensor " + name + " has a negative extent or stride");
                }
                count = Math.multiplyExact(count, shape[i]);
                last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape[i] - 1), strides[i]));
            }
        } catch (ArithmeticException e) {
            throw new DamagedFileException(file, "tensor " + name + " is larger than any memory");
        }
        long stored = tensor.storage().count();
        if (shape.length != strides.length || tensor.offset() < 0 || (count > 0 && last >= stored) || count > stored) {
            throw new DamagedFileException(
                    file,
                    "tensor " + name + " " + Arrays.toString(shape) + " reaches beyond its storage of " + stored
                            + " elements");
        }
        ZipEntry entry = entry(name, tensor);
        long needed = Math.multiplyExact(
                stored, (long) Safetensors.size(tensor.storage().type()));
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != needed) {
            throw new DamagedFileException(
                    file,
                    "the storage of tensor " + name + " has " + entry.getSize() + " bytes"
                            + (entry.getMethod() == ZipEntry.STORED ? "" : ", compressed") + "; expected " + needed
                            + ", not compressed (a truncated copy? fetch the file again)");
        }
        return tensor;
    }

    private ZipEntry entry(String name, StoredTensor tensor) {
        @Nullable
        ZipEntry entry = archive.getEntry(root + "data/" + tensor.storage().key());
        if (entry == null) {
            throw new DamagedFileException(file, "the storage of tensor " + name + " is missing");
        }
        return entry;
    }

    private byte[] bytes(ZipEntry entry, long skipped, int length) throws IOException {
        try (InputStream in = archive.getInputStream(entry)) {
            in.skipNBytes(skipped);
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new DamagedFileException(file, entry.getName() + " ends after " + bytes.length + " bytes");
            }
            return bytes;
        }
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    @Override
    public Optional<long[]> shape(String name) {
        return Optional.ofNullable(tensors.get(name))
                .map(tensor -> tensor.shape().clone());
    }

    @Override
    public NDArray read(String name, NDManager manager, Precision precision) {
        StoredTensor tensor = Optional.ofNullable(tensors.get(name))
                .orElseThrow(() -> new IllegalArgumentException(file + " has no tensor called " + name));
        String type = tensor.storage().type();
        int size = Safetensors.size(type);
        long count = Arrays.stream(tensor.shape()).reduce(1, (a, b) -> a * b);
        long reach = count == 0 ? 0 : 1;
        for (int i = 0; count > 0 && i < tensor.shape().length; i++) {
            reach += (tensor.shape()[i] - 1) * tensor.strides()[i];
        }
        TensorBytes.limit(file, name, Math.max(count, reach));
        try {
            byte[] window = bytes(entry(name, tensor), tensor.offset() * size, Math.toIntExact(reach * size));
            ByteBuffer rows = ByteBuffer.wrap(inOrder(tensor, window, size)).order(ByteOrder.LITTLE_ENDIAN);
            return TensorBytes.tensor(manager, file, name, type, rows, tensor.shape(), precision);
        } catch (ZipException e) {
            throw new DamagedFileException(file, "the storage of tensor " + name + " can't be read: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read tensor " + name + " of " + file, e);
        }
    }

    /** The elements row by row, whatever the strides: a transposed tensor is saved as a view. */
    private static byte[] inOrder(StoredTensor tensor, byte[] window, int size) {
        long[] shape = tensor.shape();
        long[] contiguous = new long[shape.length];
        long step = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            contiguous[i] = shape[i] == 1 ? tensor.strides()[i] : step;
            step *= shape[i];
        }
        if (step == 0 || Arrays.equals(contiguous, tensor.strides())) {
            return window;
        }
        byte[] ordered = new byte[Math.toIntExact(step * size)];
        long[] index = new long[shape.length];
        for (int to = 0; to < ordered.length; to += size) {
            long at = 0;
            for (int i = 0; i < index.length; i++) {
                at += index[i] * tensor.strides()[i];
            }
            System.arraycopy(window, Math.toIntExact(at * size), ordered, to, size);
            for (int i = index.length - 1; i >= 0 && ++index[i] == shape[i]; i--) {
                index[i] = 0;
            }
        }
        return ordered;
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
        try {
            archive.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
