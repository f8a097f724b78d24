package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import dev.querent.weights.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fine-tuning of a pre-trained run: the vision encoder is trained too, on larger images. */
class FineTuningTest {

    private static final String POSITIONS = "vision_model.embeddings.position_embedding.weight";
    private static final String BLOCK = "vision_model.encoder.layers.%d.mlp.fc1.weight";

    @TempDir
    private static Path folder;

    private final CommandLineRun command = new CommandLineRun();

    private int run(Path file, String... settings) {
        return run(command, file, settings);
    }

    private static int run(CommandLineRun command, Path file, String... settings) {
        List<String> arguments = new ArrayList<>(List.of("run", file.toString(), "--runs", folder.toString()));
        arguments.addAll(List.of("--data", folder.toString()));
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        command.clear();
        return command.run(arguments.toArray());
    }

    @BeforeAll
    static void pretrain() {
        CommandLineRun command = new CommandLineRun();
        int code = run(
                command,
                Path.of("shapes/tiny.yaml"),
                "name=first",
                "steps.retrieval=null",
                "steps.captioning=null",
                "steps.questions=null",
                "steps.vision-pretraining.training.steps=2",
                "steps.language-pretraining.training.steps=2",
                "steps.representation.training.steps=2",
                "steps.generative.training.steps=2");
        assertThat(code).as(command.err()).isZero();
    }

    private Path experiment(String name, int imageSize, String steps) throws IOException {
        Path first = folder.resolve("first");
        return Files.writeString(folder.resolve(name + ".yaml"), """
                name: %1$s
                data: {plugin: shapes, train-samples: 200, validation-samples: 20, test-samples: 40}
                vision: {plugin: clip-vit, checkpoint: %2$s, image-size: %3$d}
                language: {plugin: opt, checkpoint: %2$s}
                bridge: {plugin: q-former, checkpoint: %2$s}
                steps:
                  tuning: %4$s
                """.formatted(name, first, imageSize, steps));
    }

    private static Path output(String name, String step, String role) {
        return folder.resolve(name).resolve("steps").resolve(step).resolve("output/" + role + ".safetensors");
    }

    /** The largest difference between two files' tensors of a name. */
    private static double moved(Path before, Path after, String tensor) {
        double moved = 0;
        try (NDManager manager = Torch.newManager();
                SafetensorsReader a = new SafetensorsReader(before);
                SafetensorsReader b = new SafetensorsReader(after)) {
            float[] was = a.read(tensor, manager).toFloatArray();
            float[] is = b.read(tensor, manager).toFloatArray();
            assertThat(is).hasSameSizeAs(was);
            for (int i = 0; i < was.length; i++) {
                moved = Math.max(moved, Math.abs(is[i] - was[i]));
            }
        }
        return moved;
    }

    @ParameterizedTest
    @CsvSource({"captioning-fine-tuning, false", "question-fine-tuning, true", "retrieval-fine-tuning, false"})
    void trainsTheEncoderTheSlowerTheDeeper(String preset, boolean readsQuestions) throws IOException {
        Path file = experiment(
                preset,
                64,
                "{plugin: " + preset
                        + ", batch-size: 8, vision-tuning: {layer-decay: 0.01}, training: {steps: 3, warmup-steps: 0,"
                        + " learning-rate: 1.0e-3, weight-decay: 0}}");
        assertThat(run(file)).as(command.err()).isZero();
        Path before = output("first", "vision-pretraining", "vision");
        Path after = output(preset, "tuning", "vision");
        double last = moved(before, after, BLOCK.formatted(1));
        double first = moved(before, after, BLOCK.formatted(0));
        double front = moved(before, after, POSITIONS);
        assertThat(last).isBetween(5e-6, 4e-5); // three steps at 1e-5 of 1e-3
        assertThat(first).isBetween(5e-8, 4e-7);
        assertThat(front).isBetween(0.0, 1e-7);
        String words = "Qformer.bert.embeddings.word_embeddings.weight";
        Path bridge = output(preset, "tuning", "bridge");
        boolean textMoved = moved(output("first", "generative", "bridge"), bridge, words) > 0;
        assertThat(textMoved).isEqualTo(readsQuestions || preset.startsWith("retrieval"));
        assertThat(output(preset, "tuning", "language")).doesNotExist();
    }

    /** 80 pixels are 25 patches of 16 where there were 16. */
    @Test
    void positionsAreFittedToLargerImages() throws IOException {
        Path file = experiment(
                "larger", 80, "{plugin: captioning-fine-tuning, batch-size: 4, training: {steps: 2, warmup-steps: 0}}");
        assertThat(run(file)).as(command.err()).isZero();
        try (SafetensorsReader vision = new SafetensorsReader(output("larger", "tuning", "vision"))) {
            assertThat(vision.shape(POSITIONS)).hasValue(new long[] {26, 32});
        }
    }

    /** The bridge hears the question in evaluation and in generation as it did in training. */
    @Test
    void questionsReachTheBridge() throws IOException {
        Path file = experiment("asked", 64, """
                {plugin: question-fine-tuning, batch-size: 8, training: {steps: 2, warmup-steps: 0, learning-rate: 1.0e-2}}
                  heard: {plugin: question-evaluation, images: 6, question-to-bridge: true, batch-size: 4}
                  unheard: {plugin: question-evaluation, images: 6}
                  captioning: {plugin: captioning-evaluation, images: 2}
                """);
        assertThat(run(file)).as(command.err()).isZero();
        Path steps = folder.resolve("asked/steps");
        assertThat(steps.resolve("heard/predictions.jsonl")).exists();
        Path picture = steps.resolve("captioning/samples/000.png");
        command.clear();
        assertThat(command.run(
                        "generate",
                        "--model",
                        folder.resolve("asked"),
                        "--image",
                        picture,
                        "--question",
                        "what is it?"))
                .as(command.err())
                .isZero();
        assertThat(command.out()).contains("000.png: ");
        assertThat(command.run("generate", "--model", "x", "--image", picture, "--question", "a", "--prompt", "b"))
                .isEqualTo(2);
    }

    @Test
    void mistakesAreTold() throws IOException {
        Path narrow = experiment("narrow", 64, "{plugin: captioning-fine-tuning, batch-size: 4}");
        assertThat(run(narrow, "vision.precision=bf16")).isEqualTo(1);
        assertThat(command.err()).contains("what is trained has to be in fp32: take precision off this component");
        Path cached = experiment("cached", 64, "{plugin: captioning-fine-tuning, features: features}");
        assertThat(run(cached)).isEqualTo(2);
        assertThat(command.err()).contains("vision-tuning: an encoder whose features are cached (features: features)");
        Path silent = experiment("silent", 64, "{plugin: generative, question-to-bridge: true}");
        assertThat(run(silent)).isEqualTo(2);
        assertThat(command.err()).contains("question-to-bridge: there are no questions, question-share is 0");
        Path linear = experiment("linear", 64, "{plugin: question-fine-tuning}");
        assertThat(run(linear, "bridge={plugin: linear}")).isEqualTo(2);
        assertThat(command.err()).contains("question-to-bridge needs a bridge that reads text, such as q-former");
    }
}
