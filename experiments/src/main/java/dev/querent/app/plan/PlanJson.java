package dev.querent.app.plan;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A plan for programs: bytes, seconds and operations, with nothing rounded; what isn't known is null. */
public final class PlanJson {

    private PlanJson() {}

    /** One object. */
    public static ObjectNode of(ExperimentPlan plan, List<Hardware> hardware) {
        ObjectNode root = JsonMapper.shared().createObjectNode().put("name", plan.name());
        ObjectNode steps = root.putObject("steps");
        plan.steps().forEach(step -> put(step, hardware, steps.putObject(step.name())));
        plan.notPlanned().forEach(root.putArray("not-planned")::add);
        ObjectNode machines = root.putObject("hardware");
        for (Hardware each : hardware) {
            ObjectNode machine = machines.putObject(each.name());
            machine.put("devices", each.devices())
                    .put("memory", each.memory())
                    .put("efficiency", each.efficiency())
                    .put("source", each.source());
            ObjectNode peak = machine.putObject("peak");
            each.peak().forEach((precision, rate) -> peak.put(precision.word(), rate));
        }
        root.put("assumed-picture-bytes", Assumptions.PICTURE_BYTES)
                .put("assumed-checkpoint-rate", Assumptions.CHECKPOINT_RATE);
        plan.notes().forEach(root.putArray("notes")::add);
        return root;
    }

    private static void put(StepPlan step, List<Hardware> hardware, ObjectNode node) {
        node.put("steps", step.training().steps())
                .put("batch-size", step.batchSize())
                .put("parameters", step.parameters())
                .put("trained", step.trained());
        put(step.work(), node);
        ObjectNode parts = node.putObject("parts");
        for (PartPlan part : step.parts()) {
            ObjectNode each = parts.putObject(part.role())
                    .put("plugin", part.plugin())
                    .put("precision", part.precision().word())
                    .put("products-in", step.multipliesIn(part).word())
                    .put("parameters", part.parameters())
                    .put("trained", part.trained());
            put(part.work(), each);
        }
        node.put("checkpoints", step.checkpoints())
                .put("checkpoint-bytes", step.checkpointBytes())
                .put("pictures-per-step", (long) step.batchSize() * step.images());
        ObjectNode on = node.putObject("on");
        hardware.forEach(each -> put(step, each, on.putObject(each.name())));
    }

    private static void put(Optional<Work> work, ObjectNode node) {
        if (work.isEmpty()) {
            node.putNull("flop-per-sample");
            return;
        }
        node.putObject("flop-per-sample")
                .put("forward", work.get().forward())
                .put("backward", work.get().backward());
    }

    private static void put(StepPlan step, Hardware hardware, ObjectNode node) {
        Memory memory = step.memory(hardware.devices());
        ObjectNode bytes = node.putObject("memory")
                .put("weights", memory.weights())
                .put("gradients", memory.gradients())
                .put("optimizer", memory.optimizer());
        put("activations", memory.activations(), bytes);
        bytes.put("input", memory.input()).put("all", memory.total());
        if (step.work().isPresent()) {
            node.put("fits", hardware.holds(step));
        } else {
            node.putNull("fits");
        }
        node.put("reduced-bytes-per-step", step.reducedBytes(hardware.devices()));
        put("seconds-per-step", hardware.secondsPerStep(step), node);
    }

    private static void put(String key, OptionalDouble value, ObjectNode node) {
        if (value.isPresent()) {
            node.put(key, value.getAsDouble());
        } else {
            node.putNull(key);
        }
    }
}
