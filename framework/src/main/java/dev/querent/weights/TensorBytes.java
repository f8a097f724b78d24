package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Tensors from the bytes of a checkpoint. */
final class TensorBytes {

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
     * @return (shape) fp32
     */
    static NDArray fp32(NDManager manager, Path file, String name, String type, ByteBuffer bytes, long[] shape) {
        if (!type.equals("F32") && !type.equals("F16") && !type.equals("BF16")) {
            throw new DamagedFileException(file, "tensor " + name + " is " + type + "; expected F32, F16 or BF16");
        }
        ByteBuffer floats = manager.allocateDirect(bytes.remaining() / Safetensors.size(type) * Float.BYTES);
        switch (type) {
            case "F32" -> floats.asFloatBuffer().put(bytes.asFloatBuffer());
            case "BF16" -> {
                while (bytes.hasRemaining()) {
                    floats.putFloat(Float.intBitsToFloat(bytes.getShort() << 16));
                }
            }
            default -> {
                while (bytes.hasRemaining()) {
                    floats.putFloat(Float16.toFloat(bytes.getShort()));
                }
            }
        }
        floats.rewind();
        // a copy of its own: DJL's tensor over a direct buffer is freed with the buffer
        try (NDArray view = manager.create(floats, new Shape(shape), DataType.FLOAT32)) {
            return view.duplicate();
        }
    }
}
