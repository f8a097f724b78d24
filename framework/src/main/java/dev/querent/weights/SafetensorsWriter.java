package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes floating-point tensors of any precision as one safetensors file. */
public final class SafetensorsWriter {

    private SafetensorsWriter() {}

    /**
     * Writes and syncs the file. Not atomic: write beside the final name and rename.
     *
     * @param metadata free-form strings kept in the header
     */
    public static void write(Path file, Map<String, NDArray> tensors, Map<String, String> metadata) throws IOException {
        ByteBuffer header = header(tensors, metadata);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer length =
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.remaining());
            writeFully(channel, length.flip());
            writeFully(channel, header);
            for (NDArray tensor : tensors.values()) {
                writeFully(channel, tensor.toByteBuffer(false));
            }
            channel.force(true);
        }
    }

    private static ByteBuffer header(Map<String, NDArray> tensors, Map<String, String> metadata) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = root.putObject("__metadata__");
            metadata.forEach(node::put);
        }
        long offset = 0;
        for (Map.Entry<String, NDArray> entry : tensors.entrySet()) {
            NDArray tensor = entry.getValue();
            Precision precision = Precision.of(tensor);
            ObjectNode node = root.putObject(entry.getKey());
            node.put("dtype", precision.dtype());
            ArrayNode shape = node.putArray("shape");
            Arrays.stream(tensor.getShape().getShape()).forEach(shape::add);
            long end = offset + tensor.size() * precision.bytes();
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8); // tensors start at a multiple of 8
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return ByteBuffer.wrap(padded);
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
