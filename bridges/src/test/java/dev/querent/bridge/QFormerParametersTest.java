package dev.querent.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.querent.model.BridgeShape;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** LAVIS's names, which of them each stage trains, and the public model's counts. */
class QFormerParametersTest {

    private static final String LAYER = "Qformer.bert.encoder.layer.";

    private static Stream<String> affine(String... names) {
        return Stream.of(names).flatMap(name -> Stream.of(name + ".weight", name + ".bias"));
    }

    private static Stream<String> attention(String prefix) {
        return affine(
                prefix + ".self.query",
                prefix + ".self.key",
                prefix + ".self.value",
                prefix + ".output.dense",
                prefix + ".output.LayerNorm");
    }

    private static Stream<String> feedForward(int layer, String suffix) {
        return affine(
                LAYER + layer + ".intermediate" + suffix + ".dense",
                LAYER + layer + ".output" + suffix + ".dense",
                LAYER + layer + ".output" + suffix + ".LayerNorm");
    }

    /** Three layers of which the first and the third look at the image. */
    private static List<String> queryPath() {
        List<String> names = new ArrayList<>(List.of("query_tokens"));
        affine("ln_vision", "Qformer.bert.embeddings.LayerNorm").forEach(names::add);
        for (int layer = 0; layer < 3; layer++) {
            attention(LAYER + layer + ".attention").forEach(names::add);
            if (layer != 1) {
                attention(LAYER + layer + ".crossattention").forEach(names::add);
            }
            feedForward(layer, "_query").forEach(names::add);
        }
        return names;
    }

    private static List<String> textAndHeads() {
        List<String> names = new ArrayList<>(List.of(
                "temp",
                "Qformer.bert.embeddings.word_embeddings.weight",
                "Qformer.bert.embeddings.position_embeddings.weight",
                "Qformer.cls.predictions.bias"));
        for (int layer = 0; layer < 3; layer++) {
            feedForward(layer, "").forEach(names::add);
        }
        affine(
                        "Qformer.cls.predictions.transform.dense",
                        "Qformer.cls.predictions.transform.LayerNorm",
                        "vision_proj",
                        "text_proj",
                        "itm_head")
                .forEach(names::add);
        return names;
    }

    @Test
    void eachStageTrainsExactlyItsPart() {
        try (BridgeFixture fixture = new BridgeFixture("odd")) {
            QFormer model = fixture.model();
            List<String> prompt = Stream.concat(queryPath().stream(), affine("language_projection"))
                    .toList();
            List<String> representation =
                    Stream.concat(queryPath().stream(), textAndHeads().stream()).toList();
            assertThat(model.promptParameters().names()).containsExactlyInAnyOrderElementsOf(prompt);
            assertThat(model.representationParameters().names()).containsExactlyInAnyOrderElementsOf(representation);
            assertThat(model.parameters().names())
                    .containsExactlyInAnyOrderElementsOf(
                            Stream.concat(representation.stream(), affine("language_projection"))
                                    .toList());
        }
    }

    @Test
    void atThePapersSizeTheCountsAreThePublicModels() {
        try (NDManager manager = Torch.newManager()) {
            BridgeShape vitG = new BridgeShape(1408, 257, OptionalInt.empty());
            QFormer model = BridgeFixture.fresh(manager, QFormer.Config.DEFAULTS, vitG, 30_523);
            assertThat(model.representationParameters().count()).isEqualTo(186_705_470);
            assertThat(model.promptParameters().count()).isEqualTo(105_165_056);
        }
    }
}
