package dev.querent.pipeline;

import dev.querent.config.Origin;
import dev.querent.config.Problem;
import dev.querent.config.YamlReader;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentException;
import dev.querent.experiment.RunDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** What changed between the experiment that a folder was made for and the one that is to run in it. */
public final class ExperimentDifference {

    /** Settings that say how a run is carried out, not what it computes. */
    private static final List<String> FREE = List.of("threads", "bad-sample-limit");

    private ExperimentDifference() {}

    /**
     * @throws ExperimentException listing the changed keys, where there are any
     */
    static void refuse(Experiment experiment, RunDirectory run) {
        List<String> changed = of(experiment, run);
        if (!changed.isEmpty()) {
            String sentence = run.root() + " holds a run of another experiment: " + String.join("; ", changed)
                    + ". Give this one a name of its own (--set name=...), or delete the folder.";
            throw new ExperimentException(
                    List.of(new Problem(Origin.of(run.resolved().toString()), "", sentence)));
        }
    }

    /** Each change that makes another experiment of a run, as {@code KEY was ..., is ...}; none where there is no run yet. */
    public static List<String> of(Experiment experiment, RunDirectory run) {
        if (!run.exists()) {
            return List.of();
        }
        Map<String, String> before =
                FlatSettings.of(YamlReader.document(read(run), run.resolved().toString()));
        Map<String, String> now = FlatSettings.of(experiment.resolved());
        TreeSet<String> keys = new TreeSet<>(before.keySet());
        keys.addAll(now.keySet());
        List<String> changed = new ArrayList<>();
        for (String key : keys) {
            if (!FREE.contains(key) && !Objects.equals(before.get(key), now.get(key))) {
                changed.add(key + " was " + shown(before.get(key)) + ", is " + shown(now.get(key)));
            }
        }
        return changed;
    }

    private static String read(RunDirectory run) {
        try {
            return Files.readString(run.resolved());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + run.resolved(), e);
        }
    }

    private static String shown(@org.jspecify.annotations.Nullable String value) {
        return value == null ? "absent" : value;
    }
}
