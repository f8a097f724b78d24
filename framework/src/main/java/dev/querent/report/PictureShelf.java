package dev.querent.report;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/** Takes pictures from run folders as long as a page may become larger. */
final class PictureShelf {

    private static final long MOST_BYTES = 4_000_000;
    private static final long MOST_BYTES_OF_ALL = 40_000_000;
    private static final int MOST_PIXELS_OF_A_SIDE = 4096;
    private static final long SIGNATURE = 0x89504E470D0A1A0AL;
    private static final int HEADER = 24; // signature, length and name of the first chunk, width, height
    private static final int FIRST_CHUNK =
            ByteBuffer.wrap("IHDR".getBytes(StandardCharsets.US_ASCII)).getInt();

    private final Function<String, String> link;
    private long bytes;
    private int refused;
    private String reason = "";

    /**
     * @param link from a path within the run to what the page names it
     */
    PictureShelf(Function<String, String> link) {
        this.link = link;
    }

    /** A picture of a run; empty where there is none that may be shown. */
    Optional<Picture> find(RunFiles files, String path) {
        try {
            byte[] png = files.bytes(path, MOST_BYTES);
            if (png.length == 0) {
                return Optional.empty();
            }
            if (!isPng(png)) {
                throw new UnreadableException(
                        path + " is no PNG of at most " + MOST_PIXELS_OF_A_SIDE + " pixels a side");
            }
            if (bytes + png.length > MOST_BYTES_OF_ALL) {
                throw new UnreadableException("the page has " + bytes + " bytes of pictures; the rest is left out");
            }
            bytes += png.length;
            return Optional.of(new Picture(link.apply(path), png));
        } catch (UnreadableException e) {
            reason = refused == 0 ? e.sentence() : reason;
            refused++;
            return Optional.empty();
        }
    }

    private static boolean isPng(byte[] png) {
        if (png.length < HEADER) {
            return false;
        }
        ByteBuffer header = ByteBuffer.wrap(png);
        return header.getLong(0) == SIGNATURE
                && header.getInt(12) == FIRST_CHUNK
                && isSide(header.getInt(16))
                && isSide(header.getInt(20));
    }

    private static boolean isSide(int pixels) {
        return pixels >= 1 && pixels <= MOST_PIXELS_OF_A_SIDE;
    }

    /** What is missing on the page, as a sentence. */
    Optional<String> problem() {
        return refused == 0
                ? Optional.empty()
                : Optional.of("Pictures that could not be shown: " + refused + ". The first: " + reason + ".");
    }
}
