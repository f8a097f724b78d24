package dev.querent.report;

import java.util.Base64;
import java.util.List;

/** A page as HTML that needs nothing beside it: pictures are embedded, all text is escaped, nothing is executed or fetched. */
final class HtmlPage {

    static final int MOST_ROWS = 500;

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%1$s</title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
            table { border-collapse: collapse; margin: 1rem 0 } caption { text-align: left; font-weight: 600 }
            th, td { border: 1px solid #ccc; padding: .25rem .6rem; text-align: left; overflow-wrap: break-word }
            th { background: #f3f3f3 } img, svg { max-width: 100%%; height: auto }
            pre { background: #f6f6f6; padding: 1rem; overflow-x: auto } h2 { border-top: 1px solid #ccc; padding-top: 1rem }
            .yes { color: #16691a } .no { color: #a11 } .wide { overflow-x: auto }
            .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 1rem }
            .cards figure { margin: 0; border: 1px solid #ddd; padding: .6rem } figure { margin: 1rem 0 }
            figcaption p { margin: .2rem 0; overflow-wrap: anywhere } .plots { display: flex; flex-wrap: wrap; gap: 1rem }
            </style></head><body>
            <h1>%1$s</h1>
            """;

    private final StringBuilder out = new StringBuilder();
    private int headings;

    private HtmlPage() {}

    static String of(Page page) {
        HtmlPage html = new HtmlPage();
        html.out.append(HEAD.formatted(Escape.html(page.title())));
        html.contents(page);
        page.blocks().forEach(html::block);
        return html.out.append("</body></html>\n").toString();
    }

    private void contents(Page page) {
        List<Page.Heading> all = page.blocks().stream()
                .filter(Page.Heading.class::isInstance)
                .map(Page.Heading.class::cast)
                .toList();
        out.append("<nav><ul>\n");
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).level() == 2) {
                out.append(i == 0 ? "<li>" : "</li>\n<li>");
            } else {
                out.append(" &middot; ");
            }
            out.append("<a href=\"#s")
                    .append(i)
                    .append("\">")
                    .append(text(all.get(i).text()))
                    .append("</a>");
        }
        out.append(all.isEmpty() ? "" : "</li>\n").append("</ul></nav>\n");
    }

    private void block(Page.Block block) {
        if (block instanceof Page.Heading heading) {
            out.append("<h%d id=\"s%d\">".formatted(heading.level(), headings++))
                    .append(text(heading.text()));
            out.append("</h%d>\n".formatted(heading.level()));
        } else if (block instanceof Page.Paragraph paragraph) {
            element("p", paragraph.text());
        } else if (block instanceof Page.Table table) {
            table(table.table());
        } else if (block instanceof Page.Plots plots) {
            out.append("<div class=\"plots\">\n");
            for (Page.Drawing drawing : plots.drawings()) {
                out.append("<figure>").append(drawing.svg()).append("</figure>\n");
            }
            out.append("</div>\n");
        } else if (block instanceof Page.Figure figure) {
            out.append("<figure>");
            picture(figure.picture());
            out.append("<figcaption>").append(text(figure.caption())).append("</figcaption></figure>\n");
        } else if (block instanceof Page.Cards cards) {
            cards(cards);
        } else if (block instanceof Page.Code code) {
            out.append("<pre>").append(Escape.html(code.text())).append("</pre>\n");
        }
    }

    private void cards(Page.Cards cards) {
        out.append("<div class=\"cards\">\n");
        for (Page.Card card : cards.cards()) {
            out.append("<figure>");
            card.picture().ifPresent(this::picture);
            out.append("<figcaption>");
            for (int column : cards.filled()) {
                Page.Cell cell = card.cells().get(column);
                String tone = switch (cell.tone()) {
                    case PLAIN -> "";
                    case RIGHT -> " class=\"yes\"";
                    case WRONG -> " class=\"no\"";
                };
                out.append("<p")
                        .append(tone)
                        .append("><b>")
                        .append(text(cards.columns().get(column)));
                out.append("</b> ").append(text(cell.text())).append("</p>");
            }
            out.append("</figcaption></figure>\n");
        }
        out.append("</div>\n");
    }

    private void table(ResultTable table) {
        out.append("<div class=\"wide\"><table>");
        if (!table.title().isEmpty()) {
            element("caption", table.title());
        }
        out.append("<tr>");
        table.columns().forEach(column -> element("th", column));
        out.append("</tr>\n");
        for (List<String> row :
                table.rows().subList(0, Math.min(MOST_ROWS, table.rows().size()))) {
            out.append("<tr>");
            row.forEach(cell -> element("td", cell));
            out.append("</tr>\n");
        }
        out.append("</table></div>\n");
        if (table.rows().size() > MOST_ROWS) {
            element("p", (table.rows().size() - MOST_ROWS) + " more rows are left out.");
        }
    }

    private void element(String name, String text) {
        out.append('<').append(name).append('>').append(text(text));
        out.append("</").append(name).append(">\n");
    }

    private void picture(Picture picture) {
        out.append("<img alt=\"\" src=\"data:image/png;base64,");
        out.append(Base64.getEncoder().encodeToString(picture.png())).append("\">\n");
    }

    private static String text(String text) {
        return Escape.html(ReportText.cut(text, ReportText.LONGEST_CELL));
    }
}
