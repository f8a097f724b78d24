package dev.querent.training;

import ai.djl.ndarray.NDArray;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterSet;
import java.util.zip.CRC32C;

/** A number that tells parameters apart, to the bit. */
final class Checksum {

    /** Elements whose bytes fit into a buffer of the JVM. */
    private static final long PIECE = 1L << 28;

    private Checksum() {}

    static long of(ParameterSet parameters) {
        CRC32C checksum = new CRC32C();
        for (NDArray tensor : parameters.asMap().values()) {
            for (long start = 0; start < tensor.size(); start += PIECE) {
                try (NDArray piece = Torch.part(tensor, start, Math.min(tensor.size(), start + PIECE))) {
                    checksum.update(piece.toByteBuffer(true));
                }
            }
        }
        return checksum.getValue();
    }
}
