package dev.querent.report;

import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page as Markdown, to be read in a repository viewer; plots and pictures are files that it links to. */
final class MarkdownPage {

    private final StringBuilder out = new StringBuilder();

    private MarkdownPage() {}

    static String of(Page page) {
        MarkdownPage markdown = new MarkdownPage();
        markdown.line("# " + text(page.title()));
        page.blocks().forEach(markdown::block);
        return markdown.out.toString();
    }

    private void block(Page.Block block) {
        if (block instanceof Page.Heading heading) {
            line("#".repeat(heading.level()) + " " + text(heading.text()));
        } else if (block instanceof Page.Paragraph paragraph) {
            line(text(paragraph.text()));
        } else if (block instanceof Page.Table table) {
            table(table.table());
        } else if (block instanceof Page.Plots plots) {
            line(plots.drawings().stream()
                    .map(drawing -> picture(drawing.title(), drawing.file()))
                    .collect(Collectors.joining(" ")));
        } else if (block instanceof Page.Figure figure) {
            line(picture("", figure.picture().link()));
            line(text(figure.caption()));
        } else if (block instanceof Page.Cards cards) {
            cards(cards);
        } else if (block instanceof Page.Code code) {
            line(Escape.fenced(code.text()));
        }
    }

    private static String picture(String title, String link) {
        return "![" + text(title) + "](" + Escape.link(link) + ")";
    }

    private void table(ResultTable table) {
        if (!table.title().isEmpty()) {
            line("**" + text(table.title()) + "**");
        }
        List<List<String>> rows = table.rows();
        rows(
                table.columns().stream().map(MarkdownPage::text).toList(),
                rows.subList(0, Math.min(HtmlPage.MOST_ROWS, rows.size())).stream()
                        .map(row -> row.stream().map(MarkdownPage::text).toList())
                        .toList());
        if (rows.size() > HtmlPage.MOST_ROWS) {
            line((rows.size() - HtmlPage.MOST_ROWS) + " more rows are left out.");
        }
    }

    private void cards(Page.Cards cards) {
        List<Integer> filled = cards.filled();
        Stream<String> columns = filled.stream().map(cards.columns()::get).map(MarkdownPage::text);
        rows(
                Stream.concat(Stream.of("image"), columns).toList(),
                cards.cards().stream()
                        .map(card -> Stream.concat(
                                        Stream.of(card.picture()
                                                .map(file -> picture("", file.link()))
                                                .orElse("")),
                                        filled.stream()
                                                .map(column -> cell(card.cells().get(column))))
                                .toList())
                        .toList());
    }

    private static String cell(Page.Cell cell) {
        return switch (cell.tone()) {
            case PLAIN -> text(cell.text());
            case RIGHT -> text(cell.text()) + " (right)";
            case WRONG -> text(cell.text()) + " (**wrong**)";
        };
    }

    private void rows(List<String> columns, List<List<String>> rows) {
        out.append(row(columns));
        out.append(row(Collections.nCopies(columns.size(), "---")));
        rows.forEach(row -> out.append(row(row)));
        out.append('\n');
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    private void line(String text) {
        out.append(text).append("\n\n");
    }

    private static String text(String text) {
        return Escape.markdown(ReportText.cut(text, ReportText.LONGEST_CELL));
    }
}
