package dev.querent.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Curves of logged values over steps. Draws its few characters itself, so that a machine without fonts can make one. */
final class LossPlot {

    /** Colours of the series, in order, with the names a legend gives them. */
    static final List<String> COLOUR_NAMES = List.of("blue", "orange", "green", "red", "purple", "brown");

    private static final Color[] COLOURS = {
        new Color(31, 119, 180),
        new Color(230, 120, 10),
        new Color(44, 150, 44),
        new Color(200, 40, 40),
        new Color(130, 90, 180),
        new Color(130, 85, 75)
    };
    private static final int WIDTH = 720;
    private static final int HEIGHT = 320;
    private static final int LEFT = 70;
    private static final int TOP = 15;
    private static final int RIGHT = 20;
    private static final int BOTTOM = 35;
    private static final int TICKS = 4;

    /** Rows of 3 x 5 dots, three bits each, for the characters of a number. */
    private static final Map<Character, int[]> GLYPHS = Map.ofEntries(
            Map.entry('0', new int[] {7, 5, 5, 5, 7}),
            Map.entry('1', new int[] {2, 6, 2, 2, 7}),
            Map.entry('2', new int[] {7, 1, 7, 4, 7}),
            Map.entry('3', new int[] {7, 1, 7, 1, 7}),
            Map.entry('4', new int[] {5, 5, 7, 1, 1}),
            Map.entry('5', new int[] {7, 4, 7, 1, 7}),
            Map.entry('6', new int[] {7, 4, 7, 5, 7}),
            Map.entry('7', new int[] {7, 1, 1, 1, 1}),
            Map.entry('8', new int[] {7, 5, 7, 5, 7}),
            Map.entry('9', new int[] {7, 5, 7, 1, 7}),
            Map.entry('-', new int[] {0, 0, 7, 0, 0}),
            Map.entry('.', new int[] {0, 0, 0, 0, 2}));

    private static final int DOT = 2;

    private final double firstStep;
    private final double lastStep;
    private final double lowest;
    private final double highest;
    private final Graphics2D graphics;

    private LossPlot(List<List<double[]>> series, Graphics2D graphics) {
        List<double[]> points = series.stream().flatMap(List::stream).toList();
        firstStep = points.stream().mapToDouble(point -> point[0]).min().orElse(0);
        lastStep = Math.max(
                firstStep + 1,
                points.stream().mapToDouble(point -> point[0]).max().orElse(1));
        double low = points.stream().mapToDouble(point -> point[1]).min().orElse(0);
        double high = points.stream().mapToDouble(point -> point[1]).max().orElse(1);
        double margin = Math.max(1e-6, (high - low) * 0.05);
        lowest = low - margin;
        highest = high + margin;
        this.graphics = graphics;
    }

    /**
     * Draws curves.
     *
     * @param metrics one map a logged step, with {@code step}
     * @param names what to draw, in the order of {@link #COLOUR_NAMES}, which begins anew when it ends
     * @return a PNG
     */
    static byte[] png(List<Map<String, Double>> metrics, List<String> names) {
        List<List<double[]>> series = new ArrayList<>();
        for (String name : names) {
            List<double[]> points = new ArrayList<>();
            for (Map<String, Double> line : metrics) {
                double value = line.getOrDefault(name, Double.NaN);
                if (Double.isFinite(value)) {
                    points.add(new double[] {line.getOrDefault("step", 0.0), value});
                }
            }
            series.add(points);
        }
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = Pictures.graphics(image);
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        new LossPlot(series, graphics).draw(series);
        graphics.dispose();
        return Pictures.png(image);
    }

    private void draw(List<List<double[]>> series) {
        for (int tick = 0; tick <= TICKS; tick++) {
            double value = lowest + (highest - lowest) * tick / TICKS;
            double step = firstStep + (lastStep - firstStep) * tick / TICKS;
            graphics.setColor(new Color(225, 225, 225));
            graphics.drawLine(LEFT, (int) y(value), WIDTH - RIGHT, (int) y(value));
            graphics.setColor(Color.DARK_GRAY);
            String label = String.format(Locale.ROOT, "%.3f", value);
            number(label, LEFT - 8 - width(label), (int) y(value) - 5);
            String number = Long.toString(Math.round(step));
            number(number, (int) x(step) - width(number) / 2, HEIGHT - BOTTOM + 12);
        }
        for (int i = 0; i < series.size(); i++) {
            graphics.setColor(COLOURS[i % COLOURS.length]);
            graphics.setStroke(new BasicStroke(i == 0 ? 2.2f : 1.3f));
            Path2D line = new Path2D.Double();
            for (double[] point : series.get(i)) {
                if (line.getCurrentPoint() == null) {
                    line.moveTo(x(point[0]), y(point[1]));
                }
                line.lineTo(x(point[0]), y(point[1]));
            }
            graphics.draw(line);
        }
    }

    private double x(double step) {
        return LEFT + (step - firstStep) / (lastStep - firstStep) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return TOP + (highest - value) / (highest - lowest) * (HEIGHT - TOP - BOTTOM);
    }

    private static int width(String number) {
        return number.length() * 4 * DOT;
    }

    private void number(String number, int left, int top) {
        for (int i = 0; i < number.length(); i++) {
            int[] rows = GLYPHS.getOrDefault(number.charAt(i), new int[5]);
            for (int row = 0; row < rows.length; row++) {
                for (int column = 0; column < 3; column++) {
                    if ((rows[row] & (4 >> column)) != 0) {
                        graphics.fillRect(left + (i * 4 + column) * DOT, top + row * DOT, DOT, DOT);
                    }
                }
            }
        }
    }
}
