package dev.querent.weights;

import java.util.Map;
import java.util.Objects;

/** Facts of the safetensors format that reader and writer share. */
final class Safetensors {

    /** The format's own limit on its JSON header. */
    static final long MAX_HEADER_BYTES = 100_000_000;

    static final Map<String, Integer> BYTES =
            Map.of("F64", 8, "F32", 4, "F16", 2, "BF16", 2, "I64", 8, "I32", 4, "U8", 1, "BOOL", 1);

    private Safetensors() {}

    /** Bytes of an element of a known dtype. */
    static int size(String type) {
        return Objects.requireNonNull(BYTES.get(type));
    }
}
