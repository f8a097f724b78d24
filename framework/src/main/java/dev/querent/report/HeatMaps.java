package dev.querent.report;

import dev.querent.image.RgbImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** What is read of an image's patches, drawn over the image patch by patch. */
public final class HeatMaps {

    /** Tiles beside each other on a sheet. */
    public static final int COLUMNS = 10;

    private static final int SIDE = 96;
    private static final int GAP = 4;

    /** From nothing to the most: brightness grows all the way, so that it can be read without colours. */
    private static final int[][] SCALE = {{0, 0, 40}, {90, 20, 110}, {200, 60, 70}, {250, 160, 30}, {255, 255, 170}};

    private static final double OPACITY = 0.7;

    /** Times an even share: what is at least needed to be at the end of the scale. */
    private static final double CONCENTRATED = 3;

    private HeatMaps() {}

    /**
     * A sheet of equal tiles, row by row: the image, then each map over it in grey. The scale of each map ends at its
     * strongest patch, or at three times an even share where none is that strong: a map without any preference stays dim.
     *
     * @param seen the square that the encoder sees
     * @param maps each of g * g shares, row by row
     * @return a PNG
     */
    public static byte[] sheet(RgbImage seen, List<float[]> maps) {
        BufferedImage image = Pictures.scaled(seen, SIDE);
        int tiles = maps.size() + 1;
        int columns = Math.min(COLUMNS, tiles);
        int rows = (tiles + COLUMNS - 1) / COLUMNS;
        int pitch = SIDE + GAP;
        BufferedImage sheet = new BufferedImage(columns * pitch - GAP, rows * pitch - GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = Pictures.graphics(sheet);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        for (int tile = 0; tile < tiles; tile++) {
            BufferedImage drawn = tile == 0 ? image : overlaid(image, maps.get(tile - 1));
            graphics.drawImage(drawn, tile % COLUMNS * pitch, tile / COLUMNS * pitch, null);
        }
        graphics.dispose();
        return Pictures.png(sheet);
    }

    private static BufferedImage overlaid(BufferedImage image, float[] map) {
        int grid = (int) Math.round(Math.sqrt(map.length));
        if (grid * grid != map.length) {
            throw new IllegalArgumentException("a map of " + map.length + " patches is no square");
        }
        double most = Float.MIN_NORMAL;
        double sum = 0;
        for (float share : map) {
            most = Math.max(most, share);
            sum += share;
        }
        most = Math.max(most, CONCENTRATED * sum / map.length);
        int width = image.getWidth();
        int height = image.getHeight();
        BufferedImage drawn = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                float share = map[y * grid / height * grid + x * grid / width];
                drawn.setRGB(x, y, blended(image.getRGB(x, y), share / most));
            }
        }
        return drawn;
    }

    private static int blended(int rgb, double heat) {
        double grey = 0.3 * ((rgb >> 16) & 255) + 0.59 * ((rgb >> 8) & 255) + 0.11 * (rgb & 255);
        double place = Math.max(0, Math.min(1, heat)) * (SCALE.length - 1);
        int below = Math.min((int) place, SCALE.length - 2);
        int blended = 0;
        for (int channel = 0; channel < 3; channel++) {
            double colour =
                    SCALE[below][channel] + (place - below) * (SCALE[below + 1][channel] - SCALE[below][channel]);
            blended = (blended << 8) | (int) Math.round(OPACITY * colour + (1 - OPACITY) * grey);
        }
        return blended;
    }
}
