package dev.querent.task.scoring;

import dev.querent.task.metric.AnswerVariant;
import dev.querent.task.metric.caption.InstalledScorers;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file of predictions and what it is scored against.
 *
 * @param annotations as the benchmark's authors publish them
 * @param predictions as its evaluation server or tool takes them; for retrieval see {@link RetrievalScoring}
 * @param questions for answers: the questions file, to be checked against the annotations
 * @param variant for answers: whose scoring
 * @param scorers for captions: gives METEOR and SPICE too, and tokens
 */
public record PredictionFile(
        ScoredBenchmark benchmark,
        Path annotations,
        Path predictions,
        Optional<Path> questions,
        AnswerVariant variant,
        Optional<InstalledScorers> scorers) {

    /**
     * Scores it.
     *
     * @throws ScoringException where a file isn't what it should be, or ids are missing, doubled or unknown
     */
    public Scores score() {
        return switch (benchmark) {
            case VQAV2, OKVQA -> {
                VqaScoring scoring = new VqaScoring(annotations);
                questions.ifPresent(scoring::check);
                yield scoring.score(predictions, benchmark.rule(variant));
            }
            case GQA -> {
                GqaScoring scoring = new GqaScoring(annotations);
                questions.ifPresent(scoring::check);
                yield scoring.score(predictions, variant);
            }
            case COCO_CAPTIONS -> new CaptionScoring(annotations, false).score(predictions, scorers);
            case NOCAPS -> new CaptionScoring(annotations, true).score(predictions, scorers);
            case COCO_RETRIEVAL, FLICKR30K_RETRIEVAL -> new RetrievalScoring(annotations).score(predictions);
        };
    }
}
