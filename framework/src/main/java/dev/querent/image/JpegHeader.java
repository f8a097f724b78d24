package dev.querent.image;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What decoding needs to know of a JPEG file before it begins: the segments before the first scan (ITU-T T.81, appendix B).
 *
 * @param width of the frame in pixels; 0 where the file ends before saying so
 * @param height likewise; 0 also where it is to follow behind the first scan
 * @param progressive whether the picture comes in scans, each of which refines all of it
 * @param components 1 for grey, 3 for colour, 4 for CMYK; 0 where the file ends before saying so
 * @param ycck whether an Adobe segment says that four components are luminance, colour and black
 * @param exif the content of the EXIF segment, from its TIFF header on
 */
record JpegHeader(int width, int height, boolean progressive, int components, boolean ycck, Optional<ByteBuffer> exif) {

    private static final int START_OF_IMAGE = 0xFFD8;
    private static final int START_OF_SCAN = 0xDA;
    /** The last two bits of the frames' codes C2, C6, CA and CE. */
    private static final int PROGRESSIVE = 2;

    private static final int EXIF = 0xE1;
    private static final int ADOBE = 0xEE;
    /** "Adobe", a version and two sets of flags stand before the number of the colour transform. */
    private static final int ADOBE_TRANSFORM = 11;

    private static final int YCCK = 2;

    /** Empty where the content is no JPEG file; never fails, however broken the content. */
    static Optional<JpegHeader> of(byte[] content) {
        ByteBuffer in = ByteBuffer.wrap(content);
        if (content.length < 2 || (in.getShort() & 0xFFFF) != START_OF_IMAGE) {
            return Optional.empty();
        }
        int width = 0;
        int height = 0;
        boolean progressive = false;
        int components = 0;
        boolean ycck = false;
        Optional<ByteBuffer> exif = Optional.empty();
        while (in.remaining() >= 4 && (in.get() & 0xFF) == 0xFF) {
            int marker = in.get() & 0xFF;
            if (marker == START_OF_SCAN) {
                break;
            }
            if (marker == 0xFF) { // fill byte
                in.position(in.position() - 1);
                continue;
            }
            int length = (in.getShort() & 0xFFFF) - 2;
            if (length < 0 || length > in.remaining()) {
                break;
            }
            ByteBuffer segment = in.slice(in.position(), length);
            in.position(in.position() + length);
            if (isFrame(marker) && length > 5) {
                height = segment.getShort(1) & 0xFFFF;
                width = segment.getShort(3) & 0xFFFF;
                progressive = (marker & 3) == PROGRESSIVE;
                components = segment.get(5) & 0xFF;
            } else if (marker == ADOBE && length > ADOBE_TRANSFORM && startsWith(segment, "Adobe")) {
                ycck = segment.get(ADOBE_TRANSFORM) == YCCK;
            } else if (marker == EXIF && startsWith(segment, "Exif\0\0")) {
                exif = Optional.of(segment.slice(6, length - 6));
            }
        }
        return Optional.of(new JpegHeader(width, height, progressive, components, ycck, exif));
    }

    /** Number of scans. Within compressed data the marker's two bytes can't stand. */
    static int scans(byte[] content) {
        int scans = 0;
        for (int at = 1; at < content.length; at++) {
            if (content[at] == (byte) START_OF_SCAN && content[at - 1] == (byte) 0xFF) {
                scans++;
            }
        }
        return scans;
    }

    /** The codes C0 to CF begin frames, but for the three that define tables or reserve a code. */
    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static boolean startsWith(ByteBuffer segment, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (i >= segment.limit() || segment.get(i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
