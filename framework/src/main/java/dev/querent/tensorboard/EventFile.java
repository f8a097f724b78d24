package dev.querent.tensorboard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An event file in a folder, which TensorBoard shows as a run of its own. Each session writes a file of its own, behind those of the
 * sessions before it, so that nothing follows a record that a kill cut short and a TensorBoard that watches the folder goes on.
 */
public final class EventFile {

    /** What TensorBoard knows event files by; it reads those of a folder in the order of their names. */
    private static final String PREFIX = "events.out.tfevents.";

    private final Path file;
    private final Clock clock;

    private EventFile(Path file, Clock clock) {
        this.file = file;
        this.clock = clock;
    }

    /**
     * Begins a session.
     *
     * @param done steps that stay; what earlier sessions wrote of later ones is forgotten
     */
    public static EventFile begin(Path folder, long done, Clock clock) {
        try {
            Files.createDirectories(folder);
            Path file = folder.resolve(PREFIX + String.format(Locale.ROOT, "%08d", sessions(folder) + 1));
            Instant now = clock.instant();
            Files.write(file, joined(Events.version(now), Events.start(now, done + 1)), StandardOpenOption.CREATE_NEW);
            return new EventFile(file, clock);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot begin an event file in " + folder, e);
        }
    }

    /** The highest number of a session's file. */
    private static int sessions(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.matches("events\\.out\\.tfevents\\.\\d{8}"))
                    .mapToInt(name -> Integer.parseInt(name.substring(PREFIX.length())))
                    .max()
                    .orElse(0);
        }
    }

    /**
     * Adds the numbers of a step.
     *
     * @param step steps done
     * @param group of the numbers, e.g. {@code training}
     */
    public void write(long step, String group, Map<String, Double> values) {
        try {
            Files.write(file, Events.scalars(clock.instant(), step, group, values), StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** The event file, beside those of the sessions, of what a step found out. */
    public static Path results(Path folder) {
        return folder.resolve(PREFIX + "results");
    }

    /** What is in {@link #results}. */
    public static byte[] ofResults(Map<String, Double> numbers, Clock clock) {
        Instant now = clock.instant();
        return joined(Events.version(now), Events.scalars(now, 0, "results", numbers));
    }

    /** The event file of a run's configuration. */
    public static Path configuration(Path folder) {
        return folder.resolve(PREFIX + "configuration");
    }

    /** What is in {@link #configuration}: the text as it is. */
    public static byte[] ofConfiguration(String yaml, Clock clock) {
        Instant now = clock.instant();
        return joined(Events.version(now), Events.text(now, "configuration", yaml.indent(4))); // a block of code
    }

    private static byte[] joined(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }
}
