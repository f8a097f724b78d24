package dev.querent.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A range of numbers with round ticks.
 *
 * @param low its lower end
 * @param high its upper end, above {@code low}
 * @param tick distance of ticks: 1, 2 or 5 times a power of ten
 */
record Axis(double low, double high, double tick) {

    private static final int TICKS = 5;

    /** Whole numbers from the least to the greatest. */
    static Axis ofSteps(double... steps) {
        double low = Arrays.stream(steps).min().orElse(0);
        double high = Math.max(low + 1, Arrays.stream(steps).max().orElse(1));
        return new Axis(low, high, Math.max(1, round((high - low) / TICKS)));
    }

    /** With some room at both ends, so that a flat curve is not on the edge. */
    static Axis ofValues(double... values) {
        double low = Arrays.stream(values).min().orElse(0);
        double high = Arrays.stream(values).max().orElse(1);
        double size = Math.max(Math.abs(low), Math.abs(high));
        double margin = high - low > 1e-9 * size ? 0.04 * (high - low) : size > 0 ? 0.1 * size : 1;
        return new Axis(low - margin, high + margin, round((high - low + 2 * margin) / TICKS));
    }

    /** The nearest of 1, 2, 5, 10, ... times a power of ten. */
    private static double round(double distance) {
        double power = Math.pow(10, Math.floor(Math.log10(distance)));
        double leading = distance / power;
        return power * (leading < 1.5 ? 1 : leading < 3 ? 2 : leading < 7 ? 5 : 10);
    }

    /** Where a number lies: 0 at the lower end, 1 at the upper. */
    double place(double value) {
        return (value - low) / (high - low);
    }

    /** The multiples of the tick within the range. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        double first = Math.ceil(low / tick);
        for (int i = 0; i <= 2 * TICKS && (first + i) * tick <= high; i++) {
            ticks.add((first + i) * tick);
        }
        return ticks;
    }

    /** A tick in as many digits as tell it from its neighbours: {@code 0.25}, {@code 20,000}, {@code 4e-5}. */
    String label(double value) {
        int finest = (int) Math.floor(Math.log10(tick) + 1e-9);
        double size = Math.max(Math.abs(low), Math.abs(high));
        if (Math.abs(value) < tick / 2) {
            return "0";
        }
        if (finest < -4 || size >= 1e7) {
            int leading = (int) Math.floor(Math.log10(Math.abs(value)) + 1e-9);
            String text = String.format(Locale.ROOT, "%." + Math.max(0, leading - finest) + "e", value);
            return text.replaceAll("e([+-])0*(\\d)", "e$1$2").replace("e+", "e");
        }
        return String.format(Locale.ROOT, "%,." + Math.max(0, -finest) + "f", value);
    }
}
