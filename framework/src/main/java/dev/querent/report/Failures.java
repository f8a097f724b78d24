package dev.querent.report;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.zip.CRC32;

/**
 * The wrong predictions that are furthest from right, found in one pass. Among equally bad ones the choice is drawn from what was
 * asked: no matter of their order, and the same in every run, so that runs can be compared.
 */
public final class Failures {

    /** How many of a step a report shows. */
    public static final int SHOWN = 24;

    /** Worst first. */
    static final Comparator<Prediction> ORDER = Comparator.comparingDouble(Prediction::score)
            .thenComparingLong(Failures::lot)
            .thenComparing(Prediction::id)
            .thenComparing(Prediction::question)
            .thenComparing(Prediction::prediction);

    private final int most;
    private final PriorityQueue<Prediction> worst = new PriorityQueue<>(ORDER.reversed());

    Failures(int most) {
        this.most = most;
    }

    void add(Prediction prediction) {
        if (!prediction.correct()) {
            worst.add(prediction);
            if (worst.size() > most) {
                worst.remove();
            }
        }
    }

    /** Worst first. */
    List<Prediction> list() {
        List<Prediction> list = new ArrayList<>(worst);
        list.sort(ORDER);
        return list;
    }

    /** The {@link #SHOWN} worst, worst first. */
    public static List<Prediction> worst(List<Prediction> predictions) {
        Failures failures = new Failures(SHOWN);
        predictions.forEach(failures::add);
        return failures.list();
    }

    private static long lot(Prediction prediction) {
        CRC32 lot = new CRC32();
        lot.update((prediction.id() + "\n" + prediction.question()).getBytes(StandardCharsets.UTF_8));
        return lot.getValue();
    }
}
