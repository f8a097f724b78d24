package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Five optimiser steps of every training step, in mixed precision and in fp32. */
class MixedPrecisionRunTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "vision-pretraining, 'steps.vision-pretraining.position=1 steps.vision-pretraining.contrastive=1'",
        "vision-pretraining, steps.vision-pretraining.recompute=true",
        "language-pretraining, seed=1",
        "language-pretraining, T5",
        "representation, seed=1",
        "representation, 'steps.representation.micro-batch-size=3 vision.precision=bf16'",
        "representation, steps.representation.contrast-gradient=lavis",
        "representation, 'steps.representation.vision-tuning={recompute: true}'",
        "representation, bridge.dropout=0.1",
        "generative, seed=1",
        "generative, 'T5 vision.precision=bf16 language.precision=bf16'",
        "generative, language.precision=fp16",
        "generative, 'steps.generative.vision-tuning={} steps.generative.recompute=true'",
        "generative, 'bridge={plugin: linear}'",
    })
    void trainsAsInFp32ButForRounding(String step, String settings) {
        List<JsonNode> exact = train(step, settings, false);
        List<JsonNode> mixed = train(step, settings, true);
        assertThat(mixed).hasSize(5);
        double first = exact.get(0).path("loss").asDouble();
        assertThat(mixed.get(0).path("loss").asDouble()).isNotEqualTo(first).isCloseTo(first, withPercentage(1));
        for (int i = 1; i < 5; i++) {
            assertThat(mixed.get(i).path("loss").asDouble())
                    .as("loss of step " + i)
                    .isCloseTo(exact.get(i).path("loss").asDouble(), withPercentage(3));
        }
        double norm = exact.get(0).path("gradient-norm").asDouble();
        assertThat(mixed.get(0).path("gradient-norm").asDouble()).isCloseTo(norm, withPercentage(5));
    }

    private List<JsonNode> train(String step, String settings, boolean mixed) {
        String training = "steps." + step + ".training.";
        Stream<String> own =
                Stream.of("steps=5", "log-every=1", "mixed-precision=" + mixed).map(training::concat);
        Stream<String> given = Stream.of(settings.replace("T5", TinySteps.T5).split(" (?=[a-z]+[.=])", -1));
        return TinySteps.metrics(TinySteps.train(folder, "mixed-" + mixed, step, Stream.concat(given, own)));
    }
}
