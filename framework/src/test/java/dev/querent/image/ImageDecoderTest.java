package dev.querent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgba.png",
                "rgb.png",
                "palette.png",
                "grey.png",
                "grey-alpha.png",
                "bits.png",
                "grey16.png",
                "rgb.bmp",
                "palette.gif",
                "grey.jpg"
            })
    void decodesAsPillowDoes(String name) throws IOException {
        assertThat(ImageDecoder.decode(Fixtures.bytes(name), name).rgb()).isEqualTo(Fixtures.bytes(name + ".rgb"));
    }

    /** Two versions of the same library may round the colours of a JPEG differently. */
    @Test
    void decodesJpegAlmostAsPillowDoes() throws IOException {
        RgbImage image = ImageDecoder.decode(Fixtures.bytes("smooth.jpg"), "smooth.jpg");
        byte[] expected = Fixtures.bytes("smooth.jpg.rgb");
        assertThat(image.width()).isEqualTo(48);
        int largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs((image.rgb()[i] & 0xFF) - (expected[i] & 0xFF)));
        }
        assertThat(largest).isLessThanOrEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"rgba.png", "palette.png", "palette.gif", "rgb.bmp", "smooth.jpg", "grey.jpg", "parity/ycck.jpg"
            })
    void refusesFilesThatAreCutShort(String name) throws IOException {
        byte[] whole = Fixtures.bytes(name);
        for (double share : new double[] {0.05, 0.3, 0.6, 0.85}) {
            byte[] part = Arrays.copyOf(whole, (int) (whole.length * share));
            assertThatThrownBy(() -> ImageDecoder.decode(part, "photos/" + name))
                    .as("%s of %s", share, name)
                    .isInstanceOf(BadImageException.class)
                    .hasMessageContaining("photos/" + name);
        }
    }

    @Test
    void refusesWhatIsNoImage(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("page.jpg"), "<html>not found</html>");
        assertThatThrownBy(() -> ImageDecoder.decode(text))
                .isInstanceOf(BadImageException.class)
                .hasMessageContaining("page.jpg: of no known image format");
        Path empty = Files.createFile(folder.resolve("empty.png"));
        assertThatThrownBy(() -> ImageDecoder.decode(empty)).hasMessageContaining("empty.png: empty");
        assertThatThrownBy(() -> ImageDecoder.decode(folder.resolve("none.png")))
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> ImageDecoder.decode(folder)).isInstanceOf(BadImageException.class);
    }

    @Test
    void refusesHugeImagesBeforeDecodingThem() throws IOException {
        assertThatThrownBy(() -> ImageDecoder.decode(pngHeader(20_000, 20_000), "huge.png"))
                .isInstanceOf(BadImageException.class)
                .hasMessage("huge.png: 20000 x 20000 pixels, more than the 50000000 an image may have");
        assertThatThrownBy(() -> ImageDecoder.decode(pngHeader(Integer.MAX_VALUE, Integer.MAX_VALUE), "huge.png"))
                .isInstanceOf(BadImageException.class);
    }

    @Test
    void refusesImagesOfOneEndlessRow() throws IOException {
        assertThatThrownBy(() -> ImageDecoder.decode(pngHeader(65_536, 1), "row.png"))
                .isInstanceOf(BadImageException.class)
                .hasMessage("row.png: 65536 x 1 pixels, longer than the 65535 a side may have");
    }

    @Test
    void refusesHugeCmykImagesBeforeDecodingThem() throws IOException {
        byte[] jpeg = Fixtures.bytes("parity/cmyk.jpg");
        for (int at = 2; at < jpeg.length; at += 2 + ((jpeg[at + 2] & 0xFF) << 8 | jpeg[at + 3] & 0xFF)) {
            if ((jpeg[at + 1] & 0xFF) == 0xC0) { // the frame: length, bits, height, width
                Arrays.fill(jpeg, at + 5, at + 9, (byte) 0x7F);
                break;
            }
        }
        assertThatThrownBy(() -> ImageDecoder.decode(jpeg, "huge.jpg"))
                .isInstanceOf(BadImageException.class)
                .hasMessage("huge.jpg: 32639 x 32639 pixels, more than the 50000000 an image may have");
    }

    @Test
    void refusesProgressiveFilesOfEndlessScans() throws IOException {
        byte[] whole = Fixtures.bytes("parity/progressive.jpg");
        int scan = 0;
        while (whole[scan] != (byte) 0xFF || whole[scan + 1] != (byte) 0xDA) {
            scan++;
        }
        byte[] endless = Arrays.copyOf(whole, scan + 501 * 2 + whole.length - scan);
        for (int i = 0; i < 501; i++) {
            endless[scan + 2 * i] = (byte) 0xFF;
            endless[scan + 2 * i + 1] = (byte) 0xDA;
        }
        System.arraycopy(whole, scan, endless, scan + 501 * 2, whole.length - scan);
        assertThatThrownBy(() -> ImageDecoder.decode(endless, "photo.jpg"))
                .isInstanceOf(BadImageException.class)
                .hasMessageContaining("photo.jpg: a progressive JPEG of 5");
    }

    @Test
    void namesFormatsThatItCannotRead() throws IOException {
        byte[] webp = Fixtures.bytes("parity/photo.webp");
        assertThatThrownBy(() -> ImageDecoder.decode(webp, "photo.webp"))
                .isInstanceOf(BadImageException.class)
                .hasMessage("photo.webp: WebP images can't be read; save it as PNG or JPEG");
        byte[] avif = "\0\0\0 ftypavif\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> ImageDecoder.decode(avif, "photo.avif"))
                .hasMessage("photo.avif: AVIF images can't be read; save it as PNG or JPEG");
        byte[] tiff = Fixtures.bytes("parity/photo.tiff");
        assertThatThrownBy(() -> ImageDecoder.decode(tiff, "photo.tiff"))
                .isInstanceOf(BadImageException.class)
                .hasMessage("photo.tiff: TIFF images can't be read; save it as PNG or JPEG");
    }

    /** Whatever stands in the header, an image comes out, or a sentence. */
    @ParameterizedTest
    @ValueSource(strings = {"parity/turned-6.jpg", "parity/turned.png", "parity/ycck.jpg"})
    void survivesAnyByteOfItsHeader(String name) throws IOException {
        byte[] whole = Fixtures.bytes(name);
        for (int at = 0; at < Math.min(whole.length, 200); at++) {
            for (byte value : new byte[] {0, (byte) 0xFF}) {
                byte[] changed = whole.clone();
                changed[at] = value;
                try {
                    assertThat(ImageDecoder.decode(changed, name).width()).isPositive();
                } catch (BadImageException e) {
                    assertThat(e).hasMessageContaining(name);
                }
            }
        }
    }

    @Test
    void decodesOnePixel() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        javax.imageio.ImageIO.write(new java.awt.image.BufferedImage(1, 1, 1), "png", png);
        RgbImage image = ImageDecoder.decode(png.toByteArray(), "one.png");
        assertThat(image.width() * image.height()).isEqualTo(1);
        float[] pixels = new float[3 * 8 * 8];
        ImageTransform.training(8, Preprocessing.BLIP, Augmentation.DEFAULTS).apply(image, 5, pixels, 0);
        assertThat(pixels[0]).isEqualTo(pixels[63]);
    }

    /** Signature and header of a PNG file without any data. */
    private static byte[] pngHeader(int width, int height) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(header);
        out.write("IHDR".getBytes(StandardCharsets.US_ASCII));
        out.writeInt(width);
        out.writeInt(height);
        out.write(new byte[] {8, 2, 0, 0, 0});
        CRC32 sum = new CRC32();
        sum.update(header.toByteArray());
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream all = new DataOutputStream(file);
        all.writeLong(0x89504E470D0A1A0AL);
        all.writeInt(13);
        header.writeTo(all);
        all.writeInt((int) sum.getValue());
        all.writeInt(1000);
        all.write("IDAT".getBytes(StandardCharsets.US_ASCII));
        return file.toByteArray();
    }
}
