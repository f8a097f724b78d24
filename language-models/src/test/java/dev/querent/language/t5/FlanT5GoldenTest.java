package dev.querent.language.t5;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.language.Fixture;
import dev.querent.model.LanguageInput;
import dev.querent.model.TextDecoder;
import dev.querent.nn.AttentionMask;
import dev.querent.nn.Tensors;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlanT5GoldenTest {

    private static Fixture<FlanT5> fixture(String folder) {
        return fixture(folder, Precision.FP32);
    }

    private static Fixture<FlanT5> fixture(String folder, Precision precision) {
        return new Fixture<>(FlanT5GoldenTest.class, folder, precision, FlanT5.Config.class, FlanT5::new);
    }

    @ParameterizedTest
    @CsvSource({"untied, BF16", "tied, BF16"})
    void decodingIn16BitsBeginsWithTheReferencesScores(String folder, Precision precision) {
        try (Fixture<FlanT5> fixture = fixture(folder, precision)) {
            LanguageInput input =
                    LanguageInput.decoding(fixture.golden().tensor("soft-prompt"), fixture.texts("prefixes"));
            try (TextDecoder decoder = fixture.model().decoder(input)) {
                assertThat(fixture.model().parameters().list())
                        .noneMatch(parameter -> parameter.getDataType() == DataType.FLOAT32);
                fixture.golden().check(precision, "logits", decoder.logits());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"untied", "tied"})
    void everyLayerIsTheReferences(String folder) {
        try (Fixture<FlanT5> fixture = fixture(folder);
                Torch.GradientMode on = Torch.recordGradients()) {
            Golden golden = fixture.golden();
            FlanT5 model = fixture.model();
            NDArray embedded = model.embed(Tensors.ofLongs(fixture.manager(), golden.longs("ids")));
            NDArray embeddings = Tensors.concatenate(fixture.manager(), 1, golden.tensor("soft-prompt"), embedded);
            long[][] mask = golden.longs("mask");
            List<NDArray> layers = new ArrayList<>();
            NDArray encoded = model.encoder().forward(embeddings, mask, 0, layers::add);
            for (int layer = 0; layer < layers.size(); layer++) {
                golden.check("encoder." + layer, layers.get(layer));
            }
            golden.check("encoded", encoded);
            layers.clear();
            NDArray hidden = model.decoder()
                    .forward(
                            model.embed(Tensors.ofLongs(fixture.manager(), golden.longs("decoder-ids"))),
                            model.decoder().read(encoded),
                            AttentionMask.padding(fixture.manager(), mask),
                            0,
                            List.of(),
                            layers::add);
            for (int layer = 0; layer < layers.size(); layer++) {
                golden.check("decoder." + layer, layers.get(layer));
            }
            golden.check("logits", model.scores(hidden));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"untied", "tied"})
    void lossAndGradientsAreTheReferences(String folder) {
        try (Fixture<FlanT5> fixture = fixture(folder);
                Torch.GradientMode on = Torch.recordGradients()) {
            Golden golden = fixture.golden();
            LanguageInput input = fixture.input();
            NDArray prompt = input.softPrompt().orElseThrow();
            prompt.setRequiresGradient(true);
            NDArray frozen = fixture.model().loss(input);
            golden.check("loss", frozen.reshape(new Shape(1)));
            Torch.backward(frozen);
            golden.check("gradient.soft-prompt", Torch.gradient(prompt).orElseThrow());

            List<String> weights = List.of(
                    "shared.weight",
                    "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                    "decoder.block.1.layer.1.EncDecAttention.k.weight",
                    "decoder.block.0.layer.2.DenseReluDense.wi_0.weight");
            FlanT5 model = fixture.model();
            weights.forEach(name -> model.parameters().get(name).setRequiresGradient(true));
            Torch.backward(model.loss(input, 0)); // dropout is on in training, but not in the reference
            for (String name : weights) {
                golden.check(
                        "gradient." + name,
                        Torch.gradient(model.parameters().get(name)).orElseThrow());
            }
        }
    }
}
