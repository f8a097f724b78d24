package dev.querent.app.study;

import dev.querent.experiment.Study;
import dev.querent.report.AtomicFile;
import dev.querent.report.ResultTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The report of a study, {@code report/index.html} which needs nothing beside it, {@code report.md} and {@code results.json}: of every
 * number the mean over seeds, its spread, and the difference from the variant that it is compared with, seed by seed.
 */
public final class StudyReport {

    private static final List<String> COLUMNS = List.of(
            "variant",
            "runs",
            "mean",
            "standard deviation",
            "95 % interval",
            "compared with",
            "difference",
            "95 % interval of the difference",
            "pairs");
    private static final String NOTE =
            "Intervals are of the mean, by Student's t; those of one run can't be told. A difference is the"
                    + " mean of the differences between runs with the same seed.";

    private final Study study;
    private final StudyResults results;

    private StudyReport(StudyFolder folder, List<Study.Run> runs) {
        study = folder.study();
        results = new StudyResults(folder, runs);
    }

    /**
     * What was written.
     *
     * @param page {@code index.html}
     * @param unknown a sentence for each number that the study names and no finished step has
     */
    public record Written(Path page, List<String> unknown) {}

    /** Writes or replaces it. */
    public static Written write(StudyFolder folder, List<Study.Run> runs) {
        StudyReport report = new StudyReport(folder, runs);
        AtomicFile.write(folder.report().resolve("results.json"), report.json());
        AtomicFile.write(folder.report().resolve("report.md"), report.markdown());
        Path page = folder.report().resolve("index.html");
        AtomicFile.write(page, report.html());
        return new Written(page, report.results.unknown());
    }

    private ResultTable costs() {
        List<List<String>> rows = new ArrayList<>();
        StudyResults.Cost all = StudyResults.Cost.NONE;
        for (Study.Variant variant : study.variants()) {
            StudyResults.Cost cost = results.cost(variant);
            all = all.plus(cost);
            rows.add(row(variant.name(), cost));
        }
        rows.add(row("all", all));
        return new ResultTable(
                "What it took",
                List.of("variant", "finished runs", "steps computed", "steps shared", "time", "time saved by sharing"),
                rows);
    }

    private static List<String> row(String name, StudyResults.Cost cost) {
        return List.of(
                name,
                Integer.toString(cost.runs()),
                Integer.toString(cost.computed()),
                Integer.toString(cost.shared()),
                StudyExecution.time(cost.seconds()),
                StudyExecution.time(cost.saved()));
    }

    private ResultTable table(String metric) {
        List<List<String>> rows = new ArrayList<>();
        for (Study.Variant variant : study.variants()) {
            List<Double> values = List.copyOf(results.values(variant, metric).values());
            if (values.isEmpty()) {
                continue;
            }
            SeedSample sample = new SeedSample(values);
            List<String> cells = new ArrayList<>(List.of(
                    variant.name(),
                    Integer.toString(sample.count()),
                    number(sample.mean()),
                    number(sample.deviation()),
                    interval(sample)));
            cells.addAll(difference(variant, metric));
            rows.add(cells);
        }
        return new ResultTable(metric, COLUMNS, rows);
    }

    private List<String> difference(Study.Variant variant, String metric) {
        if (variant.against().isEmpty()) {
            return List.of("", "", "", "");
        }
        String other = variant.against().get();
        List<Double> differences = results.differences(variant, other, metric);
        if (differences.isEmpty()) {
            return List.of(other, "-", "-", "0");
        }
        SeedSample sample = new SeedSample(differences);
        return List.of(other, number(sample.mean()), interval(sample), Integer.toString(sample.count()));
    }

    private static String interval(SeedSample sample) {
        OptionalDouble margin = sample.margin();
        return margin.isEmpty()
                ? "-"
                : number(sample.mean() - margin.getAsDouble()) + " to " + number(sample.mean() + margin.getAsDouble());
    }

    private static String number(OptionalDouble value) {
        return value.isEmpty() ? "-" : number(value.getAsDouble());
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }

    private String markdown() {
        StringBuilder text = new StringBuilder("# Study " + study.name() + "\n\n");
        markdown(costs(), text);
        text.append(NOTE).append("\n\n");
        results.metrics().forEach(metric -> markdown(table(metric), text));
        return text.toString();
    }

    private static void markdown(ResultTable table, StringBuilder text) {
        text.append("## ").append(table.title()).append("\n\n");
        text.append("| ").append(String.join(" | ", table.columns())).append(" |\n");
        text.append("|---".repeat(table.columns().size())).append("|\n");
        table.rows()
                .forEach(
                        row -> text.append("| ").append(String.join(" | ", row)).append(" |\n"));
        text.append('\n');
    }

    private String html() {
        StringBuilder page = new StringBuilder(StudyPage.head("Study " + study.name()));
        StudyPage.table(costs(), page);
        page.append("<p>").append(StudyPage.escape(NOTE)).append("</p>\n");
        results.metrics().forEach(metric -> StudyPage.table(table(metric), page));
        for (String step : results.trainings()) {
            Map<String, NavigableMap<Long, Double>> curves = new LinkedHashMap<>();
            for (Study.Variant variant : study.variants()) {
                NavigableMap<Long, Double> curve = results.curve(variant, step);
                if (!curve.isEmpty()) {
                    curves.put(variant.name(), curve);
                }
            }
            StudyPage.curves("Loss of " + step + ", mean over seeds", curves, page);
        }
        return page.append("</body></html>\n").toString();
    }

    private String json() {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("study", study.name());
        ObjectNode metrics = root.putObject("metrics");
        for (String metric : results.metrics()) {
            ObjectNode variants = metrics.putObject(metric);
            for (Study.Variant variant : study.variants()) {
                Map<Long, Double> values = results.values(variant, metric);
                if (!values.isEmpty()) {
                    json(variant, metric, values, variants.putObject(variant.name()));
                }
            }
        }
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private void json(Study.Variant variant, String metric, Map<Long, Double> values, ObjectNode node) {
        ObjectNode seeds = node.putObject("seeds");
        values.forEach((seed, value) -> seeds.put(Long.toString(seed), value));
        json(new SeedSample(List.copyOf(values.values())), node);
        variant.against().ifPresent(other -> {
            List<Double> differences = results.differences(variant, other, metric);
            if (!differences.isEmpty()) {
                ObjectNode difference = node.putObject("difference");
                difference.put("from", other);
                difference.put("pairs", differences.size());
                json(new SeedSample(differences), difference);
            }
        });
    }

    private static void json(SeedSample sample, ObjectNode node) {
        node.put("mean", sample.mean());
        sample.deviation().ifPresent(deviation -> node.put("standard-deviation", deviation));
        sample.margin().ifPresent(margin -> {
            node.put("low", sample.mean() - margin);
            node.put("high", sample.mean() + margin);
        });
    }
}
