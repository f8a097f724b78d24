package dev.querent.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.querent.report.Curve.Point;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class CurveTest {

    @Test
    void aShortCurveIsItsValues() {
        Curve curve = new Curve();
        curve.add(10, 3);
        curve.add(20, 1);
        curve.add(30, 2);
        assertThat(curve.isThinned()).isFalse();
        assertThat(curve.means()).containsExactly(new Point(10, 3), new Point(20, 1), new Point(30, 2));
    }

    @Test
    void aQuarterOfAMillionValuesKeepTheirEndsExtremesAndMean() {
        Curve curve = new Curve();
        double sum = 0;
        int count = 250_001;
        for (int step = 1; step <= count; step++) {
            double value = step == 123_457 ? -50 : step == 200_000 ? 90 : Math.sin(step);
            sum += value;
            curve.add(step, value);
        }
        assertThat(curve.isThinned()).isTrue();
        List<Point> extremes = curve.extremes();
        assertThat(extremes)
                .hasSizeLessThanOrEqualTo(2 * Curve.MOST_SECTIONS + 2)
                .startsWith(new Point(1, Math.sin(1)))
                .endsWith(new Point(count, Math.sin(count)))
                .contains(new Point(123_457, -50), new Point(200_000, 90))
                .isSortedAccordingTo(Comparator.comparingDouble(Point::step));
        List<Point> means = curve.means();
        assertThat(means).hasSizeBetween(Curve.MOST_SECTIONS / 2, Curve.MOST_SECTIONS);
        // all sections but the last hold equally many values
        double whole = means.subList(0, means.size() - 1).stream()
                .mapToDouble(Point::value)
                .sum();
        int last = count - (means.size() - 1) * curve.pointsInSection();
        double all =
                whole * curve.pointsInSection() + means.get(means.size() - 1).value() * last;
        assertThat(all).isCloseTo(sum, within(1e-6));
    }

    @Test
    void everyCountAroundTheLimitsHoldsAllValues() {
        for (int count : List.of(1, 599, 600, 601, 1199, 1200, 1201, 2400, 2401)) {
            Curve curve = new Curve();
            for (int step = 0; step < count; step++) {
                curve.add(step, step);
            }
            assertThat(curve.means().size()).as("%d values", count).isLessThanOrEqualTo(Curve.MOST_SECTIONS);
            assertThat(curve.extremes()).startsWith(new Point(0, 0)).endsWith(new Point(count - 1, count - 1));
        }
    }

    @Test
    void whatIsNoNumberIsLeftOut() {
        Curve curve = new Curve();
        curve.add(1, Double.NaN);
        curve.add(2, Double.POSITIVE_INFINITY);
        curve.add(Double.NaN, 2);
        curve.add(3, 1e300);
        assertThat(curve.isEmpty()).isTrue();
        assertThat(curve.extremes()).isEmpty();
        curve.add(4, 7);
        assertThat(curve.isConstant()).isTrue();
        curve.add(5, 8);
        assertThat(curve.isConstant()).isFalse();
    }
}
