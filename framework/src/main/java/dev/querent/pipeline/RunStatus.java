package dev.querent.pipeline;

import dev.querent.experiment.RunDirectory;
import dev.querent.file.AtomicFile;
import dev.querent.progress.Pace;
import dev.querent.progress.Progress;
import dev.querent.training.ResidentMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code status.json}: how far a run has come, readable while it works and after it was killed.
 */
public final class RunStatus {

    /** How a run stands. */
    public enum State {
        RUNNING,
        STOPPED,
        FAILED,
        FINISHED;

        /** As {@code status.json} has it. */
        public String inFiles() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final long MOST_BYTES = 1_000_000;
    private static final long WRITE_NANOS = 1_000_000_000;

    private final RunDirectory run;
    private final Clock clock;
    private final IntSupplier quarantined;
    private @Nullable Pace pace;
    private String step = "";
    private long nextWrite = System.nanoTime();

    /** @param quarantined counts the samples that could not be used */
    RunStatus(RunDirectory run, Clock clock, IntSupplier quarantined) {
        this.run = run;
        this.clock = clock;
        this.quarantined = quarantined;
    }

    /** Passes progress on and records it, once a second at most. */
    Progress recording(Progress next) {
        return new Progress() {
            @Override
            public void begin(String what) {
                step = what;
                pace = null;
                write(State.RUNNING, 0, 0, Map.of(), "");
                next.begin(what);
            }

            @Override
            public void update(long done, long total, Map<String, Double> values) {
                next.update(done, total, values);
                if (pace == null) {
                    pace = new Pace(done);
                }
                if (System.nanoTime() >= nextWrite) {
                    nextWrite = System.nanoTime() + WRITE_NANOS;
                    write(State.RUNNING, done, total, values, "");
                }
            }

            @Override
            public void say(String sentence) {
                next.say(sentence);
            }
        };
    }

    void end(State state, String message) {
        pace = null;
        write(state, 0, 0, Map.of(), message);
    }

    private void write(State state, long done, long total, Map<String, Double> values, String message) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("run", run.name());
        node.put("state", state.inFiles());
        node.put("step", step);
        node.put("done", done);
        node.put("total", total);
        double rate = pace == null ? 0 : pace.overall(done);
        if (rate > 0) {
            node.put("per-second", rate);
            node.put("seconds-left", (total - done) / rate);
        }
        ObjectNode shown = node.putObject("values");
        values.forEach((name, value) -> shown.put(name, value));
        node.put("quarantined", quarantined.getAsInt());
        ResidentMemory.mebibytes().ifPresent(mebibytes -> node.put("resident-mebibytes", mebibytes));
        node.put("message", message);
        node.put("process", ProcessHandle.current().pid());
        node.put("updated", clock.instant().toString());
        AtomicFile.write(run.status(), node.toString());
    }

    /**
     * Reads a run's status. A run that says it is running although no process holds its lock was killed: its state is given
     * as {@code interrupted}.
     *
     * @return empty where the folder holds no status
     */
    public static Optional<ObjectNode> read(RunDirectory run) {
        Optional<ObjectNode> found = asWritten(run);
        found.filter(status -> status.path("state").asString("").equals("running"))
                .ifPresent(status -> run.tryLock().ifPresent(lock -> {
                    lock.close();
                    status.put("state", "interrupted");
                }));
        return found;
    }

    /** The same without asking whether a process works on the run, which takes its lock for a moment. */
    public static Optional<ObjectNode> asWritten(RunDirectory run) {
        if (!Files.exists(run.status())) {
            return Optional.empty();
        }
        try {
            if (Files.size(run.status()) > MOST_BYTES) {
                return Optional.empty();
            }
            JsonNode node = JsonMapper.shared().readTree(Files.readString(run.status()));
            return node instanceof ObjectNode status ? Optional.of(status) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + run.status(), e);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
