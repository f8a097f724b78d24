package dev.querent.report;

import dev.querent.file.AtomicFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a report says, before it is HTML or Markdown. All texts are plain and may hold anything. */
public record Page(String title, List<Block> blocks) {

    /** The page that needs nothing beside it. */
    public static final String HTML = "index.html";

    /** One below the other. */
    public sealed interface Block {}

    /**
     * Begins a section.
     *
     * @param level 2 or 3
     */
    public record Heading(int level, String text) implements Block {}

    public record Paragraph(String text) implements Block {}

    public record Table(ResultTable table) implements Block {}

    /** Side by side. */
    public record Plots(List<Drawing> drawings) implements Block {
        public Plots {
            drawings = List.copyOf(drawings);
        }
    }

    /**
     * A plot.
     *
     * @param file its name in the page's folder
     */
    public record Drawing(String file, String title, String svg) {}

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

    /**
     * Writes or replaces the page: {@code index.html} which needs nothing beside it, and a page in Markdown with its plots. Pictures are
     * left to the caller.
     *
     * @param folder is made where it isn't there
     * @param markdown name of the page in Markdown
     */
    public void write(Path folder, String markdown) {
        drawings().forEach(drawing -> AtomicFile.write(folder.resolve(drawing.file()), drawing.svg()));
        AtomicFile.write(folder.resolve(markdown), MarkdownPage.of(this));
        AtomicFile.write(folder.resolve(HTML), HtmlPage.of(this));
    }
}
