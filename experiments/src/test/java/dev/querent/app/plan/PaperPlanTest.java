package dev.querent.app.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.plugin.PluginRegistry;
import dev.querent.weights.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The paper's settings: published counts of parameters, and the times that its section 3.4 states. */
class PaperPlanTest {

    private static final double DAY = 86_400;

    /** How far below "less than" an estimate may lie; docs/howto/plan.md says why. */
    private static final double FACTOR = 4;

    private static final PluginRegistry REGISTRY = PluginRegistry.builtIn();

    @AfterAll
    static void close() {
        REGISTRY.close();
    }

    private static StepPlan step(String file, String... overrides) {
        Experiment experiment =
                new ExperimentLoader(REGISTRY).load(Path.of("blip2", file + ".yaml"), List.of(overrides));
        return ExperimentPlan.of(experiment).steps().get(0);
    }

    private static Hardware a100() {
        return Hardware.known().get(0);
    }

    /** Trained: what rounds to the paper's 188M (186.7), 104M, 107M, 108M and 103M (table 2). Frozen: transformers' classes. */
    @ParameterizedTest
    @CsvSource({
        "stage-1-vit-g, 186705470, 985949440, 0",
        "stage-1-vit-l, 183165758, 290581504, 0",
        "stage-2-vit-g-opt-2.7b, 107133696, 985949440, 2651596800",
        "stage-2-vit-g-opt-6.7b, 108314880, 985949440, 6658473984",
        "stage-2-vit-g-flan-t5-xl, 106739968, 985949440, 2849757184",
        "stage-2-vit-g-flan-t5-xxl, 108314880, 985949440, 11135332352",
        "stage-2-vit-l-opt-2.7b, 103593984, 290581504, 2651596800",
        "stage-2-vit-l-flan-t5-xl, 103200256, 290581504, 2849757184",
    })
    void parametersAsPublished(String file, long trained, long vision, long language) {
        StepPlan step = step(file);
        Map<String, Long> all = step.parts().stream().collect(Collectors.toMap(PartPlan::role, PartPlan::parameters));
        assertThat(step.trained()).isEqualTo(trained);
        assertThat(all.get("vision")).isEqualTo(vision);
        assertThat(all.getOrDefault("language", 0L)).isEqualTo(language);
    }

    /** Less than 6 and less than 3 days on 16 A100 for ViT-g and FlanT5-XXL. */
    @ParameterizedTest
    @CsvSource({"stage-1-vit-g, 6", "stage-2-vit-g-flan-t5-xxl, 3"})
    void timesAgreeWithThePapersWithinTheStatedFactor(String file, double days) {
        StepPlan step = step(file);
        assertThat(a100().secondsPerStep(step).orElseThrow() * step.training().steps() / DAY)
                .isBetween(days / FACTOR, days);
    }

    /** 16 bytes a parameter that is trained, 2 a frozen one in 16 bits. */
    @Test
    void memoryByPart() {
        StepPlan step = step("stage-1-vit-g");
        Memory memory = step.memory(16);
        assertThat(step.samplesOn(16)).isEqualTo(105);
        assertThat(memory.weights()).isEqualTo(2.0 * 985_949_440 + 4.0 * 186_705_470);
        assertThat(memory.gradients()).isEqualTo(4.0 * 186_705_470);
        assertThat(memory.optimizer()).isEqualTo(8.0 * 186_705_470);
        assertThat(memory.input()).isEqualTo(105.0 * 3 * 224 * 224 * 4);
        assertThat(memory.activations().orElseThrow())
                .isEqualTo(105 * step.work().orElseThrow().kept());
        assertThat(step.checkpointBytes()).isEqualTo(12.0 * 186_705_470);
        assertThat(step.checkpoints()).isEqualTo(250);
        assertThat(step.reducedBytes(16)).isEqualTo(2 * 15 / 16.0 * 4 * 186_705_470);
        assertThat(step.reducedBytes(1)).isZero();
    }

    @Test
    void theLargestBatchFitsAndOneMoreOnEachDeviceDoesNot() {
        Hardware hardware = a100();
        long largest = hardware.largestBatch(step("stage-2-vit-g-flan-t5-xxl"));
        assertThat(hardware.holds(withBatch(largest))).isTrue();
        assertThat(hardware.holds(withBatch(largest + 16))).isFalse();
    }

    private static StepPlan withBatch(long size) {
        return step("stage-2-vit-g-flan-t5-xxl", "steps.generative.batch-size=" + size);
    }

    /** A batch that can't be dealt out evenly takes as long as the fullest device. */
    @Test
    void timeIsThatOfTheFullestDevice() {
        Hardware hardware = new Hardware(
                "two", "", 2, 1e12, Map.of(Precision.FP32, 1e12, Precision.FP16, 4e12, Precision.BF16, 4e12), 0.5);
        StepPlan step = step(
                "stage-1-vit-g",
                "steps.representation.batch-size=3",
                "steps.representation.training.mixed-precision=false");
        double vision = step.parts().get(0).work().orElseThrow().operations();
        double bridge = step.parts().get(1).work().orElseThrow().operations();
        assertThat(hardware.secondsPerStep(step)).hasValue(2 * (vision / 2e12 + bridge / 0.5e12));
        StepPlan mixed = step("stage-1-vit-g", "steps.representation.batch-size=3");
        assertThat(hardware.secondsPerStep(mixed)).hasValue(2 * (vision / 2e12 + bridge / 2e12));
    }
}
