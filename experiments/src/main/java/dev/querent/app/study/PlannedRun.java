package dev.querent.app.study;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.RunDirectory;
import dev.querent.experiment.SharedSteps;
import dev.querent.experiment.StepRecord;
import dev.querent.pipeline.ExperimentDifference;
import dev.querent.report.RunReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A run of a study with the keys of its steps.
 *
 * @param keys by step
 */
record PlannedRun(Experiment experiment, RunDirectory directory, Map<String, String> keys) {

    /** The steps that are done. */
    List<String> done() {
        return experiment.steps().keySet().stream().filter(directory::isDone).toList();
    }

    boolean isFinished() {
        return done().size() == keys.size() && directory.exists() && RunReport.exists(directory.root());
    }

    /** The keys of the steps that are not done. */
    Set<String> missing() {
        return keys.entrySet().stream()
                .filter(entry -> !directory.isDone(entry.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.toSet());
    }

    /** Why what the folder holds is not this run, made by this code, of these inputs; empty where it is, or there is nothing yet. */
    Optional<String> outdated() {
        List<String> changes = ExperimentDifference.of(experiment, directory);
        if (!changes.isEmpty()) {
            return Optional.of(String.join("; ", changes));
        }
        for (String step : directory.steps()) {
            Optional<String> key = keyOf(step);
            if (key.isPresent() && !key.get().equals(keys.get(step))) {
                return Optional.of("step " + step + " was computed by another version of the code, or of other inputs");
            }
        }
        return Optional.empty();
    }

    /** The key that a step in the folder has, or was begun with; empty where nothing is done yet, or before there were keys. */
    private Optional<String> keyOf(String step) {
        Path folder = directory.step(step);
        if (directory.isDone(step)) {
            return Optional.of(StepRecord.read(folder).map(StepRecord::key).orElse(""));
        }
        Path begun = folder.resolve("key");
        try {
            return Files.exists(begun) ? Optional.of(Files.readString(begun)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + begun, e);
        }
    }

    /** Takes over what other runs have computed. */
    List<StepRecord> takeOver(SharedSteps shared) {
        return keys.entrySet().stream()
                .filter(entry -> shared.takeOver(entry.getValue(), directory, entry.getKey()))
                .flatMap(entry -> StepRecord.read(directory.step(entry.getKey())).stream())
                .toList();
    }
}
