package dev.querent.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * How a camera was held, as EXIF's tag 274 says, 1 to 8. Where a file's EXIF is broken, its image is taken as it stands.
 */
final class Orientation {

    private static final int TAG = 274;
    private static final int UPRIGHT = 1;
    private static final int LAST = 8;
    private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;
    private static final int PNG_EXIF = 0x65584966; // "eXIf"
    private static final int ENTRY_BYTES = 12;

    private Orientation() {}

    /** The orientation of a file's image. */
    static int of(byte[] content) {
        return JpegHeader.of(content)
                .map(JpegHeader::exif)
                .orElseGet(() -> pngExif(content))
                .map(Orientation::tag)
                .orElse(UPRIGHT);
    }

    private static Optional<ByteBuffer> pngExif(byte[] content) {
        ByteBuffer in = ByteBuffer.wrap(content);
        if (content.length < 8 || in.getLong() != PNG_SIGNATURE) {
            return Optional.empty();
        }
        while (in.remaining() >= 8) {
            int length = in.getInt();
            int kind = in.getInt();
            if (length < 0 || length > in.remaining() - 4) {
                return Optional.empty();
            }
            if (kind == PNG_EXIF) {
                return Optional.of(in.slice(in.position(), length));
            }
            in.position(in.position() + length + 4); // data and checksum
        }
        return Optional.empty();
    }

    /** The tag in the first directory of a TIFF structure. */
    private static int tag(ByteBuffer tiff) {
        if (tiff.limit() < 8) {
            return UPRIGHT;
        }
        int order = tiff.getShort(0);
        if (order != 0x4949 && order != 0x4D4D) { // II: Intel's, MM: Motorola's
            return UPRIGHT;
        }
        tiff.order(order == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = tiff.getInt(4) & 0xFFFFFFFFL;
        if (tiff.getShort(2) != 42 || directory > tiff.limit() - 2) {
            return UPRIGHT;
        }
        int entries = tiff.getShort((int) directory) & 0xFFFF;
        for (int i = 0; i < entries; i++) {
            long entry = directory + 2 + (long) i * ENTRY_BYTES;
            if (entry + ENTRY_BYTES > tiff.limit()) {
                return UPRIGHT;
            }
            if ((tiff.getShort((int) entry) & 0xFFFF) == TAG) {
                int value = tiff.getShort((int) entry + 8);
                return value >= UPRIGHT && value <= LAST ? value : UPRIGHT;
            }
        }
        return UPRIGHT;
    }

    /** Turns and mirrors an image so that it stands upright. */
    static RgbImage upright(RgbImage image, int orientation) {
        if (orientation == UPRIGHT) {
            return image;
        }
        boolean transposed = orientation >= 5;
        int width = transposed ? image.height() : image.width();
        int height = transposed ? image.width() : image.height();
        byte[] from = image.rgb();
        byte[] to = new byte[from.length];
        int at = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int column = transposed ? y : x;
                int row = transposed ? x : y;
                if (mirroredColumns(orientation)) {
                    column = image.width() - 1 - column;
                }
                if (mirroredRows(orientation)) {
                    row = image.height() - 1 - row;
                }
                System.arraycopy(from, (row * image.width() + column) * 3, to, at, 3);
                at += 3;
            }
        }
        return new RgbImage(width, height, to);
    }

    private static boolean mirroredColumns(int orientation) {
        return orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    }

    private static boolean mirroredRows(int orientation) {
        return orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    }
}
