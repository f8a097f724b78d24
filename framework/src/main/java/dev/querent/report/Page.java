package dev.querent.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a report says, before it is HTML or Markdown. All texts are plain and may hold anything. */
record Page(String title, List<Block> blocks) {

    /** One below the other. */
    sealed interface Block {}

    /**
     * Begins a section.
     *
     * @param level 2 or 3
     */
    record Heading(int level, String text) implements Block {}

    record Paragraph(String text) implements Block {}

    record Table(ResultTable table) implements Block {}

    /** Side by side. */
    record Plots(List<Drawing> drawings) implements Block {
        Plots {
            drawings = List.copyOf(drawings);
        }
    }

    /**
     * A plot.
     *
     * @param file its name in the page's folder
     */
    record Drawing(String file, String title, String svg) {}

    /** A wide picture with what is to be seen. */
    record Figure(Picture picture, String caption) implements Block {}

    /**
     * Small pictures with what was said of them.
     *
     * @param columns what the cells of each are
     */
    record Cards(List<String> columns, List<Card> cards) implements Block {
        /** The columns that any card has something in. */
        List<Integer> filled() {
            return IntStream.range(0, columns.size())
                    .filter(column -> cards.stream()
                            .anyMatch(card -> !card.cells().get(column).text().isEmpty()))
                    .boxed()
                    .toList();
        }
    }

    /** @param cells as many as there are columns */
    record Card(Optional<Picture> picture, List<Cell> cells) {}

    record Cell(String text, Tone tone) {
        static Cell plain(String text) {
            return new Cell(text, Tone.PLAIN);
        }

        static Cell said(Prediction prediction) {
            return new Cell(prediction.prediction(), prediction.correct() ? Tone.RIGHT : Tone.WRONG);
        }
    }

    /** Whether a text is an answer that was right or wrong. */
    enum Tone {
        PLAIN,
        RIGHT,
        WRONG
    }

    /** Text as it stands in a file. */
    record Code(String text) implements Block {}

    /** All plots. */
    List<Drawing> drawings() {
        return blocks.stream()
                .flatMap(block -> block instanceof Plots plots ? plots.drawings().stream() : Stream.empty())
                .toList();
    }

    /** All pictures. */
    List<Picture> pictures() {
        List<Picture> pictures = new ArrayList<>();
        for (Block block : blocks) {
            if (block instanceof Figure figure) {
                pictures.add(figure.picture());
            } else if (block instanceof Cards cards) {
                cards.cards().forEach(card -> card.picture().ifPresent(pictures::add));
            }
        }
        return pictures;
    }
}
