package dev.querent.app.study;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What some values say of the mean that they were drawn around.
 *
 * @param values of independent runs, at least one
 */
record SeedSample(List<Double> values) {

    private static final double CONFIDENCE = 0.95;

    SeedSample {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("expected at least one value");
        }
        values = List.copyOf(values);
    }

    int count() {
        return values.size();
    }

    double mean() {
        return values.stream().mapToDouble(value -> value).sum() / count();
    }

    /** With one degree of freedom less than there are values; empty of a single one. */
    OptionalDouble deviation() {
        double mean = mean();
        return count() < 2
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.sqrt(values.stream()
                                .mapToDouble(value -> (value - mean) * (value - mean))
                                .sum()
                        / (count() - 1)));
    }

    /** Half the width of the 95 % confidence interval around the mean, by Student's t; empty of a single value. */
    OptionalDouble margin() {
        OptionalDouble deviation = deviation();
        return deviation.isEmpty()
                ? deviation
                : OptionalDouble.of(
                        StudentT.within(CONFIDENCE, count() - 1) * deviation.getAsDouble() / Math.sqrt(count()));
    }
}
