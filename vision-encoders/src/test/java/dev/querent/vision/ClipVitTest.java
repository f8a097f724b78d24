package dev.querent.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.ComponentContext;
import dev.querent.nn.Activation;
import dev.querent.random.RunSeed;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import dev.querent.weights.CheckpointFolder;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.Precision;
import dev.querent.weights.WeightSource;
import dev.querent.weights.WeightsMismatchException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClipVitTest {

    private static final List<String> GRADIENTS = List.of(
            "vision_model.embeddings.class_embedding",
            "vision_model.embeddings.position_embedding.weight",
            "vision_model.embeddings.patch_embedding.weight",
            "vision_model.pre_layrnorm.weight",
            "vision_model.encoder.layers.0.self_attn.k_proj.weight",
            "vision_model.encoder.layers.0.mlp.fc1.bias");

    private static ClipVit.Config config(String folder, int skipped) {
        return folder.equals("gelu")
                ? new ClipVit.Config(15, 5, 10, 2, 2, 9, Activation.GELU, 1e-3, skipped)
                : new ClipVit.Config(12, 4, 12, 3, 3, 14, Activation.QUICK_GELU, 1e-5, skipped);
    }

    private static ClipVit read(NDManager manager, String folder, ClipVit.Config config) {
        return read(manager, folder, "model.safetensors", config);
    }

    private static ClipVit read(NDManager manager, String folder, String file, ClipVit.Config config) {
        return read(manager, folder, file, config, Precision.FP32);
    }

    private static ClipVit read(
            NDManager manager, String folder, String file, ClipVit.Config config, Precision precision) {
        Path weights = Golden.folder(ClipVitTest.class, folder).resolve(file);
        try (WeightSource source = CheckpointFolder.open(weights)) {
            ParameterScope scope = ParameterScope.reading(manager, source, new RunSeed(0), precision);
            ClipVit model = new ClipVit(config, context(scope));
            scope.finish();
            return model;
        }
    }

    private static ComponentContext context(ParameterScope scope) {
        return new ComponentContext(scope, layout -> {
            throw new AssertionError("an image encoder has no tokenizer");
        });
    }

    private static Golden golden(String folder) {
        return new Golden(Golden.folder(ClipVitTest.class, folder).resolve("golden.safetensors"));
    }

    @ParameterizedTest
    @CsvSource({"quick-gelu, 0, 3", "quick-gelu, 1, 2", "quick-gelu, 2, 1", "gelu, 0, 2", "gelu, 1, 1"})
    void tokensAfterEachBlockAreTransformers(String folder, int skipped, int block) {
        try (Golden golden = golden(folder);
                NDManager manager = Torch.newManager()) {
            ClipVit model = read(manager, folder, config(folder, skipped));
            golden.check("block." + block, model.encode(golden.tensor("pixels")));
        }
    }

    @ParameterizedTest
    @CsvSource({"quick-gelu, BF16", "quick-gelu, FP16", "gelu, BF16", "gelu, FP16"})
    void tokensIn16BitsAreTransformers(String folder, Precision precision) {
        try (Golden golden = golden(folder);
                NDManager manager = Torch.newManager()) {
            ClipVit model = read(manager, folder, "model.safetensors", config(folder, 0), precision);
            NDArray tokens = model.encode(golden.tensor("pixels"));
            assertThat(tokens.getDataType()).isEqualTo(DataType.FLOAT32);
            golden.check(precision, "tokens", tokens);
        }
    }

    @ParameterizedTest
    @CsvSource({"quick-gelu", "gelu"})
    void gradientsAreTransformers(String folder) {
        try (Golden golden = golden(folder);
                NDManager manager = Torch.newManager();
                Torch.GradientMode on = Torch.recordGradients()) {
            ClipVit model = read(manager, folder, config(folder, 1));
            model.parameters().setTrainable(true);
            NDArray pixels = golden.tensor("pixels");
            pixels.setRequiresGradient(true);
            NDArray tokens = model.encode(pixels);
            Torch.backward(tokens.mul(tokens).mean());
            golden.check("gradient.pixels", Torch.gradient(pixels).orElseThrow());
            for (String name : GRADIENTS) {
                golden.check(
                        "gradient." + name,
                        Torch.gradient(model.parameters().get(name)).orElseThrow());
            }
        }
    }

    @Test
    void withoutGradientsNothingButTheResultIsLeftBehind() {
        try (NDManager manager = Torch.newManager();
                NDManager call = Torch.newManager()) {
            ClipVit model = read(manager, "gelu", config("gelu", 0));
            int parameters = manager.getManagedArrays().size();
            NDArray pixels = call.randomNormal(new Shape(2, 3, 15, 15));
            NDArray tokens = model.encode(pixels);
            assertThat(tokens.getShape()).isEqualTo(new Shape(2, model.tokens(), model.width()));
            assertThat(call.getManagedArrays()).containsExactlyInAnyOrder(pixels, tokens);
            assertThat(manager.getManagedArrays()).hasSize(parameters);
        }
    }

    @Test
    void aHiddenPatchHasNoInfluenceAndAnOpenOneHas() {
        try (NDManager manager = Torch.newManager()) {
            ClipVit model =
                    new ClipVit(config("quick-gelu", 0), context(ParameterScope.initialised(manager, new RunSeed(3))));
            NDArray token = manager.create(new float[12]);
            NDArray pixels = manager.randomNormal(new Shape(1, 3, 12, 12));
            float[] hidden = new float[9];
            NDArray none = manager.create(hidden.clone(), new Shape(1, 9, 1));
            Golden.assertClose(
                    "nothing hidden", model.encode(pixels), model.encodeMasked(pixels, none, token), 1e-6, 1e-6);
            hidden[0] = 1; // the patch of rows 0 to 3 and columns 0 to 3
            NDArray first = manager.create(hidden, new Shape(1, 9, 1));
            NDArray changedInside = changed(pixels, 1, 1);
            NDArray changedOutside = changed(pixels, 1, 5);
            float[] before = model.encodeMasked(pixels, first, token).toFloatArray();
            assertThat(model.encodeMasked(changedInside, first, token).toFloatArray())
                    .isEqualTo(before);
            assertThat(model.encodeMasked(changedOutside, first, token).toFloatArray())
                    .isNotEqualTo(before);
        }
    }

    private static NDArray changed(NDArray pixels, int row, int column) {
        float[] values = pixels.toFloatArray();
        values[row * 12 + column] += 1;
        return pixels.getManager().create(values, pixels.getShape());
    }

    @Test
    void aCheckpointOfAnotherSizeIsRefusedWithEveryTensorThatDiffers() {
        try (NDManager manager = Torch.newManager()) {
            ClipVit.Config finer = new ClipVit.Config(12, 3, 15, 3, 3, 14, Activation.QUICK_GELU, 1e-5, 0);
            assertThatThrownBy(() -> read(manager, "quick-gelu", finer))
                    .isInstanceOf(WeightsMismatchException.class)
                    .hasMessageContaining("patch_embedding.weight: expected [15, 3, 3, 3], found [12, 3, 4, 4]")
                    .hasMessageContaining("position_embedding.weight: expected [17, 15], found [10, 12]");
            ClipVit.Config shorter = new ClipVit.Config(12, 4, 12, 2, 3, 14, Activation.QUICK_GELU, 1e-5, 0);
            assertThatThrownBy(() -> read(manager, "quick-gelu", shorter))
                    .hasMessageContaining("vision_model.encoder.layers.2.mlp.fc2.bias is not part of the model");
            ClipVit.Config longer = new ClipVit.Config(12, 4, 12, 4, 3, 14, Activation.QUICK_GELU, 1e-5, 0);
            assertThatThrownBy(() -> read(manager, "quick-gelu", longer))
                    .hasMessageContaining("vision_model.encoder.layers.3.mlp.fc2.bias is missing");
        }
    }

    @ParameterizedTest
    @CsvSource({"quick-gelu, 1, 2", "gelu, 0, 2"})
    void theLayoutOfLavisGivesTheSameTokens(String folder, int skipped, int block) {
        try (Golden golden = golden(folder);
                NDManager manager = Torch.newManager()) {
            ClipVit model = read(manager, folder, "lavis.pth", config(folder, skipped));
            golden.check("block." + block, model.encode(golden.tensor("pixels")));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "quick-gelu, model.safetensors, larger.tokens",
        "quick-gelu, lavis.pth, lavis.tokens",
        "gelu, model.safetensors, larger.tokens",
        "gelu, lavis.pth, lavis.tokens"
    })
    void positionsOfLargerImagesAreInterpolatedAsTheLayoutsOwnCodeDoes(String folder, String file, String expected) {
        ClipVit.Config small = config(folder, 0);
        ClipVit.Config large = new ClipVit.Config(
                2 * small.imageSize() + small.patchSize(),
                small.patchSize(),
                small.width(),
                small.layers(),
                small.heads(),
                small.mlp(),
                small.activation(),
                small.epsilon(),
                0);
        try (Golden golden = golden(folder);
                NDManager manager = Torch.newManager()) {
            ClipVit model = read(manager, folder, file, large);
            golden.check(expected, model.encode(golden.tensor("larger.pixels")));
        }
    }
}
