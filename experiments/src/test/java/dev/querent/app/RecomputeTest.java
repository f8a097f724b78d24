package dev.querent.app;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import dev.querent.weights.SafetensorsReader;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Four optimiser steps with layers computed once and twice. Gradients that several places add to, T5's encoding or the weights of an
 * encoder that looks three times, are summed in another order, of which AdamW makes much where they are tiny.
 */
class RecomputeTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "generative, bridge, bridge.dropout=0.1, 0",
        "generative, bridge, T5, 1e-4",
        "generative, vision, steps.generative.vision-tuning={}, 1e-4",
        "representation, vision, steps.representation.vision-tuning={}, 1e-4",
        "vision-pretraining, vision, steps.vision-pretraining.position=1, 1e-4",
        "vision-pretraining, vision, steps.vision-pretraining.contrastive=1, 1e-4"
    })
    void trainsAsLayersComputedOnceDo(String step, String role, String setting, double tolerance) {
        Path once = train(step, role, setting, false);
        Path twice = train(step, role, setting, true);
        try (NDManager manager = Torch.newManager();
                SafetensorsReader a = new SafetensorsReader(once);
                SafetensorsReader b = new SafetensorsReader(twice)) {
            for (String name : a.names()) {
                if (name.endsWith("k_proj.bias")) {
                    continue; // softmax doesn't see it: its gradient is nothing but rounding
                }
                NDArray wanted = a.read(name, manager);
                Golden.assertClose(name, wanted, b.read(name, manager), tolerance, 0);
            }
        }
    }

    private Path train(String step, String role, String setting, boolean recompute) {
        String place = role.equals("vision") && !step.equals("vision-pretraining") ? ".vision-tuning" : "";
        Stream<String> settings = Stream.of(
                setting.equals("T5") ? TinySteps.T5 : setting,
                "steps." + step + place + ".recompute=" + recompute,
                "steps." + step + ".training.steps=4");
        return TinySteps.train(folder, "recompute-" + recompute, step, settings)
                .resolve("output")
                .resolve(role + ".safetensors");
    }
}
