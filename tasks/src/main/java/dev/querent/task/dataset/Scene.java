package dev.querent.task.dataset;

import dev.querent.task.dataset.SceneObject.Color;
import dev.querent.task.dataset.SceneObject.Form;
import dev.querent.task.dataset.SceneObject.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * What a picture of the {@link Shapes} shows: objects in the cells of a grid, a little off their middles. The caption of a relation names the first object first.
 *
 * @param objects one, several of one colour and shape, or two different ones
 * @param relation how the first object stands to the second; {@link Relation#NONE} but for two different objects
 */
record Scene(List<SceneObject> objects, Relation relation) {

    private static final double SINGLE_SHARE = 0.3;
    private static final double COUNT_SHARE = 0.2;
    /** Largest deviation of a drawn colour from the named one, per channel. */
    private static final int COLOR_JITTER = 20;
    /** Cells in a row and in a column. Each holds one object at most, so that a patch of the cell's size sees all of it. */
    private static final int CELLS = 4;
    /** Least empty space between an object and the border of its cell, of a side of 64. */
    private static final double MARGIN = 0.25 / 64;

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
            int cell = random.nextInt(CELLS * CELLS);
            return new Scene(List.of(inCell(random, object, cell % CELLS, cell / CELLS)), Relation.NONE);
        }
        return kind < SINGLE_SHARE + COUNT_SHARE ? several(random) : pair(random);
    }

    private static Scene several(SplittableRandom random) {
        Color color = pick(random, Color.values());
        Form form = pick(random, Form.values());
        int count = 2 + random.nextInt(3);
        Set<Integer> taken = new HashSet<>();
        List<SceneObject> placed = new ArrayList<>();
        while (placed.size() < count) {
            int cell = random.nextInt(CELLS * CELLS);
            if (taken.add(cell)) {
                SceneObject object = object(random, color, form, random.nextBoolean());
                placed.add(inCell(random, object, cell % CELLS, cell / CELLS));
            }
        }
        return new Scene(placed, Relation.NONE);
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
        boolean horizontal = random.nextBoolean();
        SceneObject first = atEdge(random, near, horizontal, 0);
        SceneObject second = atEdge(random, far, horizontal, CELLS - 1);
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

    /** In one of the middle cells of the first or last column or row: there each place in the picture has one name. */
    private static SceneObject atEdge(SplittableRandom random, SceneObject object, boolean horizontal, int edge) {
        int along = 1 + random.nextInt(CELLS - 2);
        return horizontal ? inCell(random, object, edge, along) : inCell(random, object, along, edge);
    }

    private static SceneObject inCell(SplittableRandom random, SceneObject object, int column, int row) {
        double room = 0.5 / CELLS - MARGIN - object.radius();
        return object.at(
                (column + 0.5) / CELLS + uniform(random, -room, room),
                (row + 0.5) / CELLS + uniform(random, -room, room));
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

    /** The same scene with the other object named first; itself where it is no pair. */
    Scene converse() {
        return isPair() ? new Scene(List.of(second(), first()), relation.opposite()) : this;
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
