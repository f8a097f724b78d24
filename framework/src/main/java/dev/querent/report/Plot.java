package dev.querent.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Curves over steps as SVG: vectors and text, nothing that is executed or fetched. */
final class Plot {

    /** Told apart by people who see no red or green too (Okabe and Ito). */
    private static final List<String> COLOURS =
            List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#000000");

    private static final int LEFT = 76;
    private static final int RIGHT = 34; // half a label of the last step
    private static final int BOTTOM = 42;
    private static final int LEGEND_ROW = 18;
    private static final int LETTER = 7; // pixels, about
    private static final int LONGEST_NAME = 40;

    private final String unit;
    private final Map<String, Curve> curves;
    private final int width;
    private final int height;
    private final int top;
    private final Axis steps;
    private final Axis values;
    private final StringBuilder out = new StringBuilder();

    private Plot(String unit, Map<String, Curve> curves, int width, int height) {
        this.unit = unit;
        this.curves = curves;
        this.width = width;
        List<List<String>> legend = curves.size() > 1 ? legend() : List.of();
        top = 12 + LEGEND_ROW * legend.size();
        this.height = height + LEGEND_ROW * legend.size();
        List<Curve.Point> points = curves.values().stream()
                .flatMap(curve -> curve.extremes().stream())
                .toList();
        steps = Axis.ofSteps(points.stream().mapToDouble(Curve.Point::step).toArray());
        values = Axis.ofValues(points.stream().mapToDouble(Curve.Point::value).toArray());
    }

    /**
     * Draws curves with a common axis.
     *
     * @param unit what stands at it
     * @param curves by what the legend calls them
     * @return an {@code svg} element that is a file of its own too
     */
    static String svg(String unit, Map<String, Curve> curves, int width, int height) {
        return new Plot(unit, curves, width, height).draw();
    }

    private String draw() {
        out.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\""
                        .formatted(width, height, width, height));
        out.append(" aria-label=\"").append(Escape.html(unit)).append(" over steps\" font-family=\"sans-serif\"");
        out.append(" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        axes();
        int index = 0;
        for (Curve curve : curves.values()) {
            curve(curve, index++);
        }
        drawLegend();
        return out.append("</svg>").toString();
    }

    private void axes() {
        for (double tick : values.ticks()) {
            line(LEFT, y(tick), width - RIGHT, y(tick), "#e1e1e1");
            text(LEFT - 8.0, y(tick) + 4, "end", values.label(tick));
        }
        for (double tick : steps.ticks()) {
            line(x(tick), height - BOTTOM, x(tick), height - BOTTOM + 4.0, "#777");
            text(x(tick), height - BOTTOM + 17.0, "middle", steps.label(tick));
        }
        line(LEFT, height - BOTTOM, width - RIGHT, height - BOTTOM, "#777");
        line(LEFT, top, LEFT, height - BOTTOM, "#777");
        text((LEFT + width - RIGHT) / 2.0, height - 8.0, "middle", "step");
        out.append(String.format(
                Locale.ROOT,
                "<text transform=\"translate(14 %.1f) rotate(-90)\" text-anchor=\"middle\" fill=\"#333\">%s</text>%n",
                (top + height - BOTTOM) / 2.0,
                Escape.html(unit)));
    }

    /** Where sections stand for several values, their extremes pale behind their means. */
    private void curve(Curve curve, int index) {
        if (curve.isThinned()) {
            path(curve.extremes(), index, "1", "0.3");
        }
        path(curve.means(), index, index == 0 ? "2" : "1.4", "1");
    }

    private void path(List<Curve.Point> points, int index, String thickness, String opacity) {
        out.append("<path fill=\"none\" stroke=\"")
                .append(colour(index))
                .append("\" stroke-width=\"")
                .append(thickness);
        out.append("\" stroke-opacity=\"")
                .append(opacity)
                .append("\" stroke-linejoin=\"round\" stroke-linecap=\"round\"");
        out.append(dashes(index)).append(" d=\"");
        String command = "M";
        for (Curve.Point point : points) {
            out.append(command).append(number(x(point.step()))).append(' ').append(number(y(point.value())));
            command = "L";
        }
        if (points.size() == 1) {
            out.append("h0"); // a dot, by the round ends
        }
        out.append("\"/>\n");
    }

    /** Names, row by row, as many as fit. */
    private List<List<String>> legend() {
        List<List<String>> rows = new ArrayList<>();
        int free = 0;
        for (String name : curves.keySet()) {
            int needed = entryWidth(name);
            if (rows.isEmpty() || needed > free) {
                rows.add(new ArrayList<>());
                free = width - LEFT - RIGHT;
            }
            rows.get(rows.size() - 1).add(name);
            free -= needed;
        }
        return rows;
    }

    private static int entryWidth(String name) {
        return 34 + LETTER * ReportText.cut(name, LONGEST_NAME).length();
    }

    private void drawLegend() {
        if (curves.size() < 2) {
            return;
        }
        int index = 0;
        int row = 0;
        for (List<String> names : legend()) {
            double x = LEFT;
            double y = 6.0 + LEGEND_ROW * row++;
            for (String name : names) {
                out.append("<path stroke=\"")
                        .append(colour(index))
                        .append("\" stroke-width=\"2.5\"")
                        .append(dashes(index));
                out.append(" d=\"M")
                        .append(number(x))
                        .append(' ')
                        .append(number(y + 4))
                        .append("h18\"/>\n");
                text(x + 23, y + 8, "start", ReportText.cut(name, LONGEST_NAME));
                x += entryWidth(name);
                index++;
            }
        }
    }

    private static String colour(int index) {
        return COLOURS.get(index % COLOURS.size());
    }

    private static String dashes(int index) {
        return index < COLOURS.size() ? "" : " stroke-dasharray=\"6 3\"";
    }

    private void line(double x1, double y1, double x2, double y2, String colour) {
        out.append(String.format(
                Locale.ROOT,
                "<path stroke=\"%s\" d=\"M%s %sL%s %s\"/>%n",
                colour,
                number(x1),
                number(y1),
                number(x2),
                number(y2)));
    }

    private void text(double x, double y, String anchor, String text) {
        out.append(String.format(
                Locale.ROOT,
                "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" fill=\"#333\">%s</text>%n",
                number(x),
                number(y),
                anchor,
                Escape.html(text)));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private double x(double step) {
        return LEFT + steps.place(step) * (width - LEFT - RIGHT);
    }

    private double y(double value) {
        return top + (1 - values.place(value)) * (height - BOTTOM - top);
    }
}
