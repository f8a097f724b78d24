package dev.querent.task.evaluation;

import dev.querent.data.Sample;
import dev.querent.report.Prediction;
import dev.querent.report.ResultTable;
import dev.querent.report.StepResults;
import dev.querent.task.evaluation.CaptioningEvaluation.Reader;
import dev.querent.task.metric.ConstantText;
import dev.querent.task.metric.TextAgreement;
import dev.querent.task.metric.caption.InstalledScorers;
import dev.querent.task.scoring.CaptionMeasures;
import dev.querent.task.scoring.ResultFile;
import dev.querent.task.scoring.ScoredBenchmark;
import dev.querent.task.scoring.Scores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** All captions of an evaluation: scores those that have references, and writes them down. */
final class CaptionMerge {

    private final Reader reader;
    private final Optional<ScoredBenchmark> benchmark;
    private final Map<String, String> byId = new LinkedHashMap<>();
    private final List<CaptionMeasures.Caption> captions = new ArrayList<>(); // those with references
    private final List<TextAgreement> agreements = new ArrayList<>();
    private final List<Prediction> predictions = new ArrayList<>();
    private int unpublished;
    private int unreadable;

    CaptionMerge(Reader reader, Optional<ScoredBenchmark> benchmark) {
        this.reader = reader;
        this.benchmark = benchmark;
    }

    /**
     * Adds the caption of a sample.
     *
     * @param texts the caption; none where the image can't be read: for a benchmark an empty one, since its scorers want one
     */
    void add(Sample sample, Optional<List<String>> texts) {
        if (texts.isEmpty()) {
            unreadable++;
            if (benchmark.isEmpty()) {
                return;
            }
        }
        String caption = texts.isPresent() ? texts.get().get(0) : "";
        if (benchmark.isPresent()) {
            byId.put(sample.id(), caption);
        }
        TextAgreement agreement = TextAgreement.best(caption, sample.captions());
        if (sample.captions().isEmpty()) {
            unpublished++;
        } else {
            captions.add(new CaptionMeasures.Caption(sample.domain(), caption, sample.captions()));
            agreements.add(agreement);
        }
        if (texts.isPresent()) {
            predictions.add(new Prediction(sample.id(), "", caption, sample.captions(), agreement.exact() == 1, "")
                    .scored(agreement.f1()));
        }
    }

    /**
     * Writes results, predictions, and for a benchmark its official file.
     *
     * @param samples all that were looked at
     * @param notes for readers
     */
    void write(Path folder, List<Sample> samples, Optional<InstalledScorers> installed, BenchmarkNotes notes) {
        benchmark.ifPresent(it -> ResultFile.write(it, folder.resolve(ResultFile.NAME), byId));
        results(installed, notes).write(folder, SamplePictures.illustrated(folder, samples, predictions));
    }

    private StepResults results(Optional<InstalledScorers> installed, BenchmarkNotes notes) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        List<ResultTable> tables = new ArrayList<>();
        numbers.put("images", (double) predictions.size());
        if (!captions.isEmpty()) {
            if (benchmark.isEmpty()) {
                addOwn(numbers, tables, notes);
            }
            addOfficial(CaptionMeasures.of(captions, installed), numbers, tables);
            notes.add(
                    "BLEU, ROUGE-L and CIDEr-D as coco-caption computes them (docs/concepts/metrics.md); METEOR and SPICE"
                            + " with scorers.");
            installed.ifPresent(it -> notes.addAll(it.notes()));
        }
        numbers.put(
                "different-captions",
                predictions.stream().map(Prediction::prediction).distinct().count() / (double) predictions.size());
        benchmark.ifPresent(it -> notes.add(ResultFile.NAME + " is the official file."));
        notes.addUnpublished(unpublished, "of the images have no published captions");
        notes.addUnreadable(unreadable, "their captions are empty");
        return new StepResults("Captioning by " + reader.words(), numbers, tables, notes.all());
    }

    /** What small data sets are measured by. */
    private void addOwn(Map<String, Double> numbers, List<ResultTable> tables, BenchmarkNotes notes) {
        TextAgreement level = TextAgreement.mean(agreements);
        TextAgreement constant = ConstantText.level(
                captions.stream().map(CaptionMeasures.Caption::references).toList());
        numbers.put("exact-match", level.exact());
        numbers.put("token-f1", level.f1());
        numbers.put("word-overlap", level.overlap());
        numbers.put("constant-exact-match", constant.exact());
        numbers.put("constant-token-f1", constant.f1());
        numbers.put("constant-word-overlap", constant.overlap());
        tables.add(new ResultTable(
                "Captions by " + reader.words() + " for " + captions.size() + " images",
                List.of("captions", "exact match", "token F1", "word overlap"),
                List.of(row(reader.words(), level), row("the best constant caption", constant))));
        notes.add("Case and punctuation don't count; of several references the closest does.");
        notes.add(
                "The constant captions are the best that can be said of every image without looking, one for each measure.");
    }

    private static List<String> row(String name, TextAgreement agreement) {
        return List.of(
                name,
                ResultTable.percent(agreement.exact()),
                ResultTable.percent(agreement.f1()),
                ResultTable.percent(agreement.overlap()));
    }

    private static void addOfficial(Scores scores, Map<String, Double> numbers, List<ResultTable> tables) {
        List<String> columns = new ArrayList<>(List.of("images"));
        columns.addAll(scores.overall().keySet());
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("all " + scores.items(), scores.overall()));
        scores.overall().forEach((name, value) -> numbers.put(key(name), value));
        scores.groups().forEach((domain, measures) -> {
            rows.add(row(domain, measures));
            measures.forEach((name, value) -> numbers.put(key(name) + "-" + domain, value));
        });
        tables.add(new ResultTable("Captions by the official measures, times 100", columns, rows));
    }

    private static List<String> row(String name, Map<String, Double> measures) {
        List<String> row = new ArrayList<>(List.of(name));
        measures.values().forEach(value -> row.add(String.format(Locale.ROOT, "%.1f", 100 * value)));
        return row;
    }

    private static String key(String measure) {
        return measure.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
