package dev.querent.training;

import dev.querent.tensorboard.EventFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code metrics.jsonl}: one JSON object a logged step, and the same as an event file for TensorBoard. After a restart both go on where
 * the checkpoint does.
 */
final class MetricsLog {

    private static final String GROUP = "training";

    private final Path file;
    private final EventFile events;

    /**
     * Opens the log; lines of steps that will be done again are dropped, and so is a line that a kill cut short.
     *
     * @param folder of the step
     * @param resumedAt steps already done
     */
    MetricsLog(Path folder, long resumedAt, Clock clock) {
        file = folder.resolve("metrics.jsonl");
        cutBack(resumedAt);
        events = EventFile.begin(folder, resumedAt, clock);
    }

    private void cutBack(long resumedAt) {
        if (!Files.exists(file)) {
            return;
        }
        try {
            List<String> kept = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                if (isBefore(line, resumedAt)) {
                    kept.add(line);
                }
            }
            Path rewritten = file.resolveSibling(file.getFileName() + ".tmp");
            Files.write(rewritten, kept);
            Files.move(rewritten, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot continue " + file, e);
        }
    }

    private static boolean isBefore(String line, long resumedAt) {
        try {
            return JsonMapper.shared().readTree(line).path("step").asLong(Long.MAX_VALUE) <= resumedAt;
        } catch (JacksonException e) {
            return false;
        }
    }

    /**
     * Adds a line.
     *
     * @param step steps done
     */
    void write(long step, Map<String, Double> values) {
        events.write(step, GROUP, values); // first: what metrics.jsonl has, a restart takes for written
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("step", step);
        values.forEach((name, value) -> node.put(name, value));
        try {
            Files.writeString(file, node + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
