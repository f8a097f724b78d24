package dev.querent.language.opt;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.language.Fixture;
import dev.querent.model.LanguageInput;
import dev.querent.model.TextDecoder;
import dev.querent.nn.Tensors;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptGoldenTest {

    private static Fixture<Opt> fixture(String folder) {
        return fixture(folder, Precision.FP32);
    }

    private static Fixture<Opt> fixture(String folder, Precision precision) {
        return new Fixture<>(OptGoldenTest.class, folder, precision, Opt.Config.class, Opt::new);
    }

    @ParameterizedTest
    @CsvSource({
        "pre-norm, BF16",
        "pre-norm, FP16",
        "post-norm, BF16",
        "post-norm, FP16",
        "batch-of-one, BF16",
        "batch-of-one, FP16"
    })
    void decodingIn16BitsBeginsWithTheReferencesScores(String folder, Precision precision) {
        try (Fixture<Opt> fixture = fixture(folder, precision)) {
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
    @ValueSource(strings = {"pre-norm", "post-norm", "batch-of-one"})
    void everyLayerIsTheReferences(String folder) {
        try (Fixture<Opt> fixture = fixture(folder);
                Torch.GradientMode on = Torch.recordGradients()) {
            Golden golden = fixture.golden();
            OptStack stack = fixture.model().stack();
            NDArray embedded = stack.embed(Tensors.ofLongs(fixture.manager(), golden.longs("ids")));
            NDArray embeddings = Tensors.concatenate(fixture.manager(), 1, golden.tensor("soft-prompt"), embedded);
            List<NDArray> layers = new ArrayList<>();
            NDArray hidden = stack.forward(embeddings, golden.longs("mask"), 0, List.of(), layers::add);
            for (int layer = 0; layer < layers.size(); layer++) {
                golden.check("layer." + layer, layers.get(layer));
            }
            golden.check("logits", stack.scores(hidden));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre-norm", "post-norm", "batch-of-one"})
    void textsBecomeTheReferencesTokensAndTargets(String folder) {
        try (Fixture<Opt> fixture = fixture(folder)) {
            OptText.Training training = new OptText(fixture.model().tokenizer())
                    .training(true, fixture.input().prefixes(), fixture.input().targets(), 32);
            assertThat(training.tokens().ids()).isDeepEqualTo(fixture.golden().longs("ids"));
            assertThat(training.targets()).isDeepEqualTo(fixture.golden().longs("targets"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre-norm", "post-norm", "batch-of-one"})
    void lossAndGradientsAreTheReferences(String folder) {
        try (Fixture<Opt> fixture = fixture(folder);
                Torch.GradientMode on = Torch.recordGradients()) {
            Golden golden = fixture.golden();
            List<String> weights = List.of(
                    "model.decoder.embed_tokens.weight",
                    "model.decoder.embed_positions.weight",
                    "model.decoder.layers.0.self_attn.q_proj.weight",
                    "model.decoder.layers.1.fc2.bias");
            LanguageInput input = fixture.input();
            NDArray prompt = input.softPrompt().orElseThrow();
            prompt.setRequiresGradient(true);
            NDArray frozen = fixture.model().loss(input);
            golden.check("loss", frozen.reshape(new Shape(1)));
            Torch.backward(frozen);
            golden.check("gradient.soft-prompt", Torch.gradient(prompt).orElseThrow());

            Opt model = fixture.model();
            weights.forEach(name -> model.parameters().get(name).setRequiresGradient(true));
            Torch.backward(model.loss(input, 0)); // dropout is on in training, but not in the reference
            for (String name : weights) {
                golden.check(
                        "gradient." + name,
                        Torch.gradient(model.parameters().get(name)).orElseThrow());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre-norm", "post-norm", "batch-of-one"})
    void decodingBeginsWithTheReferencesScores(String folder) {
        try (Fixture<Opt> fixture = fixture(folder)) {
            LanguageInput input = new LanguageInput(
                    fixture.manager(),
                    Optional.of(fixture.golden().tensor("soft-prompt")),
                    fixture.texts("prefixes"),
                    fixture.texts("prefixes"));
            try (TextDecoder decoder = fixture.model().decoder(input)) {
                fixture.golden().check("next-logits", decoder.logits());
            }
        }
    }
}
