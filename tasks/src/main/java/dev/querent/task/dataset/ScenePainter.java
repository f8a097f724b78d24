package dev.querent.task.dataset;

import dev.querent.image.RgbImage;
import java.util.SplittableRandom;

/**
 * Draws a {@link Scene}: coverage of each pixel from a grid of points, in arithmetic that is the same on every machine, so
 * that equal seeds give equal bytes.
 */
final class ScenePainter {

    /** Points a pixel along each axis. */
    private static final int GRID = 4;
    /** Largest deviation of a background pixel from the background's colour, per channel. */
    private static final int NOISE = 6;

    private static final double[][] STAR = star();

    private ScenePainter() {}

    /**
     * @param side of the picture in pixels
     * @param random decides background and noise
     */
    static RgbImage paint(Scene scene, int side, SplittableRandom random) {
        byte[] rgb = new byte[side * side * 3];
        int[] background = {215 + random.nextInt(35), 215 + random.nextInt(35), 215 + random.nextInt(35)};
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (background[i % 3] + random.nextInt(2 * NOISE + 1) - NOISE);
        }
        for (SceneObject object : scene.objects()) {
            paint(object, side, rgb);
        }
        return new RgbImage(side, side, rgb);
    }

    private static void paint(SceneObject object, int side, byte[] rgb) {
        int left = Math.max(0, (int) ((object.x() - object.radius()) * side) - 1);
        int right = Math.min(side, (int) ((object.x() + object.radius()) * side) + 2);
        int top = Math.max(0, (int) ((object.y() - object.radius()) * side) - 1);
        int bottom = Math.min(side, (int) ((object.y() + object.radius()) * side) + 2);
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                blend(rgb, (y * side + x) * 3, object.rgb(), covered(object, x, y, side));
            }
        }
    }

    private static void blend(byte[] rgb, int at, int color, int covered) {
        int all = GRID * GRID;
        for (int channel = 0; channel < 3; channel++) {
            int over = color >> (16 - 8 * channel) & 0xFF;
            int under = rgb[at + channel] & 0xFF;
            rgb[at + channel] = (byte) ((over * covered + under * (all - covered) + all / 2) / all);
        }
    }

    /** Points of a pixel's grid that lie within the object. */
    private static int covered(SceneObject object, int x, int y, int side) {
        int covered = 0;
        for (int row = 0; row < GRID; row++) {
            for (int column = 0; column < GRID; column++) {
                double u = ((x + (column + 0.5) / GRID) / side - object.x()) / object.radius();
                double v = ((y + (row + 0.5) / GRID) / side - object.y()) / object.radius();
                covered += inside(object.form(), u, v) ? 1 : 0;
            }
        }
        return covered;
    }

    /** Whether a point lies within a shape of radius 1 around the origin, v pointing down. */
    private static boolean inside(SceneObject.Form form, double u, double v) {
        return switch (form) {
            case CIRCLE -> u * u + v * v <= 0.95;
            case SQUARE -> Math.abs(u) <= 0.82 && Math.abs(v) <= 0.82;
            case TRIANGLE -> v <= 0.75 && Math.abs(u) <= (v + 1) * 0.54;
            case STAR -> insideStar(u, v);
            case CROSS -> Math.min(Math.abs(u), Math.abs(v)) <= 0.3 && Math.max(Math.abs(u), Math.abs(v)) <= 0.95;
            case HEART -> insideHeart(1.25 * u, 0.12 - 1.25 * v);
        };
    }

    private static boolean insideHeart(double x, double y) {
        double ring = x * x + y * y - 1;
        return ring * ring * ring <= x * x * y * y * y;
    }

    private static boolean insideStar(double u, double v) {
        boolean inside = false;
        for (int i = 0, j = STAR.length - 1; i < STAR.length; j = i++) {
            boolean crosses = STAR[i][1] > v != STAR[j][1] > v;
            if (crosses && u < (STAR[j][0] - STAR[i][0]) * (v - STAR[i][1]) / (STAR[j][1] - STAR[i][1]) + STAR[i][0]) {
                inside = !inside;
            }
        }
        return inside;
    }

    /** Corners of a five-pointed star, one point up. */
    private static double[][] star() {
        double[][] corners = new double[10][];
        for (int i = 0; i < corners.length; i++) {
            double radius = i % 2 == 0 ? 1 : 0.42;
            double angle = StrictMath.PI * i / 5;
            corners[i] = new double[] {radius * StrictMath.sin(angle), -radius * StrictMath.cos(angle)};
        }
        return corners;
    }
}
