package dev.querent.app.plan;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** A plan as one reads it. */
public final class PlanText {

    private static final String NOT_KNOWN = "not known";
    private static final double GIB = 1L << 30;

    private final ExperimentPlan plan;
    private final List<Hardware> hardware;

    public PlanText(ExperimentPlan plan, List<Hardware> hardware) {
        this.plan = plan;
        this.hardware = List.copyOf(hardware);
    }

    /** The whole plan, its last line ended. */
    public String text() {
        StringBuilder text = new StringBuilder(plan.name()).append('\n');
        plan.steps().forEach(step -> text.append('\n').append(text(step)));
        if (!plan.notPlanned().isEmpty()) {
            text.append("\nnot planned, for it is no training that is known: ")
                    .append(String.join(", ", plan.notPlanned()))
                    .append('\n');
        }
        text.append("\nassumed\n");
        for (Hardware each : hardware) {
            text.append(format(
                    "  %s: %d x %.0f GiB; %s; training reaches %.0f %% of it%n",
                    each.name(), each.devices(), each.memory() / GIB, each.source(), 100 * each.efficiency()));
        }
        plan.notes().forEach(note -> text.append("  ").append(note).append('\n'));
        return text.append("  texts as long as the settings let them; formulas: docs/howto/plan.md\n")
                .toString();
    }

    private String text(StepPlan step) {
        return format(
                        "%s: %,d steps of %,d samples%n",
                        step.name(), step.training().steps(), step.batchSize())
                + parts(step)
                + step.work().map(work -> operations(step, work)).orElse("")
                + devices(step)
                + traffic(step);
    }

    private static String parts(StepPlan step) {
        TextTable table = new TextTable();
        table.row("part", "plugin", "kept in", "products in", "parameters", "trained", "GFLOP forward", "backward");
        for (PartPlan part : step.parts()) {
            table.row(
                    part.role(),
                    part.plugin(),
                    part.precision().word(),
                    step.multipliesIn(part).word(),
                    format("%,d", part.parameters()),
                    format("%,d", part.trained()),
                    giga(part.work(), Work::forward),
                    giga(part.work(), Work::backward));
        }
        table.row(
                "all",
                "",
                "",
                "",
                format("%,d", step.parameters()),
                format("%,d", step.trained()),
                giga(step.work(), Work::forward),
                giga(step.work(), Work::backward));
        return table.text();
    }

    private static String giga(Optional<Work> work, ToDoubleFunction<Work> of) {
        return work.map(known -> of.applyAsDouble(known) / 1e9)
                .map(billions -> billions == 0 ? "0" : format("%.4g", billions))
                .orElse(NOT_KNOWN);
    }

    private static String operations(StepPlan step, Work work) {
        double each = step.batchSize() * work.operations();
        return format(
                "  FLOP: %.3g a sample, %.3g a step, %.3g in all%n",
                work.operations(), each, each * step.training().steps());
    }

    private String devices(StepPlan step) {
        TextTable table = new TextTable();
        table.row("GiB a device", "weights", "gradients", "AdamW", "activations", "input", "all", "of");
        TextTable times = new TextTable();
        times.row("time", "samples/s", "to finish");
        for (Hardware each : hardware) {
            Memory memory = step.memory(each.devices());
            table.row(
                    each.name(),
                    gib(memory.weights()),
                    gib(memory.gradients()),
                    gib(memory.optimizer()),
                    memory.activations().isPresent() ? gib(memory.activations().getAsDouble()) : NOT_KNOWN,
                    gib(memory.input()),
                    gib(memory.total()),
                    gib(each.memory()));
            OptionalDouble seconds = each.secondsPerStep(step);
            times.row(
                    each.name(),
                    seconds.isPresent() ? format("%.4g", step.batchSize() / seconds.getAsDouble()) : NOT_KNOWN,
                    duration(step, seconds));
        }
        return table.text() + times.text();
    }

    private static String duration(StepPlan step, OptionalDouble secondsPerStep) {
        if (secondsPerStep.isEmpty()) {
            return NOT_KNOWN;
        }
        double seconds = secondsPerStep.getAsDouble() * step.training().steps();
        if (seconds < 120) {
            return rounded(seconds) + " seconds";
        }
        if (seconds < 2 * 3600) {
            return rounded(seconds / 60) + " minutes";
        }
        return seconds < 48 * 3600 ? rounded(seconds / 3600) + " hours" : rounded(seconds / 86400) + " days";
    }

    private static String rounded(double value) {
        return format(value < 100 ? "%.3g" : "%,.0f", value);
    }

    private String traffic(StepPlan step) {
        StringBuilder text = new StringBuilder(format(
                "  checkpoints: %,d of %s, %.2g s each at %s a second (assumed)%n",
                step.checkpoints(),
                bytes(step.checkpointBytes()),
                step.checkpointBytes() / Assumptions.CHECKPOINT_RATE,
                bytes(Assumptions.CHECKPOINT_RATE)));
        if (step.images() > 0) {
            double read = step.batchSize() * step.images() * Assumptions.PICTURE_BYTES;
            text.append(format(
                    "  pictures read: %s a step, %s in all, at %s each (assumed)%n",
                    bytes(read), bytes(read * step.training().steps()), bytes(Assumptions.PICTURE_BYTES)));
        }
        for (Hardware each : hardware) {
            if (each.devices() > 1) {
                double sent = step.reducedBytes(each.devices());
                text.append(format(
                        "  gradients reduced on %s: %s sent by a device a step, %s in all%n",
                        each.name(), bytes(sent), bytes(sent * step.training().steps())));
            }
        }
        return text.toString();
    }

    private static String gib(double bytes) {
        return format("%.3f", bytes / GIB);
    }

    private static String bytes(double bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        int unit = 0;
        double value = bytes;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return format("%.3g %s", value, units[unit]);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format.replace("%n", "\n"), values);
    }
}
