package dev.querent.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;

/**
 * What a page shows of a step's {@code predictions.jsonl}, which may have any number of lines.
 *
 * @param count of all
 * @param wrong how many of them are wrong
 * @param first the first that name a picture
 * @param worst the worst failures, worst first
 * @param problem a sentence on lines that can't be read; empty if all can
 */
record StepPredictions(
        long count, long wrong, List<Prediction> first, List<Prediction> worst, Optional<String> problem) {

    static final StepPredictions NONE = new StepPredictions(0, 0, List.of(), List.of(), Optional.empty());

    private static final int MOST_SAMPLES = 36;

    /** What is asked of a sample: the same in every run. */
    record Key(String id, String question) {
        static Key of(Prediction prediction) {
            return new Key(prediction.id(), prediction.question());
        }
    }

    private static final class Reader {
        private long count;
        private long wrong;
        private long unreadable;
        private final List<Prediction> first = new ArrayList<>();
        private final Failures failures = new Failures(Failures.SHOWN);

        private void line(String line) {
            parsed(line).ifPresentOrElse(this::add, () -> unreadable++);
        }

        private void add(Prediction prediction) {
            count++;
            wrong += prediction.correct() ? 0 : 1;
            failures.add(prediction);
            if (first.size() < MOST_SAMPLES && !prediction.picture().isEmpty()) {
                first.add(prediction);
            }
        }
    }

    static StepPredictions read(RunFiles files, String path) {
        Reader reader = new Reader();
        int tooLong = files.lines(path, reader::line);
        reader.unreadable += tooLong;
        Optional<String> problem = reader.unreadable == 0
                ? Optional.empty()
                : Optional.of(reader.unreadable + " lines of predictions.jsonl are no predictions and left out");
        return new StepPredictions(reader.count, reader.wrong, reader.first, reader.failures.list(), problem);
    }

    /** The predictions for some samples, the first of each. */
    static Map<Key, Prediction> select(RunFiles files, String path, Set<Key> keys) {
        Map<Key, Prediction> found = new LinkedHashMap<>();
        files.lines(
                path,
                line -> parsed(line)
                        .filter(prediction -> keys.contains(Key.of(prediction)))
                        .ifPresent(prediction -> found.putIfAbsent(Key.of(prediction), prediction)));
        return found;
    }

    private static Optional<Prediction> parsed(String line) {
        try {
            return Optional.of(StepResults.prediction(line));
        } catch (JacksonException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
