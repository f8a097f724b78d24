package dev.querent.app.study;

import dev.querent.report.ResultTable;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/** The HTML of a study's report: all text is escaped, nothing is executed or loaded. */
final class StudyPage {

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%1$s</title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
            table { border-collapse: collapse; margin: 1rem 0 } caption { text-align: left; font-weight: 600 }
            th, td { border: 1px solid #ccc; padding: .25rem .6rem; text-align: left } th { background: #f3f3f3 }
            </style></head><body>
            <h1>%1$s</h1>
            """;

    private StudyPage() {}

    static String head(String title) {
        return HEAD.formatted(escape(title));
    }

    static void table(ResultTable table, StringBuilder page) {
        page.append("<table><caption>").append(escape(table.title())).append("</caption>\n");
        row("th", table.columns(), page);
        table.rows().forEach(row -> row("td", row, page));
        page.append("</table>\n");
    }

    private static void row(String element, List<String> cells, StringBuilder page) {
        page.append("<tr>");
        cells.forEach(cell -> page.append('<')
                .append(element)
                .append('>')
                .append(escape(cell))
                .append("</")
                .append(element)
                .append('>'));
        page.append("</tr>\n");
    }

    static void curves(String title, Map<String, NavigableMap<Long, Double>> curves, StringBuilder page) {
        page.append("<h2>")
                .append(escape(title))
                .append("</h2>\n")
                .append(CurvePlot.svg(curves))
                .append("<p>");
        int index = 0;
        for (String name : curves.keySet()) {
            page.append("<span style=\"color: ")
                    .append(CurvePlot.colour(index++))
                    .append("\">&#9644; ")
                    .append(escape(name))
                    .append("</span> ");
        }
        page.append("</p>\n");
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
