package dev.querent.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG, PNG, GIF and BMP files to 8-bit RGB. Grey values become equal red, green and blue, the upper half of 16-bit values is kept, transparent
 * parts show white, colour profiles are not applied, and the image is turned as its EXIF says. The size in the header is
 * looked at before anything is decoded. Thread-safe. How this compares with Pillow stands in
 * docs/results/image-processing.md.
 *
 * <p>JPEG files are decoded by libjpeg-turbo where it is installed. What it refuses or warns of is left to ImageIO, which has
 * the last word with and without it.
 */
public final class ImageDecoder {

    /** Largest number of pixels: a decoded image takes nine bytes a pixel for a moment, 450 MB at most. */
    public static final long MOST_PIXELS = 50_000_000;

    /** Longest side in pixels: between its two passes, resizing holds an image as high as the one and as wide as the other. */
    public static final int MOST_SIDE = 65_535;

    private static final long MOST_BYTES = 256L << 20;

    /** Scans of a progressive JPEG file: each takes the time of a whole picture, and a file of a megabyte could hold 50,000. */
    private static final int MOST_SCANS = 500;

    /** Those compared with Pillow; ImageIO's TIFF reader, for one, takes CMYK for RGB with alpha. */
    private static final List<String> FORMATS = List.of("bmp", "gif", "jpeg", "png");

    private ImageDecoder() {}

    /**
     * Decodes a file.
     *
     * @throws BadImageException naming the file, where it is missing, broken, cut short, too large or of no known format
     */
    public static RgbImage decode(Path file) {
        try {
            long bytes = Files.size(file);
            if (bytes > MOST_BYTES) {
                throw new BadImageException(
                        file + ": " + bytes + " bytes, more than the " + MOST_BYTES + " an image may have");
            }
            return decode(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new BadImageException(file + ": no such file");
        } catch (IOException e) {
            throw new BadImageException(file + ": can't be read: " + e.getMessage());
        }
    }

    /**
     * Decodes a file's content.
     *
     * @param name what messages call it
     * @throws BadImageException as for a file
     */
    public static RgbImage decode(byte[] content, String name) {
        return decode(content, name, TurboJpeg.installed());
    }

    static RgbImage decode(byte[] content, String name, Optional<TurboJpeg> library) {
        if (content.length == 0) {
            throw new BadImageException(name + ": empty, no image");
        }
        Optional<JpegHeader> jpeg = JpegHeader.of(content);
        jpeg.ifPresent(header -> check(header, content, name));
        return library.flatMap(turbo -> jpeg.filter(ImageDecoder::isPlain)
                        .flatMap(header -> turbo.decode(content, header.width(), header.height())))
                .map(image -> Orientation.upright(image, Orientation.of(content)))
                .orElseGet(() -> withImageIo(content, jpeg, name));
    }

    private static void check(JpegHeader header, byte[] content, String name) {
        checkSize(header.width(), header.height(), name);
        int scans = header.progressive() ? JpegHeader.scans(content) : 0;
        if (scans > MOST_SCANS) {
            throw new BadImageException(name + ": a progressive JPEG of " + scans + " scans, more than the "
                    + MOST_SCANS + " an image may have");
        }
    }

    private static boolean isPlain(JpegHeader header) {
        return header.width() > 0 && header.height() > 0 && (header.components() == 1 || header.components() == 3);
    }

    private static RgbImage withImageIo(byte[] content, Optional<JpegHeader> jpeg, String name) {
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            ImageReader reader = readers.hasNext() ? readers.next() : null;
            if (reader == null || !FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                throw new BadImageException(name + ": "
                        + UnreadableFormat.of(content)
                                .map(format -> format + " images can't be read; save it as PNG or JPEG")
                                .orElse("of no known image format (" + String.join(", ", FORMATS) + ")"));
            }
            try {
                reader.setInput(stream, true, true);
                return Orientation.upright(read(reader, jpeg, name), Orientation.of(content));
            } finally {
                reader.dispose();
            }
        } catch (IOException e) {
            throw broken(name, e);
        }
    }

