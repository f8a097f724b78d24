package dev.querent.report;

import dev.querent.image.RgbImage;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Small PNGs of sample images. Needs no display. */
public final class Pictures {

    private Pictures() {}

    /**
     * An image scaled to fit a square, its proportions kept.
     *
     * @param side of the square, in pixels
     * @return a PNG
     */
    public static byte[] png(RgbImage image, int side) {
        return png(scaled(image, side));
    }

    /** As {@link #png(RgbImage, int)}, not yet encoded. */
    static BufferedImage scaled(RgbImage image, int side) {
        BufferedImage full = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = image.rgb();
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                int at = (y * image.width() + x) * 3;
                full.setRGB(x, y, ((rgb[at] & 255) << 16) | ((rgb[at + 1] & 255) << 8) | (rgb[at + 2] & 255));
            }
        }
        double scale = (double) side / Math.max(image.width(), image.height());
        int width = (int) Math.max(1, Math.round(image.width() * scale));
        int height = (int) Math.max(1, Math.round(image.height() * scale));
        BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = graphics(scaled);
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(full, 0, 0, width, height, null);
        graphics.dispose();
        return scaled;
    }

    /** Draws without a display, whatever the environment says of one. */
    static Graphics2D graphics(BufferedImage image) {
        System.setProperty("java.awt.headless", "true");
        return image.createGraphics();
    }

    static byte[] png(BufferedImage image) {
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            ImageIO.write(image, "png", bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
