package dev.querent.report;

import java.util.Map;

/** The plots of pages, in their sizes and under their file names. */
public final class Drawings {

    /** The name of losses. */
    public static final String LOSS = "loss";

    private static final int LONGEST_NAME = 80;

    private Drawings() {}

    static Page.Drawing of(String step, StepMetrics.Panel panel) {
        return of(step, panel.name(), panel.unit(), panel.curves());
    }

    /**
     * A plot for a page; the losses of a step large, anything else half as wide.
     *
     * @param name of what is drawn
     * @param unit what stands at the axis
     * @param curves by what the legend calls them
     */
    public static Page.Drawing of(String step, String name, String unit, Map<String, Curve> curves) {
        boolean large = name.equals(LOSS);
        String svg = Plot.svg(unit, curves, large ? 760 : 372, large ? 340 : 230);
        return new Page.Drawing(file(step) + "-" + file(name) + ".svg", step + ": " + unit, svg);
    }

    private static String file(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_-]", "_");
        return plain.substring(0, Math.min(LONGEST_NAME, plain.length()));
    }

    /** What thinned curves show. */
    static String thinning(int values) {
        return "Lines are means of up to " + values
                + " logged values; pale behind them the lowest and highest of these, so that no outlier is lost.";
    }
}