    private static RgbImage read(ImageReader reader, Optional<JpegHeader> jpeg, String name) throws IOException {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(String.valueOf(warning)));
        RgbImage image;
        try {
            checkSize(reader.getWidth(0), reader.getHeight(0), name);
            image = jpeg.isPresent() && jpeg.get().components() == 4
                    ? CmykJpeg.read(reader, jpeg.get().ycck())
                    : rgb(reader.read(0));
        } catch (BadImageException e) {
            throw e;
        } catch (RuntimeException e) { // readers meet broken content with exceptions of many kinds
            throw broken(name, e);
        }
        for (String warning : warnings) {
            if (cutShort(warning)) {
                throw new BadImageException(name + ": broken or cut short (" + warning + ")");
            }
        }
        return image;
    }

    private static void checkSize(long width, long height, String name) {
        if (width * height > MOST_PIXELS) {
            throw new BadImageException(name + ": " + width + " x " + height + " pixels, more than the " + MOST_PIXELS
                    + " an image may have");
        }
        if (Math.max(width, height) > MOST_SIDE) {
            throw new BadImageException(name + ": " + width + " x " + height + " pixels, longer than the " + MOST_SIDE
                    + " a side may have");
        }
    }

    /** The JPEG reader only warns of missing data and fills the rest of the picture with grey. */
    private static boolean cutShort(String warning) {
        String lower = warning.toLowerCase(Locale.ROOT);
        return lower.contains("premature end") || lower.contains("truncated") || lower.contains("corrupt jpeg data");
    }

    private static BadImageException broken(String name, Exception cause) {
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new BadImageException(name + ": broken or cut short (" + reason + ")");
    }

    private static RgbImage rgb(BufferedImage image) {
        byte[] rgb = new byte[image.getWidth() * image.getHeight() * 3];
        if (image.getType() == BufferedImage.TYPE_3BYTE_BGR
                && image.getRaster().getDataBuffer() instanceof DataBufferByte buffer
                && buffer.getData().length == rgb.length) {
            fromBgr(buffer.getData(), rgb);
            return new RgbImage(image.getWidth(), image.getHeight(), rgb);
        }
        ColorModel colors = image.getColorModel();
        boolean plain = colors instanceof ComponentColorModel
                && (image.getRaster().getTransferType() == DataBuffer.TYPE_BYTE
                        || image.getRaster().getTransferType() == DataBuffer.TYPE_USHORT)
                && !colors.isAlphaPremultiplied();
        if (plain) {
            fromBands(image, rgb);
        } else {
            fromColors(image, rgb);
        }
        return new RgbImage(image.getWidth(), image.getHeight(), rgb);
    }

    /** The commonest case, ten times as fast as any other way. */
    private static void fromBgr(byte[] bgr, byte[] rgb) {
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = bgr[i + 2];
            rgb[i + 1] = bgr[i + 1];
            rgb[i + 2] = bgr[i];
        }
    }

    /** Takes the bands as they are; asking the colour model instead would change the brightness of grey images. */
    private static void fromBands(BufferedImage image, byte[] rgb) {
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        int shift = raster.getTransferType() == DataBuffer.TYPE_USHORT ? 8 : 0;
        boolean alpha = image.getColorModel().hasAlpha();
        boolean grey = bands - (alpha ? 1 : 0) < 3;
        int[] row = new int[image.getWidth() * bands];
        int to = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, image.getWidth(), 1, row);
            for (int from = 0; from < row.length; from += bands) {
                int opacity = alpha ? row[from + bands - 1] >> shift : 255;
                for (int channel = 0; channel < 3; channel++) {
                    rgb[to++] = onWhite(row[from + (grey ? 0 : channel)] >> shift, opacity);
                }
            }
        }
    }

    private static void fromColors(BufferedImage image, byte[] rgb) {
        int[] row = new int[image.getWidth()];
        int to = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, image.getWidth(), 1, row, 0, image.getWidth());
            for (int argb : row) {
                for (int bits = 16; bits >= 0; bits -= 8) {
                    rgb[to++] = onWhite(argb >> bits & 0xFF, argb >>> 24);
                }
            }
        }
    }

    private static byte onWhite(int value, int opacity) {
        return (byte) ((value * opacity + 255 * (255 - opacity) + 127) / 255);
    }
}
