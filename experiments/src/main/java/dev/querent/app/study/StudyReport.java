package dev.querent.app.study;

import dev.querent.experiment.Study;
import dev.querent.file.AtomicFile;
import dev.querent.report.Curve;
import dev.querent.report.Drawings;
import dev.querent.report.Page;
import dev.querent.report.ResultTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
        report.page().write(folder.report(), "report.md");
        return new Written(folder.report().resolve(Page.HTML), report.results.unknown());
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
                "",
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

    private Page page() {
        List<Page.Block> blocks = new ArrayList<>();
        blocks.add(new Page.Heading(2, "Results"));
        blocks.add(new Page.Paragraph(NOTE));
        results.metrics().forEach(metric -> blocks.add(new Page.Table(table(metric))));
        blocks.add(new Page.Heading(2, "Losses, means over seeds"));
        results.trainings()
                .forEach(step -> blocks.add(
                        new Page.Plots(List.of(Drawings.of(step, Drawings.LOSS, "loss of " + step, curves(step))))));
        blocks.add(new Page.Heading(2, "What it took"));
        blocks.add(new Page.Table(costs()));
        return new Page("Study " + study.name(), blocks);
    }

    /** The loss of a step by variant. */
    private Map<String, Curve> curves(String step) {
        Map<String, Curve> curves = new LinkedHashMap<>();
        for (Study.Variant variant : study.variants()) {
            Curve curve = new Curve();
            results.curve(variant, step).forEach((at, loss) -> curve.add(at, loss));
            curves.put(variant.name(), curve);
        }
        curves.values().removeIf(Curve::isEmpty);
        return curves;
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
