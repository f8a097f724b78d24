package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import dev.querent.weights.SafetensorsReader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Five optimiser steps of 8 samples, at once and in parts of 3. */
class MicroBatchTest {

    private static final String OPT = "seed=1";
    private static final String TUNED = "steps.STEP.vision-tuning={layer-decay: 0.5, recompute: true}";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"generative, opt", "generative, t5", "generative, tuned", "representation, opt", "representation, tuned"
    })
    void trainAsTheWholeBatchDoes(String step, String language) {
        Path whole = train(step, language, 0);
        Path parts = train(step, language, 3);
        List<JsonNode> expected = TinySteps.metrics(whole);
        List<JsonNode> found = TinySteps.metrics(parts);
        assertThat(found).hasSize(5);
        for (int i = 0; i < 5; i++) {
            for (String name : List.of("loss", "gradient-norm")) {
                assertThat(found.get(i).path(name).asDouble())
                        .as(name + " " + i)
                        .isCloseTo(expected.get(i).path(name).asDouble(), withPercentage(0.01));
            }
        }
        assertSame("bridge", whole, parts);
        if (language.equals("tuned")) {
            assertSame("vision", whole, parts);
        } else {
            assertThat(whole.resolve("output/vision.safetensors")).doesNotExist();
        }
    }

    private static void assertSame(String role, Path whole, Path parts) {
        String file = "output/" + role + ".safetensors";
        try (NDManager manager = Torch.newManager();
                SafetensorsReader a = new SafetensorsReader(whole.resolve(file));
                SafetensorsReader b = new SafetensorsReader(parts.resolve(file))) {
            for (String name : a.names()) {
                if (name.endsWith("k_proj.bias")) {
                    continue; // softmax doesn't see it: its gradient is nothing but rounding
                }
                NDArray wanted = a.read(name, manager);
                Golden.assertClose(name, wanted, b.read(name, manager), 1e-3, 0); // AdamW makes much of tiny gradients
            }
        }
    }

    private Path train(String step, String language, int size) {
        String setting = switch (language) {
            case "t5" -> TinySteps.T5;
            case "tuned" -> TUNED.replace("STEP", step);
            default -> OPT;
        };
        Stream<String> settings = Stream.of(
                setting,
                "steps." + step + ".micro-batch-size=" + size,
                "steps." + step + ".training.steps=5",
                "steps." + step + ".training.log-every=1");
        return TinySteps.train(folder, step + language + size, step, settings);
    }
}
