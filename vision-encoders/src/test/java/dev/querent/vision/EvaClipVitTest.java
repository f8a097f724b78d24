package dev.querent.vision;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.config.Problems;
import dev.querent.model.ComponentContext;
import dev.querent.nn.Activation;
import dev.querent.plugin.CheckpointConfig;
import dev.querent.plugin.ConfigBinder;
import dev.querent.random.RunSeed;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import dev.querent.weights.CheckpointFolder;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.WeightSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EvaClipVitTest {

    private static final List<String> GRADIENTS = List.of(
            "vision_model.embeddings.class_embedding",
            "vision_model.embeddings.position_embedding",
            "vision_model.embeddings.patch_embedding.bias",
            "vision_model.encoder.layers.0.self_attn.qkv.weight",
            "vision_model.encoder.layers.0.mlp.fc1.bias");

    /** By the checkpoint folder alone: sizes, names and values. */
    private static EvaClipVit read(NDManager manager, Path folder) {
        return read(manager, folder, config(folder));
    }

    private static EvaClipVit.Config config(Path folder) {
        Problems problems = new Problems();
        EvaClipVit.Config config = CheckpointConfig.read(folder, EvaClipVit.Config.class, problem -> {
                    throw new AssertionError(problem);
                })
                .flatMap(fields -> new ConfigBinder(problems).bind(fields, "", EvaClipVit.Config.class, Set.of()))
                .orElseThrow(() -> new AssertionError(problems.toString()));
        assertThat(config.activation()).isEqualTo(Activation.GELU);
        return config;
    }

    private static EvaClipVit read(NDManager manager, Path weights, EvaClipVit.Config config) {
        try (WeightSource source = CheckpointFolder.open(weights)) {
            ParameterScope scope = ParameterScope.reading(manager, source, new RunSeed(0));
            EvaClipVit model = new EvaClipVit(config, new ComponentContext(scope, layout -> {
                throw new AssertionError("an image encoder has no tokenizer");
            }));
            scope.finish();
            return model;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"eva-small", "eva-one-image"})
    void tokensAndGradientsAreTransformers(String name) {
        Path folder = Golden.folder(EvaClipVitTest.class, name);
        try (Golden golden = new Golden(folder.resolve("golden.safetensors"));
                NDManager manager = Torch.newManager();
                Torch.GradientMode on = Torch.recordGradients()) {
            EvaClipVit model = read(manager, folder);
            model.parameters().setTrainable(true);
            NDArray pixels = golden.tensor("pixels");
            pixels.setRequiresGradient(true);
            NDArray tokens = model.encode(pixels);
            golden.check("tokens", tokens);
            assertThat(tokens.getShape().get(1)).isEqualTo(model.tokens());
            Torch.backward(tokens.mul(tokens).mean());
            golden.check("gradient.pixels", Torch.gradient(pixels).orElseThrow());
            for (String parameter : GRADIENTS) {
                golden.check(
                        "gradient." + parameter,
                        Torch.gradient(model.parameters().get(parameter)).orElseThrow());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"eva-small", "eva-one-image"})
    void theLayoutOfLavisGivesTheSameTokens(String name) {
        Path folder = Golden.folder(EvaClipVitTest.class, name);
        try (Golden golden = new Golden(folder.resolve("golden.safetensors"));
                NDManager manager = Torch.newManager()) {
            EvaClipVit model = read(manager, folder.resolve("lavis.pth"), config(folder));
            golden.check("tokens", model.encode(golden.tensor("pixels")));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "eva-small, model.safetensors",
        "eva-small, lavis.pth",
        "eva-one-image, model.safetensors",
        "eva-one-image, lavis.pth"
    })
    void positionsOfLargerImagesAreInterpolated(String name, String weights) {
        Path folder = Golden.folder(EvaClipVitTest.class, name);
        EvaClipVit.Config small = config(folder);
        EvaClipVit.Config large = new EvaClipVit.Config(
                2 * small.imageSize() + small.patchSize(),
                small.patchSize(),
                small.width(),
                small.layers(),
                small.heads(),
                small.mlp(),
                small.activation(),
                small.epsilon());
        try (Golden golden = new Golden(folder.resolve("golden.safetensors"));
                NDManager manager = Torch.newManager()) {
            EvaClipVit model = read(manager, folder.resolve(weights), large);
            golden.check("larger.tokens", model.encode(golden.tensor("larger.pixels")));
        }
    }
}
