package dev.querent.pipeline;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.FileAppender;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.event.KeyValuePair;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** The file of a {@link RunLog}. Adds the fields that every record has, on whatever thread it comes; opens the file with the first one. */
final class RunLogFile extends AppenderBase<ILoggingEvent> {

    private final Path folder;
    private final Path path;
    private final Map<String, Object> fields;
    private final Supplier<String> step;
    private final long largest;
    private final LoggerContext own = new LoggerContext();
    private final StructuredLogEncoder encoder = new StructuredLogEncoder();
    private final FileAppender<ILoggingEvent> file = new FileAppender<>();

    /**
     * @param folder of the run
     * @param fields of every record
     * @param step asked at each
     * @param largest size in bytes
     */
    RunLogFile(Path folder, String name, Map<String, Object> fields, Supplier<String> step, long largest) {
        this.folder = folder;
        path = folder.resolve(name);
        this.fields = Map.copyOf(fields);
        this.step = step;
        this.largest = largest;
        own.putObject(Environment.class.getName(), environment()); // where the encoder looks for it
        setContext(own);
        encoder.setContext(own);
        encoder.setFormat("ecs");
        file.setContext(own);
        file.setFile(path.toString());
        file.setEncoder(encoder);
    }

    private static Environment environment() {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addLast(new MapPropertySource(
                        "querent",
                        Map.of(
                                "spring.application.pid",
                                ProcessHandle.current().pid(),
                                "logging.structured.ecs.service.name",
                                "querent")));
        return environment;
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (!file.isStarted() && !open()) {
            return;
        }
        rollOver();
        if (event instanceof LoggingEvent open) {
            Map<String, Object> missing = new LinkedHashMap<>(fields);
            missing.put("step", step.get());
            List<KeyValuePair> known = open.getKeyValuePairs();
            if (known != null) {
                known.forEach(pair -> missing.remove(pair.key));
            }
            missing.forEach((key, value) -> open.addKeyValuePair(new KeyValuePair(key, value)));
        }
        file.doAppend(event);
    }

    /** A mistake in front of a run that isn't there yet makes no folder. */
    private boolean open() {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try {
            cutTornRecord();
        } catch (IOException e) {
            addError("cannot read " + path, e);
        }
        encoder.start();
        file.start();
        return file.isStarted();
    }

    /** What a process left that was killed while it wrote. */
    private void cutTornRecord() throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (RandomAccessFile earlier = new RandomAccessFile(path.toFile(), "rw")) {
            long end = earlier.length();
            while (end > 0 && byteAt(earlier, end - 1) != '\n') {
                end--;
            }
            if (end < earlier.length()) {
                earlier.setLength(end);
            }
        }
    }

    private static int byteAt(RandomAccessFile file, long position) throws IOException {
        file.seek(position);
        return file.read();
    }

    /** Two files at most, the older one full. Somebody else may have moved the file away too. */
    private void rollOver() {
        try {
            if (Files.exists(path) && Files.size(path) < largest) {
                return;
            }
            if (Files.exists(path)) {
                Files.move(path, folder.resolve("older-" + path.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
            file.stop();
            file.start();
        } catch (IOException e) {
            addError("cannot begin " + path + " anew", e); // it grows on
        }
    }

    @Override
    public void stop() {
        super.stop();
        file.stop();
        own.stop();
    }
}
