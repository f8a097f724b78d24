package dev.querent.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The report of one run. */
final class RunPage {

    private static final List<String> CARD = List.of("id", "question", "said", "right", "score");
    private static final int MOST_SAMPLES = 24;

    private final RunContents run;
    private final PictureShelf shelf = new PictureShelf(path -> "../" + path);
    private final List<Page.Block> blocks = new ArrayList<>();

    private RunPage(RunContents run) {
        this.run = run;
    }

    static Page of(RunContents run) {
        return new RunPage(run).page();
    }

    private Page page() {
        sentence("Repeat it: ./querent run experiment.yaml in a copy of the run's folder.");
        if (!run.unfinished().isEmpty()) {
            sentence("The run is not finished. Not done yet: " + String.join(", ", run.unfinished()) + ".");
        }
        run.problems().forEach(this::sentence);
        run.steps().forEach(this::step);
        shelf.problem().ifPresent(this::sentence);
        if (!run.provenance().isEmpty()) {
            blocks.add(new Page.Heading(2, "Where the numbers come from"));
            blocks.add(new Page.Table(new ResultTable("", List.of("what", "value"), rows(run.provenance()))));
        }
        if (!run.settings().isBlank()) {
            blocks.add(new Page.Heading(2, "Settings"));
            blocks.add(new Page.Code(run.settings()));
        }
        return new Page("Run " + run.name(), blocks);
    }

    private static List<List<String>> rows(Map<String, String> values) {
        return values.entrySet().stream()
                .map(entry -> List.of(entry.getKey(), entry.getValue()))
                .toList();
    }

    private void step(RunContents.Step step) {
        String title = step.results().map(results -> ": " + results.title()).orElse("");
        blocks.add(new Page.Heading(2, step.name() + title));
        step.problems().forEach(this::sentence);
        step.results().ifPresent(results -> {
            results.tables().forEach(table -> blocks.add(new Page.Table(table)));
            results.notes().forEach(this::sentence);
            for (ResultPicture picture : results.pictures()) {
                shelf.find(run.files(), step.path(picture.file()))
                        .ifPresent(file -> blocks.add(new Page.Figure(file, picture.caption())));
            }
        });
        if (!step.metrics().isEmpty()) {
            curves(step);
        }
        samples(step);
        failures(step);
    }

    private void curves(RunContents.Step step) {
        List<Page.Drawing> drawings = new ArrayList<>();
        int thinned = 1;
        for (StepMetrics.Panel panel : step.metrics().panels()) {
            drawings.add(Drawings.of(step.name(), panel));
            for (Curve curve : panel.curves().values()) {
                thinned = Math.max(thinned, curve.pointsInSection());
            }
        }
        if (!drawings.isEmpty()) {
            blocks.add(new Page.Plots(drawings));
        }
        sentence(step.metrics().summary());
        if (thinned > 1) {
            sentence(Drawings.thinning(thinned));
        }
    }

    private void samples(RunContents.Step step) {
        List<Page.Card> cards = new ArrayList<>();
        for (Prediction prediction : step.predictions().first()) {
            if (cards.size() < MOST_SAMPLES) {
                Page.Card card = card(step, prediction);
                if (card.picture().isPresent()) {
                    cards.add(card);
                }
            }
        }
        if (!cards.isEmpty()) {
            blocks.add(new Page.Heading(3, "First samples"));
            blocks.add(new Page.Cards(CARD, cards));
        }
    }

    private void failures(RunContents.Step step) {
        StepPredictions predictions = step.predictions();
        if (predictions.wrong() == 0) {
            return;
        }
        blocks.add(new Page.Heading(3, "Worst failures"));
        sentence(String.format(
                Locale.ROOT,
                "%d of %d predictions are wrong. The %d furthest from right, by their score: how near a prediction is to right,"
                        + " from 0 to 1, as the step measures it; 0 for all wrong ones where it doesn't. Among equal scores they"
                        + " are drawn by sample and question, so that every run shows the same.",
                predictions.wrong(),
                predictions.count(),
                predictions.worst().size()));
        blocks.add(new Page.Cards(
                CARD,
                predictions.worst().stream()
                        .map(prediction -> card(step, prediction))
                        .toList()));
    }

    private Page.Card card(RunContents.Step step, Prediction prediction) {
        boolean between = prediction.score() > 0 && prediction.score() < 1;
        return new Page.Card(
                prediction.picture().isEmpty()
                        ? Optional.empty()
                        : shelf.find(run.files(), step.path(prediction.picture())),
                List.of(
                        Page.Cell.plain(prediction.id()),
                        Page.Cell.plain(prediction.question()),
                        Page.Cell.said(prediction),
                        Page.Cell.plain(String.join(" / ", prediction.references())),
                        Page.Cell.plain(between ? String.format(Locale.ROOT, "%.2f", prediction.score()) : "")));
    }

    private void sentence(String text) {
        blocks.add(new Page.Paragraph(text));
    }
}
