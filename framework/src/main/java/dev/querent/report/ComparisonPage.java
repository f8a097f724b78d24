package dev.querent.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Several runs side by side: a column each. */
final class ComparisonPage {

    private static final int MOST_CAPTIONS = 8;

    private final List<RunContents> runs;
    private final List<String> labels;
    private final PictureShelf shelf;
    private final List<Page.Block> blocks = new ArrayList<>();
    private int numbered;

    private ComparisonPage(List<RunContents> runs) {
        this.runs = runs;
        labels = labels(runs);
        shelf = new PictureShelf(path -> String.format(Locale.ROOT, "pictures/%04d.png", ++numbered));
    }

    static Page of(List<RunContents> runs) {
        return new ComparisonPage(runs).page();
    }

    /** The runs' names, with a number behind those that occur again. */
    private static List<String> labels(List<RunContents> runs) {
        List<String> labels = new ArrayList<>();
        for (RunContents run : runs) {
            String label = run.name();
            for (int again = 2; labels.contains(label); again++) {
                label = run.name() + " (" + again + ")";
            }
            labels.add(label);
        }
        return labels;
    }

    private Page page() {
        blocks.add(new Page.Heading(2, "Runs"));
        table(
                List.of("run", "state"),
                eachRun(run -> List.of(
                        run.unfinished().isEmpty()
                                ? "finished"
                                : "not done yet: " + String.join(", ", run.unfinished()))));
        for (int i = 0; i < runs.size(); i++) {
            for (String problem : runs.get(i).problems()) {
                sentence(labels.get(i) + ": " + problem);
            }
        }
        differences();
        Set<String> steps = runs.stream()
                .flatMap(run -> run.steps().stream())
                .map(RunContents.Step::name)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        steps.forEach(this::step);
        shelf.problem().ifPresent(this::sentence);
        return new Page("Comparison of " + String.join(", ", labels), blocks);
    }

    private void differences() {
        blocks.add(new Page.Heading(2, "Settings that differ"));
        if (runs.stream().allMatch(run -> run.tree().isPresent())) {
            List<List<String>> rows = SettingDifferences.of(
                    runs.stream().map(run -> run.tree().orElseThrow()).toList());
            if (rows.isEmpty()) {
                sentence("None.");
            } else {
                table(columns("setting"), rows);
            }
        } else {
            sentence("Not every run has a resolved.yaml that can be read, so its settings can't be compared.");
        }
        List<List<String>> rows = SettingDifferences.ofValues(
                runs.stream().map(RunContents::provenance).toList());
        if (!rows.isEmpty()) {
            blocks.add(new Page.Heading(2, "What else differs in where the numbers come from"));
            table(columns("what"), rows);
        }
    }

    private void step(String name) {
        List<Optional<RunContents.Step>> steps =
                runs.stream().map(run -> run.step(name)).toList();
        List<String> titles = steps.stream()
                .flatMap(Optional::stream)
                .flatMap(step -> step.results().stream())
                .map(StepResults::title)
                .distinct()
                .toList();
        blocks.add(new Page.Heading(2, name + (titles.isEmpty() ? "" : ": " + String.join(" / ", titles))));
        List<String> without = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            String label = labels.get(i);
            steps.get(i)
                    .ifPresentOrElse(
                            step -> step.problems().forEach(problem -> sentence(label + ": " + problem)),
                            () -> without.add(label));
        }
        if (!without.isEmpty()) {
            sentence("Not in " + String.join(", ", without) + ".");
        }
        numbers(steps);
        losses(name, steps);
        figures(steps);
        blocks.addAll(new ComparedSamples(runs, labels, shelf).of(name));
    }

    /** The first pictures that are results themselves, those of one caption below each other. */
    private void figures(List<Optional<RunContents.Step>> steps) {
        List<String> captions = steps.stream()
                .flatMap(Optional::stream)
                .flatMap(ComparisonPage::pictures)
                .map(ResultPicture::caption)
                .distinct()
                .limit(MOST_CAPTIONS)
                .toList();
        for (String caption : captions) {
            for (int i = 0; i < runs.size(); i++) {
                RunContents run = runs.get(i);
                String text = labels.get(i) + ": " + caption;
                steps.get(i)
                        .flatMap(step -> captioned(step, caption)
                                .flatMap(picture -> shelf.find(run.files(), step.path(picture.file()))))
                        .ifPresent(file -> blocks.add(new Page.Figure(file, text)));
            }
        }
    }

    private static Stream<ResultPicture> pictures(RunContents.Step step) {
        return step.results().stream().flatMap(results -> results.pictures().stream());
    }

    private static Optional<ResultPicture> captioned(RunContents.Step step, String caption) {
        return pictures(step)
                .filter(picture -> picture.caption().equals(caption))
                .findFirst();
    }

    private void numbers(List<Optional<RunContents.Step>> steps) {
        List<Map<String, Double>> numbers = steps.stream()
                .map(step -> step.flatMap(RunContents.Step::results)
                        .map(StepResults::numbers)
                        .orElse(Map.of()))
                .toList();
        Set<String> names = numbers.stream()
                .map(Map::keySet)
                .flatMap(Collection::stream)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<List<String>> rows = new ArrayList<>();
        for (String name : names) {
            List<String> row = new ArrayList<>(List.of(name));
            for (Map<String, Double> ofRun : numbers) {
                Double value = ofRun.get(name);
                row.add(value == null ? SettingDifferences.ABSENT : ReportText.number(value));
            }
            rows.add(row);
        }
        if (!rows.isEmpty()) {
            table(columns("result"), rows);
        }
    }

    private void losses(String name, List<Optional<RunContents.Step>> steps) {
        Map<String, Curve> curves = new LinkedHashMap<>();
        List<List<String>> rows = new ArrayList<>();
        int thinned = 1;
        for (int i = 0; i < runs.size(); i++) {
            StepMetrics metrics = steps.get(i).map(RunContents.Step::metrics).orElseGet(StepMetrics::new);
            if (!metrics.isEmpty()) {
                rows.add(List.of(labels.get(i), metrics.summary()));
            }
            if (metrics.loss().isPresent()) {
                curves.put(labels.get(i), metrics.loss().get());
                thinned = Math.max(thinned, metrics.loss().get().pointsInSection());
            }
        }
        if (!curves.isEmpty()) {
            blocks.add(new Page.Plots(List.of(Drawings.of(name, "loss", "loss", curves))));
        }
        if (thinned > 1) {
            sentence(Drawings.thinning(thinned));
        }
        if (!rows.isEmpty()) {
            table(List.of("run", "training"), rows);
        }
    }

    private List<List<String>> eachRun(Function<RunContents, List<String>> cells) {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            List<String> row = new ArrayList<>(List.of(labels.get(i)));
            row.addAll(cells.apply(runs.get(i)));
            rows.add(row);
        }
        return rows;
    }

    private List<String> columns(String first) {
        List<String> columns = new ArrayList<>(List.of(first));
        columns.addAll(labels);
        return columns;
    }

    private void table(List<String> columns, List<List<String>> rows) {
        blocks.add(new Page.Table(new ResultTable("", columns, rows)));
    }

    private void sentence(String text) {
        blocks.add(new Page.Paragraph(text));
    }
}
