package dev.querent.report;

import java.util.Collections;
import java.util.List;

/** A run as Markdown. Links are relative to the report's folder. */
final class MarkdownReport {

    private final StringBuilder out = new StringBuilder();

    private MarkdownReport() {}

    static String of(RunContents run) {
        MarkdownReport report = new MarkdownReport();
        report.line("# Run " + escape(run.name()));
        report.line("Repeat it: `./querent run experiment.yaml` in a copy of the run's folder.");
        for (RunContents.Step step : run.steps()) {
            report.step(step);
        }
        if (!run.provenance().isEmpty()) {
            report.line("## Where the numbers come from");
            report.table(
                    List.of("what", "value"),
                    run.provenance().entrySet().stream()
                            .map(entry -> List.of(entry.getKey(), entry.getValue()))
                            .toList());
        }
        if (!run.settings().isBlank()) {
            report.line("## Settings");
            report.line(fenced(run.settings()));
        }
        return report.out.toString();
    }

    private void step(RunContents.Step step) {
        String title = step.results().map(StepResults::title).orElse("");
        line("## " + escape(step.name()) + (title.isEmpty() ? "" : ": " + escape(title)));
        if (!step.problem().isEmpty()) {
            line(escape(step.problem()));
        }
        step.results().ifPresent(results -> {
            for (ResultTable table : results.tables()) {
                line("**" + escape(table.title()) + "**");
                table(table.columns(), table.rows());
            }
            results.notes().forEach(note -> line(escape(note)));
        });
        if (!step.losses().isEmpty()) {
            line("![loss curves](" + ReportText.plotName(step) + ")");
            line(escape(ReportText.legend(step)));
        }
        if (!step.metrics().isEmpty()) {
            line(escape(ReportText.training(step)));
        }
        samples(step);
    }

    private void samples(RunContents.Step step) {
        List<List<String>> rows = ReportText.shown(step).stream()
                .map(prediction -> List.of(
                        "![](../steps/" + step.name() + "/" + prediction.picture() + ")",
                        escape(prediction.question()),
                        escape(prediction.prediction()),
                        escape(String.join(" / ", prediction.references())),
                        prediction.correct() ? "yes" : "no"))
                .toList();
        if (!rows.isEmpty()) {
            raw(ReportText.SAMPLE_COLUMNS, rows);
        }
    }

    private void table(List<String> columns, List<List<String>> rows) {
        raw(
                columns.stream().map(MarkdownReport::escape).toList(),
                rows.stream()
                        .map(row -> row.stream().map(MarkdownReport::escape).toList())
                        .toList());
    }

    private void raw(List<String> columns, List<List<String>> rows) {
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

    /** Text that stays text: on one line, its Markdown and HTML signs harmless. */
    static String escape(String text) {
        return text.replaceAll("\\s+", " ").replaceAll("([\\\\`*_\\[\\]<>|#])", "\\\\$1");
    }

    /** A code block that its content can't close. */
    private static String fenced(String text) {
        String fence = "```";
        while (text.contains(fence)) {
            fence += "`";
        }
        return fence + "yaml\n" + text.stripTrailing() + "\n" + fence;
    }
}
