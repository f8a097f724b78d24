package dev.querent.pipeline;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import dev.querent.experiment.RunDirectory;
import dev.querent.progress.Progress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code log.jsonl}: what a process has to say of a run, one JSON object a record in the form of the Elastic Common Schema, with run,
 * step and rank in each; {@code older-log.jsonl} once it was full. It holds what users are told, warnings, errors with their stack
 * traces, and once a minute how far the work is. The console shows none of it a second time. A log that can't be written is no reason to
 * end a run.
 */
public final class RunLog implements AutoCloseable {

    /** The name of the logger that only {@code log.jsonl} listens to. */
    static final String NAME = "dev.querent.run";

    private static final Logger LOG = LoggerFactory.getLogger(NAME);

    private static final long LARGEST = 16 << 20;
    private static final long MINUTE = 60_000_000_000L;

    private final RunLogFile file;
    private volatile String step = "";

    /**
     * @param name of the file, without ending
     * @param field what tells this process from others that work on the run
     * @param largest size in bytes
     */
    private RunLog(RunDirectory run, String name, String field, Object value, long largest) {
        Map<String, Object> fields = Map.of("run", run.name(), field, value);
        file = new RunLogFile(run.root(), name + ".jsonl", fields, () -> step, largest);
        own().setAdditive(false); // or the console would tell it twice
        own().setLevel(Level.INFO);
        loggers().forEach(logger -> logger.addAppender(file));
        file.start();
    }

    /** Of the process that carries out the run, or of one of the ranks that do: {@code log.rank-1.jsonl} of rank 1. */
    public static RunLog ofRank(RunDirectory run, int rank) {
        return ofRank(run, rank, LARGEST);
    }

    static RunLog ofRank(RunDirectory run, int rank, long largest) {
        return new RunLog(run, rank == 0 ? "log" : "log.rank-" + rank, "rank", rank, largest);
    }

    /** Of a worker: {@code log.worker-HOST-PROCESS.jsonl}. */
    public static RunLog ofWorker(RunDirectory run) {
        String worker = PartitionWorker.name();
        return new RunLog(run, "log.worker-" + worker, "worker", worker, LARGEST);
    }

    private static ch.qos.logback.classic.Logger own() {
        return ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(NAME);
    }

    private static List<ch.qos.logback.classic.Logger> loggers() {
        return List.of(own().getLoggerContext().getLogger(Logger.ROOT_LOGGER_NAME), own());
    }

    /** What a user is told. */
    public void say(String sentence) {
        LOG.info(sentence);
    }

    /** What a user is told of an error, and where it comes from. */
    public void failed(String sentence, Throwable problem) {
        LOG.error(sentence, problem);
    }

    /** Passes progress on and records it: what is said, the beginning of each step, and once a minute how far it is. */
    public Progress recording(Progress next) {
        return new Progress() {
            private long due;

            @Override
            public void begin(String what) {
                step = what;
                due = System.nanoTime();
                LOG.info("{} begins", what);
                next.begin(what);
            }

            @Override
            public void update(long done, long total, Map<String, Double> values) {
                next.update(done, total, values);
                if (System.nanoTime() - due >= 0 || done >= total) {
                    due = System.nanoTime() + MINUTE;
                    Map<String, Object> numbers = new LinkedHashMap<>();
                    values.forEach(
                            (name, value) -> numbers.put(name, Double.isFinite(value) ? value : String.valueOf(value)));
                    LOG.atInfo()
                            .addKeyValue("done", done)
                            .addKeyValue("total", total)
                            .addKeyValue("values", numbers) // JSON has no NaN
                            .log("{} {}/{}", step, done, total);
                }
            }

            @Override
            public void say(String sentence) {
                LOG.info(sentence);
                next.say(sentence);
            }
        };
    }

    @Override
    public void close() {
        loggers().forEach(logger -> logger.detachAppender(file));
        file.stop();
    }
}
