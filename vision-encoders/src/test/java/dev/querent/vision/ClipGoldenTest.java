package dev.querent.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.evaluation.PixelBatch;
import dev.querent.model.ImageTextScorer;
import dev.querent.nn.Tensors;
import dev.querent.testing.Golden;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import dev.querent.weights.WeightsMismatchException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClipGoldenTest {

    private static Clip read(PublishedFolder folder) {
        return (Clip) folder.models("scorer", "clip").scorer(folder.manager());
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip-quick-gelu", "clip-gelu"})
    void embeddingsAndScoresAreTransformers(String name) {
        try (PublishedFolder folder = new PublishedFolder(name)) {
            Golden golden = folder.golden();
            ImageTextScorer model = read(folder);
            NDArray images = model.embedImages(golden.tensor("pixels"));
            golden.check("images", images);
            NDArray texts = model.embedTexts(folder.manager(), folder.texts());
            golden.check("texts", texts);
            golden.check("logits", model.scores(images, texts));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip-quick-gelu", "clip-gelu"})
    void idsAndPaddingOfTransformersGiveTheSame(String name) {
        try (PublishedFolder folder = new PublishedFolder(name)) {
            Golden golden = folder.golden();
            TokenBatch batch = new TokenBatch(golden.longs("ids"), golden.longs("mask"));
            golden.check("texts", read(folder).embedTokens(folder.manager(), batch));
        }
    }

    @Test
    void aTextAndAnImageGiveTheSameAloneAsInABatch() {
        try (PublishedFolder folder = new PublishedFolder("clip-quick-gelu")) {
            Golden golden = folder.golden();
            Clip model = read(folder);
            List<String> texts = folder.texts();
            for (int i = 0; i < texts.size(); i++) {
                NDArray alone = model.embedTexts(folder.manager(), List.of(texts.get(i)));
                NDArray expected = Tensors.selectRows(golden.tensor("texts"), i);
                Golden.assertClose(texts.get(i), expected, alone, Golden.ABSOLUTE, Golden.RELATIVE);
            }
            NDArray last = Tensors.selectRows(golden.tensor("pixels"), 2);
            NDArray expected = Tensors.selectRows(golden.tensor("images"), 2);
            Golden.assertClose("image 2", expected, model.embedImages(last), Golden.ABSOLUTE, Golden.RELATIVE);
        }
    }

    @Test
    void withoutGradientsNothingButTheResultsIsLeftBehind() {
        try (PublishedFolder folder = new PublishedFolder("clip-quick-gelu");
                NDManager call = Torch.newManager()) {
            Clip model = read(folder);
            int parameters = folder.manager().getManagedArrays().size();
            NDArray pixels = folder.golden().tensor("pixels");
            pixels.attach(call);
            NDArray images = model.embedImages(pixels);
            NDArray texts = model.embedTexts(call, folder.texts());
            assertThat(call.getManagedArrays()).containsExactlyInAnyOrder(pixels, images, texts);
            assertThat(folder.manager().getManagedArrays()).hasSize(parameters);
        }
    }

    @ParameterizedTest
    @CsvSource({"clip-quick-gelu, bf16", "clip-quick-gelu, fp16", "clip-gelu, bf16", "clip-gelu, fp16"})
    void scoresIn16BitsAreTransformers(String name, String word) {
        try (PublishedFolder folder = new PublishedFolder(name)) {
            Precision precision = Precision.of(word).orElseThrow();
            ImageTextScorer model = folder.models("scorer", "clip", folder.path(), "{precision: " + word + "}")
                    .scorer(folder.manager());
            assertThat(model.parameters().list()).noneMatch(parameter -> parameter.getDataType() == DataType.FLOAT32);
            NDArray images = model.embedImages(folder.golden().tensor("pixels"));
            NDArray texts = model.embedTexts(folder.manager(), folder.texts());
            folder.golden().check(precision, "logits", model.scores(images, texts));
        }
    }

    @Test
    void aPictureIsSeenInTheMiddle() {
        try (PublishedFolder folder = new PublishedFolder("clip-quick-gelu")) {
            Clip model = read(folder);
            NDManager manager = folder.manager();
            float[] dark = PixelBatch.of(manager, model.transform(), List.of(PublishedFolder.picture(0)))
                    .toFloatArray();
            NDArray light = PixelBatch.of(manager, model.transform(), List.of(PublishedFolder.picture(255)));
            assertThat(light.getShape()).isEqualTo(new Shape(1, 3, 15, 15));
            assertThat(light.toFloatArray()).isEqualTo(dark);
        }
    }

    @Test
    void textsWithoutTheirEndTokenAreRefused() {
        try (PublishedFolder folder = new PublishedFolder("clip-quick-gelu")) {
            TokenBatch batch = new TokenBatch(new long[][] {{61, 3}}, new long[][] {{1, 1}});
            assertThatThrownBy(() -> read(folder).embedTokens(folder.manager(), batch))
                    .hasMessageContaining("no token 62");
        }
    }

    @Test
    void aTowerOfAnotherDepthIsRefused() {
        try (PublishedFolder folder = new PublishedFolder("clip-gelu")) {
            assertThatThrownBy(() -> folder.models("scorer", "clip", folder.path(), "{text: {layers: 1}}")
                            .scorer(folder.manager()))
                    .isInstanceOf(WeightsMismatchException.class)
                    .hasMessageContaining("text_model.encoder.layers.1.mlp.fc2.bias is not part of the model");
        }
    }
}
