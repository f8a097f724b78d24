package dev.querent.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a step logged while it trained, read line by line and thinned to what a plot can show. */
final class StepMetrics {

    private static final String LOSS = "loss";
    private static final String STEP = "step";
    private static final String LEARNING_RATE = "learning-rate";
    private static final int MOST_NAMES = 32;

    /** Counters that are their own axis. */
    private static final List<String> NOT_DRAWN = List.of(STEP, "seconds");

    /** What has an axis of its own, and what stands at it. */
    private static final Map<String, String> UNITS = units();

    private static final String SHARE = "accuracy";

    private final Map<String, Curve> curves = new LinkedHashMap<>();
    private Map<String, Double> first = Map.of();
    private Map<String, Double> last = Map.of();
    private long unreadable;
    private boolean lastUnreadable;

    /**
     * Curves that share an axis.
     *
     * @param name of a file's kind: {@code loss} or the metric
     * @param unit what stands at the axis
     */
    record Panel(String name, String unit, Map<String, Curve> curves) {}

    private static Map<String, String> units() {
        Map<String, String> units = new LinkedHashMap<>();
        units.put(LEARNING_RATE, "learning rate");
        units.put("gradient-norm", "norm of the gradient");
        units.put("temperature", "temperature");
        units.put("loss-scale", "loss scale");
        units.put("skipped", "share of skipped steps");
        units.put("samples-per-second", "samples a second");
        units.put("resident-mebibytes", "memory, MiB");
        return Collections.unmodifiableMap(units);
    }

    /** Reads a step's {@code metrics.jsonl}, where there is one. */
    static StepMetrics read(RunFiles files, String path) {
        StepMetrics metrics = new StepMetrics();
        metrics.tooLong(files.lines(path, metrics::line));
        return metrics;
    }

    /** Lines that were left out. */
    void tooLong(int lines) {
        unreadable += lines;
    }

    /** The next line of the file. */
    void line(String line) {
        try {
            JsonNode node = JsonMapper.shared().readTree(line);
            if (node.path(STEP).isNumber()) {
                add(node);
                lastUnreadable = false;
                return;
            }
        } catch (JacksonException e) {
            // counted below
        }
        unreadable++;
        lastUnreadable = true;
    }

    private void add(JsonNode node) {
        double step = node.path(STEP).asDouble(0);
        Map<String, Double> values = new LinkedHashMap<>();
        node.properties().forEach(entry -> {
            String name = entry.getKey();
            boolean known = curves.containsKey(name) || curves.size() < MOST_NAMES;
            if (entry.getValue().isNumber() && known) {
                double value = entry.getValue().asDouble(0);
                curves.computeIfAbsent(name, any -> new Curve()).add(step, value);
                if (Double.isFinite(value)) {
                    values.put(name, value);
                }
            }
        });
        first = first.isEmpty() ? values : first;
        last = values;
    }

    boolean isEmpty() {
        return first.isEmpty();
    }

    /** What could not be read, as a sentence; a last line that a kill cut short isn't worth one. */
    Optional<String> problem() {
        long lines = unreadable - (lastUnreadable ? 1 : 0);
        return lines > 0
                ? Optional.of(lines + " lines of metrics.jsonl are no logged steps and left out")
                : Optional.empty();
    }

    /** The total loss, where it was logged. */
    Optional<Curve> loss() {
        return Optional.ofNullable(curves.get(LOSS)).filter(curve -> !curve.isEmpty());
    }

    /** What is worth a plot: the losses in one, the total first; then each other value that changes, and the learning rate. */
    List<Panel> panels() {
        Map<String, Curve> losses = new LinkedHashMap<>();
        loss().ifPresent(curve -> losses.put(LOSS, curve));
        List<Panel> others = new ArrayList<>();
        UNITS.forEach((name, unit) -> {
            Curve curve = curves.get(name);
            if (curve != null && !curve.isEmpty() && (name.equals(LEARNING_RATE) || !curve.isConstant())) {
                others.add(new Panel(name, unit, Map.of(name, curve)));
            }
        });
        curves.forEach((name, curve) -> {
            if (curve.isEmpty() || UNITS.containsKey(name) || NOT_DRAWN.contains(name)) {
                return;
            }
            if (name.endsWith(SHARE)) {
                others.add(new Panel(name, name.replace('-', ' '), Map.of(name, curve)));
            } else {
                losses.put(name, curve);
            }
        });
        List<Panel> panels = new ArrayList<>();
        if (!losses.isEmpty()) {
            panels.add(new Panel(LOSS, LOSS, losses));
        }
        panels.addAll(others);
        return panels;
    }

    /** How long training went, how fast, and from which loss to which. */
    String summary() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%.0f steps", last.getOrDefault(STEP, 0.0)));
        append(text, " in %.0f s", last.get("seconds"));
        append(text, ", %.1f samples a second at the end", last.get("samples-per-second"));
        if (first.containsKey(LOSS) && last.containsKey(LOSS)) {
            text.append(String.format(Locale.ROOT, ", loss %.4f to %.4f", first.get(LOSS), last.get(LOSS)));
        }
        return text.append('.').toString();
    }

    private static void append(StringBuilder text, String format, @Nullable Double value) {
        if (value != null) {
            text.append(String.format(Locale.ROOT, format, value));
        }
    }
}
