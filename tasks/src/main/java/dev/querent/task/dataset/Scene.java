package dev.querent.task.dataset;

import dev.querent.task.dataset.SceneObject.Color;
import dev.querent.task.dataset.SceneObject.Form;
import dev.querent.task.dataset.SceneObject.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a picture of the {@link Shapes} shows. The caption of a relation names the first object first.
 *
 * @param objects one, several equal ones, or two different ones
 * @param relation how the first object stands to the second; {@link Relation#NONE} but for two different objects
 */
record Scene(List<SceneObject> objects, Relation relation) {

    private static final double SINGLE_SHARE = 0.3;
    private static final double COUNT_SHARE = 0.2;
    /** Largest deviation of a drawn colour from the named one, per channel. */
    private static final int COLOR_JITTER = 20;
    /** Least empty space between two objects and around the picture, of a side of 64. */
    private static final double MARGIN = 1.5 / 64;
    /** How far two objects in a row may be off the common line. */
    private static final double MISALIGNMENT = 3.0 / 64;

    enum Relation {
        NONE("", ""),
        LEFT("left of", "left"),
        RIGHT("right of", "right"),
        ABOVE("above", "above"),
        BELOW("below", "below");

        /** As in "left of a square". */
        final String phrase;
        /** Where the object is, in a word. */
        final String place;

        Relation(String phrase, String place) {
            this.phrase = phrase;
            this.place = place;
        }

        Relation opposite() {
            return switch (this) {
                case NONE -> NONE;
                case LEFT -> RIGHT;
                case RIGHT -> LEFT;
                case ABOVE -> BELOW;
                case BELOW -> ABOVE;
            };
        }
    }

    Scene {
        objects = List.copyOf(objects);
    }

    /** Draws a scene; equal generators give equal scenes. */
    static Scene random(SplittableRandom random) {
        double kind = random.nextDouble();
        if (kind < SINGLE_SHARE) {
            SceneObject object =
                    object(random, pick(random, Color.values()), pick(random, Form.values()), random.nextBoolean());
            return new Scene(List.of(anywhere(random, object)), Relation.NONE);
        }
        return kind < SINGLE_SHARE + COUNT_SHARE ? several(random) : pair(random);
    }

    private static Scene several(SplittableRandom random) {
        SceneObject pattern = object(random, pick(random, Color.values()), pick(random, Form.values()), true);
        int count = 2 + random.nextInt(3);
        List<SceneObject> placed = new ArrayList<>();
        while (placed.size() < count) {
            SceneObject next = anywhere(random, pattern);
            if (placed.stream().allMatch(other -> apart(other, next))) {
                placed.add(next);
            }
        }
        return new Scene(placed, Relation.NONE);
    }

    private static boolean apart(SceneObject one, SceneObject other) {
        double dx = one.x() - other.x();
        double dy = one.y() - other.y();
        double least = one.radius() + other.radius() + MARGIN;
        return dx * dx + dy * dy > least * least;
    }

    private static Scene pair(SplittableRandom random) {
        Color color = pick(random, Color.values());
        Form form = pick(random, Form.values());
        SceneObject near = object(random, color, form, random.nextBoolean());
        SceneObject far = object(
                random,
                pickOther(random, Color.values(), color),
                pickOther(random, Form.values(), form),
                random.nextBoolean());
        double least = near.radius() + far.radius() + 2 * MARGIN;
        double most = 1 - near.radius() - far.radius() - 2 * MARGIN;
        double distance = uniform(random, least, most);
        double start = uniform(random, near.radius() + MARGIN, 1 - far.radius() - MARGIN - distance);
        double edge = Math.max(near.radius(), far.radius()) + MARGIN + MISALIGNMENT;
        double line = uniform(random, edge, 1 - edge);
        double nearLine = line + uniform(random, -MISALIGNMENT, MISALIGNMENT);
        double farLine = line + uniform(random, -MISALIGNMENT, MISALIGNMENT);
        boolean horizontal = random.nextBoolean();
        SceneObject first = horizontal ? near.at(start, nearLine) : near.at(nearLine, start);
        SceneObject second = horizontal ? far.at(start + distance, farLine) : far.at(farLine, start + distance);
        Relation relation = horizontal ? Relation.LEFT : Relation.ABOVE;
        return random.nextBoolean()
                ? new Scene(List.of(first, second), relation)
                : new Scene(List.of(second, first), relation.opposite());
    }

    private static SceneObject object(SplittableRandom random, Color color, Form form, boolean small) {
        Size size = small ? Size.SMALL : Size.LARGE;
        int rgb = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int value = (color.rgb >> shift & 0xFF) + random.nextInt(2 * COLOR_JITTER + 1) - COLOR_JITTER;
            rgb |= Math.max(0, Math.min(255, value)) << shift;
        }
        return new SceneObject(color, form, size, rgb, 0, 0, uniform(random, size.least, size.most));
    }

    private static SceneObject anywhere(SplittableRandom random, SceneObject object) {
        double edge = object.radius() + MARGIN;
        return object.at(uniform(random, edge, 1 - edge), uniform(random, edge, 1 - edge));
    }

    static double uniform(SplittableRandom random, double least, double most) {
        return least + (most - least) * random.nextDouble();
    }

    static <T> T pick(SplittableRandom random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    static <T extends Enum<T>> T pickOther(SplittableRandom random, T[] values, T not) {
        List<T> others = Arrays.stream(values).filter(value -> value != not).toList();
        return others.get(random.nextInt(others.size()));
    }

    boolean isPair() {
        return relation != Relation.NONE;
    }

    SceneObject first() {
        return objects.get(0);
    }

    SceneObject second() {
        return objects.get(1);
    }
}
