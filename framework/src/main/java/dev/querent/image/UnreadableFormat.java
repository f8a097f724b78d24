package dev.querent.image;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** Formats that are common on the web and not read here, by the bytes they begin with. */
final class UnreadableFormat {

    /** What stands behind the first four bytes, a length or "RIFF". */
    private static final Map<String, String> NAMES = Map.of(
            "ftypavif", "AVIF",
            "ftypavis", "AVIF",
            "ftypheic", "HEIC",
            "ftypheix", "HEIC",
            "ftypmif1", "HEIF",
            "jP  \r\n\u0087\n", "JPEG 2000");

    private UnreadableFormat() {}

    /** The name of the format. */
    static Optional<String> of(byte[] content) {
        if (content.length < 12) {
            return Optional.empty();
        }
        String start = new String(content, 0, 12, StandardCharsets.ISO_8859_1);
        if (start.startsWith("RIFF") && start.endsWith("WEBP")) {
            return Optional.of("WebP");
        }
        if (start.startsWith("II*\0") || start.startsWith("MM\0*")) {
            return Optional.of("TIFF");
        }
        return Optional.ofNullable(NAMES.get(start.substring(4)));
    }
}
