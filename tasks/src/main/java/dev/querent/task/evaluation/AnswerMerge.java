package dev.querent.task.evaluation;

import dev.querent.data.Sample;
import dev.querent.report.Prediction;
import dev.querent.report.ResultTable;
import dev.querent.report.StepResults;
import dev.querent.task.scoring.ResultFile;
import dev.querent.task.scoring.ScoredBenchmark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All answers of an evaluation: scores them where it is known what is right, and writes them down. */
final class AnswerMerge {

    /** What counts as right in a report, where several people answered. */
    private static final double HALF_RIGHT = 0.5;

    private final Optional<ScoredBenchmark> benchmark;
    private final Optional<BenchmarkAnswers> scores;
    private final AnswerCounts counts = new AnswerCounts();
    private final Map<String, String> byId = new LinkedHashMap<>();
    private final List<Prediction> predictions = new ArrayList<>();
    private int scored;
    private int unpublished;
    private int unreadable;

    AnswerMerge(Optional<ScoredBenchmark> benchmark) {
        this.benchmark = benchmark;
        scores = benchmark.map(BenchmarkAnswers::new);
    }

    /**
     * Adds the answers to a sample's questions.
     *
     * @param answers in the order of the questions; none where the image can't be read: to a benchmark's questions that is an
     *     empty answer each, since its scorers want one
     */
    void add(Sample sample, Optional<List<String>> answers) {
        if (answers.isEmpty()) {
            unreadable++;
            if (benchmark.isEmpty()) {
                return;
            }
        }
        for (int i = 0; i < sample.questions().size(); i++) {
            Sample.Question question = sample.questions().get(i);
            String answer = answers.isPresent() ? answers.get().get(i) : "";
            double accuracy = accuracy(question, answer);
            if (benchmark.isPresent()) {
                byId.put(question.id(), answer);
            }
            if (answers.isPresent()) {
                List<String> references = question.answers().stream().distinct().toList();
                predictions.add(
                        new Prediction(sample.id(), question.text(), answer, references, accuracy >= HALF_RIGHT, "")
                                .scored(accuracy));
            }
        }
    }

    private double accuracy(Sample.Question question, String answer) {
        if (question.answers().isEmpty()) {
            unpublished++;
            return 0;
        }
        scored++;
        return scores.map(it -> it.add(question.type(), answer, question.answers()))
                .orElseGet(() -> counts.add(question.type(), answer, question.answer()) ? 1.0 : 0.0);
    }

    /**
     * Writes results, predictions, and for a benchmark its official file.
     *
     * @param images that could be read
     * @param samples all that were looked at
     * @param notes for readers
     */
    void write(Path folder, int images, List<Sample> samples, BenchmarkNotes notes) {
        benchmark.ifPresent(it -> ResultFile.write(it, folder.resolve(ResultFile.NAME), byId));
        results(images, notes).write(folder, SamplePictures.illustrated(folder, samples, predictions));
    }

    private StepResults results(int images, BenchmarkNotes notes) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("images", (double) images);
        numbers.put("questions", (double) scored + unpublished);
        List<ResultTable> tables = new ArrayList<>();
        if (scored > 0 && scores.isPresent()) {
            numbers.putAll(scores.get().numbers());
            tables.add(scores.get().table(images));
            notes.add("Accuracy by the rules of three programs (docs/concepts/metrics.md); " + ResultFile.NAME
                    + " is the official file.");
        } else if (scored > 0) {
            StepResults counted = counts.results(images);
            numbers.putAll(counted.numbers());
            tables.addAll(counted.tables());
            notes.addAll(counted.notes());
        }
        notes.addUnpublished(unpublished, "of the questions have no published answers");
        notes.addUnreadable(unreadable, "the answers to their questions are empty and wrong");
        return new StepResults("Questions", numbers, tables, notes.all());
    }
}
