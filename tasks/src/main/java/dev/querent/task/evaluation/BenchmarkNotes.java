package dev.querent.task.evaluation;

import dev.querent.task.scoring.ResultFile;
import dev.querent.task.scoring.ScoredBenchmark;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sentences for readers of a step's results: what was left out, and what that means for the benchmark, if it is one. */
final class BenchmarkNotes {

    private final Optional<ScoredBenchmark> benchmark;
    private final List<String> notes = new ArrayList<>();

    BenchmarkNotes(Optional<ScoredBenchmark> benchmark) {
        this.benchmark = benchmark;
    }

    void add(String note) {
        notes.add(note);
    }

    void addAll(List<String> others) {
        notes.addAll(others);
    }

    /** @param most images that were to be looked at */
    void addLimit(Optional<Integer> most) {
        if (benchmark.isPresent()) {
            most.ifPresent(images -> notes.add(
                    "Of the benchmark's images the first " + images + " at most: no figure to compare with others'."));
        }
    }

    /** @param missing what is not known, e.g. {@code of the questions have no published answers} */
    void addUnpublished(int count, String missing) {
        if (count > 0) {
            notes.add(count + " " + missing + " and no score"
                    + benchmark
                            .map(it -> ": send " + ResultFile.NAME + " to the benchmark's server.")
                            .orElse("."));
        }
    }

    /** @param consequence for the benchmark's score */
    void addUnreadable(int images, String consequence) {
        if (images > 0) {
            notes.add("Images that can't be read (quarantine.jsonl): " + images
                    + benchmark.map(it -> "; " + consequence + ".").orElse("."));
        }
    }

    List<String> all() {
        return List.copyOf(notes);
    }
}
