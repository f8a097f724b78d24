package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import dev.querent.weights.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Five optimiser steps of 8 samples, at once and in parts of 3. */
class MicroBatchTest {

    private static final String OPT = "seed=1";
    private static final String TUNED = "steps.STEP.vision-tuning={layer-decay: 0.5, recompute: true}";
    private static final String T5 = "language={plugin: t5, width: 32, head-size: 16, heads: 2, layers: 2, dropout: 0}";

    @TempDir
    private Path folder;

    private final CommandLineRun command = new CommandLineRun();

    @ParameterizedTest
    @CsvSource({"generative, opt", "generative, t5", "generative, tuned", "representation, opt", "representation, tuned"
    })
    void trainAsTheWholeBatchDoes(String step, String language) throws IOException {
        Path whole = train(step, language, 0);
        Path parts = train(step, language, 3);
        List<JsonNode> expected = metrics(whole);
        List<JsonNode> found = metrics(parts);
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
        String name = step + language + size;
        String other = step.equals("generative") ? "representation" : "generative";
        int code = command.run(
                "run",
                "shapes/tiny.yaml",
                "--runs",
                folder.toString(),
                "--data",
                folder.toString(),
                "--set",
                "name=" + name,
                "--set",
                switch (language) {
                    case "t5" -> T5;
                    case "tuned" -> TUNED.replace("STEP", step);
                    default -> OPT;
                },
                "--set",
                "steps.vision-pretraining=null",
                "--set",
                "steps.language-pretraining=null",
                "--set",
                "steps.retrieval=null",
                "--set",
                "steps.captioning=null",
                "--set",
                "steps.questions=null",
                "--set",
                "steps." + other + "=null",
                "--set",
                "steps." + step + ".micro-batch-size=" + size,
                "--set",
                "steps." + step + ".training.steps=5",
                "--set",
                "steps." + step + ".training.log-every=1");
        assertThat(code).as(command.err()).isZero();
        return folder.resolve(name).resolve("steps").resolve(step);
    }

    private static List<JsonNode> metrics(Path step) throws IOException {
        return Files.readAllLines(step.resolve("metrics.jsonl")).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }
}
