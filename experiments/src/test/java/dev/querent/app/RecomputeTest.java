package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import dev.querent.weights.SafetensorsReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Four optimiser steps with layers computed once and twice. Gradients that several places add to, T5's encoding or the weights of an
 * encoder that looks three times, are summed in another order, of which AdamW makes much where they are tiny.
 */
class RecomputeTest {

    private static final List<String> OTHER_STEPS = List.of(
            "vision-pretraining",
            "language-pretraining",
            "representation",
            "generative",
            "retrieval",
            "captioning",
            "questions");

    private static final String T5 = "language={plugin: t5, width: 32, head-size: 16, heads: 2, layers: 2, dropout: 0}";

    @TempDir
    private Path folder;

    private final CommandLineRun command = new CommandLineRun();

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
        String name = "recompute-" + recompute;
        List<String> arguments = new ArrayList<>(List.of("run", "shapes/tiny.yaml", "--runs", folder.toString()));
        arguments.addAll(List.of("--data", folder.toString(), "--set", "name=" + name));
        arguments.addAll(List.of("--set", setting.equals("T5") ? T5 : setting));
        String place = role.equals("vision") && !step.equals("vision-pretraining") ? ".vision-tuning" : "";
        arguments.addAll(List.of("--set", "steps." + step + place + ".recompute=" + recompute));
        arguments.addAll(List.of("--set", "steps." + step + ".training.steps=4"));
        OTHER_STEPS.stream()
                .filter(other -> !other.equals(step))
                .forEach(other -> arguments.addAll(List.of("--set", "steps." + other + "=null")));
        int code = command.run(arguments.toArray());
        assertThat(code).as(command.err()).isZero();
        return folder.resolve(name)
                .resolve("steps")
                .resolve(step)
                .resolve("output")
                .resolve(role + ".safetensors");
    }
}
