package dev.querent.experiment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a component was before any run trained it: its tokenizer and the preparation of its images are found there.
 *
 * @param checkpoint a published one
 * @param tokenizer where it is read instead of from the checkpoint
 * @param run the first that trained it, where its checkpoint is a run's
 */
public record ComponentOrigin(Optional<Path> checkpoint, Optional<Path> tokenizer, Optional<RunDirectory> run) {

    private static final int MOST_RUNS = 100;

    /** Follows a component's checkpoint from run to run. */
    public static ComponentOrigin of(PluginSetting setting, String role) {
        ComponentOrigin origin = new ComponentOrigin(setting.checkpoint(), setting.tokenizer(), Optional.empty());
        for (int runs = 0; runs < MOST_RUNS; runs++) {
            Optional<RunCheckpoint> before = origin.checkpoint().flatMap(place -> RunCheckpoint.of(place, role));
            if (before.isEmpty()) {
                return origin;
            }
            origin = origin.before(before.get());
        }
        throw new IllegalArgumentException(role + ".checkpoint: "
                + setting.checkpoint().orElseThrow() + " starts from a run that starts from a run, " + MOST_RUNS
                + " times; name the last one's weights");
    }

    private ComponentOrigin before(RunCheckpoint trained) {
        return new ComponentOrigin(
                trained.path(ExperimentKeys.CHECKPOINT),
                tokenizer.or(() -> trained.path(ExperimentKeys.TOKENIZER)),
                Optional.of(trained.run()));
    }

    /** Where a published tokenizer is looked for. */
    public Optional<Path> tokenizerPlace() {
        return tokenizer.or(() -> checkpoint.filter(Files::isDirectory));
    }

    /** Whether the tokenizer is one of a data set's words. */
    public boolean knowsWords() {
        return checkpoint.isEmpty() && tokenizer.isEmpty();
    }

    /** Those words, where they are another run's. */
    public Optional<List<String>> words() {
        return run.map(RunDirectory::vocabulary).map(file -> {
            try {
                return Files.readAllLines(file);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file, e);
            }
        });
    }
}
