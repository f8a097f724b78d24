package dev.querent.app.study;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.stream.Collectors;

/** Curves over optimiser steps as an SVG element of an HTML page. */
final class CurvePlot {

    private static final List<String> COLOURS =
            List.of("#1f77b4", "#e6780a", "#2c962c", "#c82828", "#825ab4", "#82554b", "#d05fa8", "#6f6f6f");
    private static final int WIDTH = 760;
    private static final int HEIGHT = 320;
    private static final int LEFT = 70;
    private static final int TOP = 15;
    private static final int RIGHT = 20;
    private static final int BOTTOM = 35;
    private static final int TICKS = 4;

    private final double lastStep;
    private final double lowest;
    private final double highest;

    private CurvePlot(Map<String, NavigableMap<Long, Double>> curves) {
        lastStep =
                curves.values().stream().mapToLong(NavigableMap::lastKey).max().orElse(1);
        double low = values(curves).min().orElse(0);
        double high = values(curves).max().orElse(1);
        double margin = Math.max(1e-6, (high - low) * 0.05);
        lowest = low - margin;
        highest = high + margin;
    }

    private static java.util.stream.DoubleStream values(Map<String, NavigableMap<Long, Double>> curves) {
        return curves.values().stream()
                .flatMap(curve -> curve.values().stream())
                .mapToDouble(value -> value);
    }

    /** @param curves none of them empty, by name */
    static String svg(Map<String, NavigableMap<Long, Double>> curves) {
        return new CurvePlot(curves).draw(curves);
    }

    /** The colour of the curve with this index. */
    static String colour(int index) {
        return COLOURS.get(index % COLOURS.size());
    }

    private String draw(Map<String, NavigableMap<Long, Double>> curves) {
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">%n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        for (int tick = 0; tick <= TICKS; tick++) {
            double value = lowest + (highest - lowest) * tick / TICKS;
            double step = lastStep * tick / TICKS;
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.4g</text>"
                            + "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>%n",
                    LEFT,
                    WIDTH - RIGHT,
                    y(value),
                    y(value),
                    LEFT - 6,
                    y(value) + 4,
                    value,
                    x(step),
                    HEIGHT - 12,
                    step));
        }
        int index = 0;
        for (NavigableMap<Long, Double> curve : curves.values()) {
            String points = curve.entrySet().stream()
                    .map(point -> String.format(Locale.ROOT, "%.1f,%.1f", x(point.getKey()), y(point.getValue())))
                    .collect(Collectors.joining(" "));
            svg.append("<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"")
                    .append(colour(index++))
                    .append("\" points=\"")
                    .append(points)
                    .append("\"/>\n");
        }
        return svg.append("</svg>\n").toString();
    }

    private double x(double step) {
        return LEFT + step / lastStep * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return TOP + (highest - value) / (highest - lowest) * (HEIGHT - TOP - BOTTOM);
    }
}
