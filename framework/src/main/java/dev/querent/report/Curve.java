package dev.querent.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A logged value over steps, thinned as it grows: neighbours share a section that keeps their mean, lowest and highest value, so
 * that no outlier is lost and memory doesn't depend on how long training went.
 */
public final class Curve {

    /** Sections at most; when they are used up, each two neighbours become one. */
    static final int MOST_SECTIONS = 600;

    /** Beyond it the distance of two values could be no number. */
    private static final double LARGEST = 1e100;

    /**
     * A value.
     *
     * @param step of training
     */
    record Point(double step, double value) {}

    private final List<Section> sections = new ArrayList<>();
    private int pointsInSection = 1;
    private @Nullable Point first;
    private @Nullable Point last;

    /** Neighbouring values. */
    private static final class Section {
        private int count;
        private double steps;
        private double values;
        private Point low;
        private Point high;

        Section(Point point) {
            low = point;
            high = point;
            add(point);
        }

        private void add(Point point) {
            count++;
            steps += point.step;
            values += point.value;
            low = point.value < low.value ? point : low;
            high = point.value > high.value ? point : high;
        }

        private void join(Section next) {
            count += next.count;
            steps += next.steps;
            values += next.values;
            low = next.low.value < low.value ? next.low : low;
            high = next.high.value > high.value ? next.high : high;
        }

        private Point mean() {
            return new Point(steps / count, values / count);
        }
    }

    /** Adds the next value; one that is not finite is left out. */
    public void add(double step, double value) {
        if (!(Math.abs(value) < LARGEST && Math.abs(step) < LARGEST)) {
            return;
        }
        Point point = new Point(step, value);
        first = first == null ? point : first;
        last = point;
        if (!sections.isEmpty() && sections.get(sections.size() - 1).count < pointsInSection) {
            sections.get(sections.size() - 1).add(point);
            return;
        }
        if (sections.size() == MOST_SECTIONS) {
            halve();
        }
        sections.add(new Section(point));
    }

    /** The last section holds as many points as the others when this is called. */
    private void halve() {
        for (int i = 0; i < MOST_SECTIONS / 2; i++) {
            Section left = sections.get(2 * i);
            left.join(sections.get(2 * i + 1));
            sections.set(i, left);
        }
        sections.subList(MOST_SECTIONS / 2, MOST_SECTIONS).clear();
        pointsInSection *= 2;
    }

    /** Whether no finite value was added. */
    public boolean isEmpty() {
        return sections.isEmpty();
    }

    /** Whether sections hold more than one value. */
    boolean isThinned() {
        return pointsInSection > 1;
    }

    /** Values that a section's mean stands for, at most. */
    int pointsInSection() {
        return pointsInSection;
    }

    /** Every section's mean, in order; the values themselves where nothing is thinned. */
    List<Point> means() {
        return sections.stream().map(Section::mean).toList();
    }

    /** The first value, every section's lowest and highest as they came, the last value. */
    List<Point> extremes() {
        List<Point> points = new ArrayList<>();
        if (first != null) {
            points.add(first);
        }
        for (Section section : sections) {
            boolean lowFirst = section.low.step <= section.high.step;
            points.add(lowFirst ? section.low : section.high);
            points.add(lowFirst ? section.high : section.low);
        }
        if (last != null) {
            points.add(last);
        }
        return points.stream().distinct().toList();
    }

    /** Whether all values are the same. */
    boolean isConstant() {
        return sections.stream().allMatch(section -> section.low.value == section.high.value)
                && sections.stream()
                                .mapToDouble(section -> section.low.value)
                                .distinct()
                                .count()
                        <= 1;
    }
}
