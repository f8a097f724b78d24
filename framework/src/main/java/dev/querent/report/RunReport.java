package dev.querent.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run's report, made of what lies in its folder: {@code report/report.md} with {@code report/STEP-loss.png},
 * {@code report/index.html} which needs nothing beside it, and {@code report/results.json} with every step's results. It can
 * be made at any time; steps that are missing or unfinished are left out or shown as far as they are.
 */
public final class RunReport {

    private static final String LAST_WRITTEN = "index.html";

    private RunReport() {}

    /** Whether a run's report has been written to its end. */
    public static boolean exists(Path runFolder) {
        return Files.exists(runFolder.resolve("report").resolve(LAST_WRITTEN));
    }

    /**
     * Writes or replaces the report.
     *
     * @param runFolder {@code runs/NAME}
     */
    public static void write(Path runFolder) {
        RunContents run = RunContents.read(runFolder);
        Path report = runFolder.resolve("report");
        Map<RunContents.Step, byte[]> plots = new LinkedHashMap<>();
        for (RunContents.Step step : run.steps()) {
            if (!step.losses().isEmpty()) {
                byte[] plot = LossPlot.png(step.metrics(), List.copyOf(step.losses()));
                plots.put(step, plot);
                AtomicFile.write(report.resolve(ReportText.plotName(step)), plot);
            }
        }
        AtomicFile.write(report.resolve("results.json"), results(run));
        AtomicFile.write(report.resolve("report.md"), MarkdownReport.of(run));
        AtomicFile.write(
                report.resolve(LAST_WRITTEN), HtmlReport.of(run, step -> plots.getOrDefault(step, new byte[0])));
    }

    private static String results(RunContents run) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("run", run.name());
        ObjectNode steps = root.putObject("steps");
        for (RunContents.Step step : run.steps()) {
            step.results().ifPresent(results -> steps.set(step.name(), results.asJson()));
        }
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }
}
