package dev.querent.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code metrics.jsonl}: one JSON object a logged step. After a restart it goes on where the checkpoint does. */
public final class MetricsLog {

    private final Path file;

    /**
     * Opens the log; lines of steps that will be done again are dropped, and so is a line that a kill cut short.
     *
     * @param resumedAt steps already done
     */
    public MetricsLog(Path file, long resumedAt) {
        this.file = file;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            if (!Files.exists(file)) {
                return;
            }
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
    public void write(long step, Map<String, Double> values) {
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
