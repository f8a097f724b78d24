package dev.querent.pipeline;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.FileAppender;
import dev.querent.experiment.RunDirectory;
import dev.querent.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

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

    private static final String STEP = "step";
    private static final long LARGEST = 16 << 20;
    private static final long MINUTE = 60_000_000_000L;

    private final RunDirectory run;
    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final LoggerContext files = new LoggerContext();
    private final Records records;
    private volatile String step = "";

    /**
     * @param file its name without ending
     * @param field what tells this process from others that work on the run
     */
    private RunLog(RunDirectory run, String file, String field, Object value, long largest) {
        this.run = run;
        fields.put("run", run.name());
        fields.put(field, value);
        Map<String, Object> properties = Map.of(
                "spring.application.pid",
                ProcessHandle.current().pid(),
                "logging.structured.ecs.service.name",
                "querent");
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addLast(new MapPropertySource("querent", properties));
        files.putObject(Environment.class.getName(), environment); // where the encoder looks for it
        records = new Records(run.root().resolve(file + ".jsonl"), largest);
        own().setAdditive(false); // or the console would tell it twice
        own().setLevel(Level.INFO);
        loggers().forEach(logger -> logger.addAppender(records));
        records.start();
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
                    LOG.atInfo()
                            .addKeyValue("done", done)
                            .addKeyValue("total", total)
                            .addKeyValue("values", Map.copyOf(values))
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
        loggers().forEach(logger -> logger.detachAppender(records));
        records.stop();
        files.stop();
    }

    /** Adds the fields that every record has, on whatever thread it comes; opens the file with the first one. */
    private final class Records extends AppenderBase<ILoggingEvent> {

        private final Path path;
        private final long largest;
        private final FileAppender<ILoggingEvent> file = new FileAppender<>();
        private final StructuredLogEncoder encoder = new StructuredLogEncoder();

        /** @param largest size in bytes */
        Records(Path path, long largest) {
            this.path = path;
            this.largest = largest;
            setContext(files);
            encoder.setContext(files);
            encoder.setFormat("ecs");
            file.setContext(files);
            file.setFile(path.toString());
            file.setEncoder(encoder);
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (!file.isStarted() && !open()) {
                return;
            }
            rollOver();
            if (event instanceof LoggingEvent open) {
                Map<String, Object> missing = new LinkedHashMap<>(fields);
                missing.put(STEP, step);
                List<KeyValuePair> own = open.getKeyValuePairs();
                if (own != null) {
                    own.forEach(pair -> missing.remove(pair.key));
                }
                missing.forEach((key, value) -> open.addKeyValuePair(new KeyValuePair(key, value)));
            }
            file.doAppend(event);
        }

        /** A mistake in front of a run that isn't there yet makes no folder. */
        private boolean open() {
            if (!Files.isDirectory(run.root())) {
                return false;
            }
            encoder.start();
            file.start();
            return file.isStarted();
        }

        /** Two files at most, the older one full. */
        private void rollOver() {
            try {
                if (Files.size(path) >= largest) {
                    String name = String.valueOf(path.getFileName());
                    Files.move(path, path.resolveSibling("older-" + name), StandardCopyOption.REPLACE_EXISTING);
                    file.stop();
                    file.start();
                }
            } catch (IOException e) {
                addError("cannot begin " + path + " anew", e); // it grows on
            }
        }

        @Override
        public void stop() {
            super.stop();
            file.stop();
        }
    }
}
