package dev.querent.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A run as one HTML page that needs nothing beside it: pictures are embedded, all text is escaped, nothing is executed. */
final class HtmlReport {

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%1$s</title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
            table { border-collapse: collapse; margin: 1rem 0 } caption { text-align: left; font-weight: 600 }
            th, td { border: 1px solid #ccc; padding: .25rem .6rem; text-align: left; overflow-wrap: anywhere }
            th { background: #f3f3f3 } img { max-width: 100%%; image-rendering: auto } pre { background: #f6f6f6; padding: 1rem;
            overflow-x: auto } .note { color: #555 } .yes { color: #16691a } .no { color: #a11 }
            .samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1rem }
            .samples figure { margin: 0; border: 1px solid #ddd; padding: .6rem } figcaption p { margin: .2rem 0 }
            </style></head><body>
            <h1>%1$s</h1>
            """;

    private final StringBuilder out = new StringBuilder();
    private final Function<RunContents.Step, byte[]> plots;

    private HtmlReport(Function<RunContents.Step, byte[]> plots) {
        this.plots = plots;
    }

    /**
     * @param plots the loss curves of a step that has some, as PNG
     */
    static String of(RunContents run, Function<RunContents.Step, byte[]> plots) {
        HtmlReport report = new HtmlReport(plots);
        report.out.append(HEAD.formatted(escape("Run " + run.name())));
        run.steps().forEach(report::step);
        if (!run.provenance().isEmpty()) {
            report.out.append("<h2>Where the numbers come from</h2>\n");
            report.table(new ResultTable("", List.of("what", "value"), entries(run.provenance())));
        }
        if (!run.settings().isBlank()) {
            report.element("h2", "Settings");
            report.element("pre", run.settings());
        }
        return report.out.append("</body></html>\n").toString();
    }

    private static List<List<String>> entries(Map<String, String> values) {
        return values.entrySet().stream()
                .map(entry -> List.of(entry.getKey(), entry.getValue()))
                .toList();
    }

    private void step(RunContents.Step step) {
        String title = step.results().map(results -> ": " + results.title()).orElse("");
        element("h2", step.name() + title);
        if (!step.problem().isEmpty()) {
            element("p", step.problem());
        }
        step.results().ifPresent(results -> {
            results.tables().forEach(this::table);
            results.notes().forEach(this::note);
        });
        if (!step.losses().isEmpty()) {
            picture(plots.apply(step), "loss curves of " + step.name());
            note(ReportText.legend(step));
        }
        if (!step.metrics().isEmpty()) {
            note(ReportText.training(step));
        }
        samples(step);
    }

    private void samples(RunContents.Step step) {
        List<Prediction> shown = ReportText.shown(step);
        if (shown.isEmpty()) {
            return;
        }
        out.append("<div class=\"samples\">\n");
        for (Prediction prediction : shown) {
            out.append("<figure>");
            step.picture(prediction).ifPresent(file -> picture(bytes(file), prediction.id()));
            out.append("<figcaption>");
            if (!prediction.question().isEmpty()) {
                element("p", prediction.question());
            }
            out.append(prediction.correct() ? "<p class=\"yes\">said: " : "<p class=\"no\">said: ")
                    .append(escape(prediction.prediction()))
                    .append("</p>");
            note("right: " + String.join(" / ", prediction.references()));
            out.append("</figcaption></figure>\n");
        }
        out.append("</div>\n");
    }

    private void table(ResultTable table) {
        out.append("<table>");
        if (!table.title().isEmpty()) {
            element("caption", table.title());
        }
        out.append("<tr>");
        table.columns().forEach(column -> element("th", column));
        out.append("</tr>\n");
        for (List<String> row : table.rows()) {
            out.append("<tr>");
            row.forEach(cell -> element("td", cell));
            out.append("</tr>\n");
        }
        out.append("</table>\n");
    }

    private void note(String text) {
        out.append("<p class=\"note\">").append(escape(text)).append("</p>\n");
    }

    private void element(String name, String text) {
        out.append('<').append(name).append('>').append(escape(text));
        out.append("</").append(name).append(">\n");
    }

    private void picture(byte[] png, String description) {
        out.append("<img alt=\"").append(escape(description)).append("\" src=\"data:image/png;base64,");
        out.append(Base64.getEncoder().encodeToString(png)).append("\">\n");
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Text that stays text, in content and in quoted attributes. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
