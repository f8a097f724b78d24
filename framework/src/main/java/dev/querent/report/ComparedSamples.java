package dev.querent.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What several runs said of the same samples, those first that some got right and others wrong. */
final class ComparedSamples {

    private static final int SHOWN = 24;

    private final List<RunContents> runs;
    private final List<String> labels;
    private final PictureShelf shelf;

    /** @param labels what the runs are called */
    ComparedSamples(List<RunContents> runs, List<String> labels, PictureShelf shelf) {
        this.runs = runs;
        this.labels = labels;
        this.shelf = shelf;
    }

    /**
     * What was said of one sample.
     *
     * @param ofRuns empty for a run that said nothing of it
     */
    private record Compared(List<Optional<Prediction>> ofRuns) {
        private Stream<Prediction> all() {
            return ofRuns.stream().flatMap(Optional::stream);
        }

        private boolean isDisputed() {
            return all().map(Prediction::correct).distinct().count() > 1;
        }

        private Prediction any() {
            return all().findFirst().orElseThrow();
        }
    }

    /** A part of the page; nothing where no two runs spoke of the same sample. */
    List<Page.Block> of(String step) {
        Set<StepPredictions.Key> keys = new LinkedHashSet<>();
        for (RunContents run : runs) {
            run.step(step)
                    .map(RunContents.Step::predictions)
                    .ifPresent(predictions -> Stream.concat(predictions.first().stream(), predictions.worst().stream())
                            .map(StepPredictions.Key::of)
                            .forEach(keys::add));
        }
        List<Map<StepPredictions.Key, Prediction>> said =
                runs.stream().map(run -> predictions(run, step, keys)).toList();
        List<Compared> compared = keys.stream()
                .map(key -> new Compared(said.stream()
                        .map(ofRun -> Optional.ofNullable(ofRun.get(key)))
                        .toList()))
                .filter(each -> each.all().count() > 1)
                .sorted(Comparator.comparing(each -> !each.isDisputed()))
                .toList();
        if (compared.isEmpty()) {
            return List.of();
        }
        List<Page.Card> cards =
                compared.stream().limit(SHOWN).map(each -> card(step, each)).toList();
        List<String> columns = new ArrayList<>(List.of("id", "question", "right"));
        columns.addAll(labels);
        return List.of(
                new Page.Heading(3, "The same samples"),
                new Page.Paragraph(
                        "Of the first samples and the worst failures of each run, those first that some runs got right and"
                                + " others wrong."),
                new Page.Cards(columns, cards));
    }

    private static Map<StepPredictions.Key, Prediction> predictions(
            RunContents run, String step, Set<StepPredictions.Key> keys) {
        try {
            return run.step(step)
                    .map(found -> StepPredictions.select(run.files(), found.path(StepResults.PREDICTIONS), keys))
                    .orElse(Map.of());
        } catch (UnreadableException e) {
            return Map.of(); // the page says so where the step's other results stand
        }
    }

    private Page.Card card(String step, Compared compared) {
        Prediction any = compared.any();
        List<Page.Cell> cells = new ArrayList<>(List.of(
                Page.Cell.plain(any.id()),
                Page.Cell.plain(any.question()),
                Page.Cell.plain(String.join(" / ", any.references()))));
        compared.ofRuns().forEach(said -> cells.add(said.map(Page.Cell::said).orElse(Page.Cell.plain(""))));
        return new Page.Card(picture(step, compared), cells);
    }

    /** The first that any run has. */
    private Optional<Picture> picture(String step, Compared compared) {
        for (int i = 0; i < runs.size(); i++) {
            RunContents run = runs.get(i);
            Optional<Picture> found = compared.ofRuns()
                    .get(i)
                    .filter(prediction -> !prediction.picture().isEmpty())
                    .flatMap(prediction -> shelf.find(run.files(), "steps/" + step + "/" + prediction.picture()));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }
}
