package dev.querent.task.dataset;

import java.util.Locale;

/**
 * One coloured shape of a {@link Scene}, in a picture whose side is 1.
 *
 * @param rgb the colour as drawn, a little off the named one
 * @param x of the centre
 * @param y of the centre, downwards
 * @param radius of the circle around the shape
 */
record SceneObject(Color color, Form form, Size size, int rgb, double x, double y, double radius) {

    enum Color {
        RED(0xD03028),
        GREEN(0x30A040),
        BLUE(0x3050D0),
        YELLOW(0xF0DC28),
        PURPLE(0x8838A8),
        ORANGE(0xEC8420),
        BLACK(0x202020),
        PINK(0xF090B8);

        final int rgb;

        Color(int rgb) {
            this.rgb = rgb;
        }

        String word() {
            return SceneObject.word(this);
        }
    }

    enum Form {
        CIRCLE,
        SQUARE,
        TRIANGLE,
        STAR,
        CROSS,
        HEART;

        String word() {
            return SceneObject.word(this);
        }

        String plural() {
            return this == CROSS ? "crosses" : word() + "s";
        }
    }

    /** Named sizes with the range of the radius. */
    enum Size {
        SMALL(4.0 / 64, 5.0 / 64),
        LARGE(6.5 / 64, 7.5 / 64);

        final double least;
        final double most;

        Size(double least, double most) {
            this.least = least;
            this.most = most;
        }

        String word() {
            return SceneObject.word(this);
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** As in "red circle". */
    String name() {
        return color.word() + " " + form.word();
    }

    SceneObject at(double newX, double newY) {
        return new SceneObject(color, form, size, rgb, newX, newY, radius);
    }
}
