package dev.querent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files made to exhaust memory or to confuse: an image comes out, or a sentence, and never an error of the JVM. */
class HostileImageTest {

    private static final int ROW_OF_ZEROS = 1 << 16;

    /** Every byte of the headers, at each of its extremes, and so every size and offset they claim. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgb.bmp",
                "parity/palette.bmp",
                "palette.gif",
                "parity/transparent.gif",
                "rgb.png",
                "parity/progressive.jpg",
                "parity/411.jpg",
                "smooth.jpg"
            })
    void survivesAnyHeader(String name) throws IOException {
        byte[] whole = Fixtures.bytes(name);
        for (int at = 0; at < Math.min(whole.length, 120); at++) {
            for (int length = 1; length <= 4 && at + length <= whole.length; length *= 2) {
                for (byte value : new byte[] {0, 1, 0x7F, (byte) 0x80, (byte) 0xFF}) {
                    byte[] changed = whole.clone();
                    Arrays.fill(changed, at, at + length, value);
                    decodes(changed, name);
                }
            }
        }
    }

    private static void decodes(byte[] content, String name) {
        try {
            RgbImage image = ImageDecoder.decode(content, name);
            assertThat((long) image.width() * image.height()).isBetween(1L, ImageDecoder.MOST_PIXELS);
        } catch (BadImageException e) {
            assertThat(e).hasMessageContaining(name);
        }
    }

    private static byte[] jpeg(int width, int height) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "jpg", file);
        return file.toByteArray();
    }

    /** A JPEG file whose frame claims another size. */
    private static byte[] claiming(byte[] jpeg, int width, int height) {
        byte[] changed = jpeg.clone();
        for (int at = 2; at < changed.length; ) {
            int length = (changed[at + 2] & 0xFF) << 8 | (changed[at + 3] & 0xFF);
            if (changed[at + 1] == (byte) 0xC0) {
                changed[at + 5] = (byte) (height >> 8);
                changed[at + 6] = (byte) height;
                changed[at + 7] = (byte) (width >> 8);
                changed[at + 8] = (byte) width;
                return changed;
            }
            at += 2 + length;
        }
        throw new AssertionError("no frame");
    }

    @Test
    void refusesSixtyMegapixels() throws IOException {
        byte[] file = claiming(jpeg(8, 8), 10_000, 6_000);
        assertThatThrownBy(() -> ImageDecoder.decode(file, "huge.jpg"))
                .isInstanceOf(BadImageException.class)
                .hasMessage("huge.jpg: 10000 x 6000 pixels, more than the 50000000 an image may have");
    }

    @Test
    void doesNotFillInWhatALargeJpegLacks() throws IOException {
        byte[] file = claiming(jpeg(8, 8), 5_000, 5_000);
        assertThatThrownBy(() -> ImageDecoder.decode(file, "hollow.jpg"))
                .isInstanceOf(BadImageException.class)
                .hasMessageContaining("hollow.jpg: broken or cut short");
    }

    @Test
    void takesSizesThatAreNoMultiplesOfABlock() throws IOException {
        for (int[] size : new int[][] {{1, 1}, {1, 17}, {17, 1}, {2, 3}, {15, 16}, {33, 9}}) {
            RgbImage image = ImageDecoder.decode(jpeg(size[0], size[1]), "small.jpg");
            assertThat(image.width()).isEqualTo(size[0]);
            assertThat(image.height()).isEqualTo(size[1]);
        }
    }

    private static void chunk(DataOutputStream out, String kind, byte[] content) throws IOException {
        byte[] name = kind.getBytes(StandardCharsets.US_ASCII);
        CRC32 sum = new CRC32();
        sum.update(name);
        sum.update(content);
        out.writeInt(content.length);
        out.write(name);
        out.write(content);
        out.writeInt((int) sum.getValue());
    }

    private static byte[] deflated(long zeros) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
            byte[] some = new byte[ROW_OF_ZEROS];
            for (long left = zeros; left > 0; left -= some.length) {
                deflater.write(some, 0, (int) Math.min(left, some.length));
            }
        }
        return packed.toByteArray();
    }

    /** A PNG file with a chunk of text in front of its pixels. */
    private static byte[] png(int width, int height, String kind, byte[] text, byte[] pixels) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(file);
        out.writeLong(0x89504E470D0A1A0AL);
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeInt(width);
        fields.writeInt(height);
        fields.write(new byte[] {8, 2, 0, 0, 0});
        chunk(out, "IHDR", header.toByteArray());
        chunk(out, kind, text);
        chunk(out, "IDAT", pixels);
        chunk(out, "IEND", new byte[0]);
        return file.toByteArray();
    }

    /** A gigabyte of zeros behind a few pixels, and as a compressed comment: nobody needs to unpack them. */
    @Test
    void unpacksNoMoreThanThePixels() throws IOException {
        byte[] bomb = deflated(1L << 30);
        RgbImage image = ImageDecoder.decode(png(4, 4, "tEXt", new byte[0], bomb), "bomb.png");
        assertThat(image.width()).isEqualTo(4);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes("Comment\0\0".getBytes(StandardCharsets.ISO_8859_1));
        text.writeBytes(bomb);
        decodes(png(4, 4, "zTXt", text.toByteArray(), deflated(4 * 13)), "comment.png");
        decodes(png(4, 4, "iCCP", text.toByteArray(), deflated(4 * 13)), "profile.png");
    }

    @Test
    void exifThatIsBrokenLeavesAnImageAsItStands() throws IOException {
        byte[] whole = Fixtures.bytes("parity/turned-6.jpg");
        byte[] expected = ImageDecoder.decode(Fixtures.bytes("parity/turned-1.jpg"), "straight")
                .rgb();
        int exif = new String(whole, StandardCharsets.ISO_8859_1).indexOf("Exif\0\0") + 6;
        for (int at : new int[] {exif, exif + 2, exif + 4}) { // byte order, magic number, place of the directory
            byte[] changed = whole.clone();
            changed[at] = (byte) 0xFF;
            changed[at + 1] = (byte) 0xFF;
            RgbImage image = ImageDecoder.decode(changed, "turned.jpg");
            assertThat(image.rgb()).hasSize(expected.length);
        }
    }
}
