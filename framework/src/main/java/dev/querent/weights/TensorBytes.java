package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Path;

/** Tensors from the bytes of a checkpoint. */
final class TensorBytes {

    private static final int CHUNK = 1 << 16;

    private TensorBytes() {}

    /**
     * @throws IllegalArgumentException for more elements than are read in one piece
     */
    static void limit(Path file, String name, long count) {
        if (count > Integer.MAX_VALUE / Float.BYTES) {
            throw new IllegalArgumentException(file + ": tensor " + name + " is too large to be read in one piece");
        }
    }

    /**
     * A tensor of its own memory.
     *
     * @param type F32, F16 or BF16
     * @param bytes little endian, row by row, from position to limit
     * @return (shape)
     */
    static NDArray tensor(
            NDManager manager,
            Path file,
            String name,
            String type,
            ByteBuffer bytes,
            long[] shape,
            Precision precision) {
        try (NDManager passing = manager.newSubManager()) {
            NDArray view = switch (type) {
                case "F32" -> passing.create(direct(passing, bytes), new Shape(shape), DataType.FLOAT32);
                case "F16" -> passing.create(direct(passing, bytes), new Shape(shape), DataType.FLOAT16);
                case "BF16" -> passing.create(widened(passing, bytes), new Shape(shape), DataType.FLOAT32);
                default ->
                    throw new DamagedFileException(
                            file, "tensor " + name + " is " + type + "; expected F32, F16 or BF16");
            };
            return precision.copy(manager, view);
        }
    }

    private static ByteBuffer direct(NDManager manager, ByteBuffer bytes) {
        return bytes.isDirect()
                ? bytes
                : manager.allocateDirect(bytes.remaining()).put(bytes).rewind();
    }

    /** Each value of bf16 is the upper half of one of fp32. */
    private static ByteBuffer widened(NDManager manager, ByteBuffer bytes) {
        ShortBuffer halves = bytes.asShortBuffer();
        ByteBuffer wide = manager.allocateDirect(halves.remaining() * Float.BYTES);
        IntBuffer values = wide.asIntBuffer();
        short[] in = new short[Math.min(CHUNK, halves.remaining())];
        int[] out = new int[in.length];
        while (halves.hasRemaining()) {
            int count = Math.min(in.length, halves.remaining());
            halves.get(in, 0, count);
            for (int i = 0; i < count; i++) {
                out[i] = in[i] << 16;
            }
            values.put(out, 0, count);
        }
        return wide;
    }
}
