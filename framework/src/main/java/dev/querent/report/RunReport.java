package dev.querent.report;

import dev.querent.file.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run's report, made of what lies in its folder: {@code report/report.md} with {@code report/STEP-*.svg},
 * {@code report/index.html} which needs nothing beside it, and {@code report/results.json} with every step's results. It can
 * be made at any time; steps that are missing or unfinished are left out or shown as far as they are.
 */
public final class RunReport {

    private static final String RESULTS = "results.json";
    private static final String UNFINISHED = "unfinished";

    private RunReport() {}

    /** Whether the report of a finished run has been written to its end. */
    public static boolean exists(Path runFolder) {
        Path report = runFolder.resolve("report");
        try {
            return Files.exists(report.resolve(Page.HTML))
                    && Files.exists(report.resolve(RESULTS))
                    && !JsonMapper.shared()
                            .readTree(Files.readString(report.resolve(RESULTS)))
                            .has(UNFINISHED);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + report.resolve(RESULTS), e);
        } catch (JacksonException e) {
            return false;
        }
    }

    /**
     * Writes or replaces the report.
     *
     * @param runFolder {@code runs/NAME}
     * @return the page in Markdown, {@code runs/NAME/report/report.md}
     * @throws IllegalStateException where a link leads from the report's folder out of the run's
     */
    public static Path write(Path runFolder) {
        Path report = runFolder.resolve("report");
        try {
            Files.createDirectories(report);
            if (!report.toRealPath().startsWith(runFolder.toRealPath())) {
                throw new IllegalStateException(
                        report + " is a link out of the run's folder; nothing was written. Remove the link");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + report, e);
        }
        RunContents run = RunContents.read(runFolder);
        AtomicFile.write(report.resolve(RESULTS), results(run));
        RunPage.of(run).write(report, "report.md");
        return report.resolve("report.md");
    }

    private static String results(RunContents run) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("run", run.name());
        if (!run.unfinished().isEmpty()) {
            ArrayNode unfinished = root.putArray(UNFINISHED);
            run.unfinished().forEach(unfinished::add);
        }
        ObjectNode steps = root.putObject("steps");
        for (RunContents.Step step : run.steps()) {
            step.results().ifPresent(results -> steps.set(step.name(), results.asJson()));
        }
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }
}
