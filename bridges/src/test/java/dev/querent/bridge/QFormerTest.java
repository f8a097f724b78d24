package dev.querent.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.Bridge;
import dev.querent.model.BridgeShape;
import dev.querent.model.ComponentContext;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.TextDecoder;
import dev.querent.nn.Tensors;
import dev.querent.testing.BridgeContract;
import dev.querent.testing.Golden;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class QFormerTest extends BridgeContract {

    @Override
    protected Bridge build(BridgeShape shape, ComponentContext context) {
        return new QFormer(BridgeFixture.ODD, shape, context);
    }

    @Test
    void matchingRowsByIndexIsMatchingEachPairAlone() {
        try (BridgeFixture fixture = new BridgeFixture("odd")) {
            QFormer model = fixture.model();
            NDArray features = fixture.golden().tensor("features");
            TokenBatch texts = fixture.texts();
            int[] images = {2, 0, 0, 1, 2};
            int[] chosen = {0, 2, 2, 1, 2};
            NDArray together = model.look(features).match(images, rows(texts, chosen));
            for (int pair = 0; pair < images.length; pair++) {
                NDArray alone = model.look(Tensors.selectRows(features, images[pair]))
                        .match(new int[] {0}, unpadded(texts, chosen[pair]));
                Golden.assertClose("pair " + pair, alone, Tensors.selectRows(together, pair), 1e-5, 1e-4);
            }
        }
    }

    @Test
    void aBatchOfTextsIsItsTextsOneByOne() {
        try (BridgeFixture fixture = new BridgeFixture("odd");
                NDManager manager = Torch.newManager()) {
            TokenBatch texts = fixture.texts();
            NDArray together = fixture.model().embedText(manager, texts);
            for (int row = 0; row < texts.rows(); row++) {
                Golden.assertClose(
                        "text " + row,
                        fixture.model().embedText(manager, unpadded(texts, row)),
                        Tensors.selectRows(together, row),
                        1e-5,
                        1e-4);
            }
        }
    }

    @Test
    void aBatchsCaptionLossIsTheMeanOverItsTokens() {
        try (BridgeFixture fixture = new BridgeFixture("odd");
                NDManager manager = Torch.newManager()) {
            NDArray features = fixture.golden().tensor("features");
            TokenBatch texts = fixture.texts();
            double sum = 0;
            int tokens = 0;
            for (int row = 0; row < texts.rows(); row++) {
                TokenBatch text = unpadded(texts, row);
                RepresentationLearner.ImageView view = fixture.model().look(Tensors.selectRows(features, row));
                sum += (text.length() - 1)
                        * (double) view.captionLoss(text, 0.1).getFloat();
                tokens += text.length() - 1;
            }
            NDArray together = fixture.model().look(features).captionLoss(texts, 0.1);
            Golden.assertClose("caption loss", manager.create((float) (sum / tokens)), together, 1e-5, 1e-5);
        }
    }

    @Test
    void everyQuerySharesItsAttentionAmongAllTokensWhateverElseIsInTheBatch() {
        try (BridgeFixture fixture = new BridgeFixture("odd")) {
            NDArray features = fixture.golden().tensor("features");
            NDArray attention = fixture.model().attention(features);
            assertThat(attention.getShape()).isEqualTo(new Shape(3, 3, 5));
            for (float sum : attention.sum(new int[] {2}).toFloatArray()) {
                assertThat(sum).isCloseTo(1, within(1e-5f));
            }
            Golden.assertClose(
                    "alone",
                    Tensors.selectRows(attention, 1),
                    fixture.model().attention(Tensors.selectRows(features, 1)),
                    1e-5,
                    1e-4);
        }
    }

    @Test
    void equalTokensAreReadAlikeByAllHeadsInAnyNumberOfLayers() {
        for (int layers = 1; layers <= 4; layers++) {
            try (NDManager manager = Torch.newManager()) {
                QFormer.Config config = BridgeFixture.config(2, 8, layers, 2, 10, 3, 5, 8);
                QFormer model = BridgeFixture.fresh(manager, config, new BridgeShape(6, 7, OptionalInt.empty()), 13);
                float[] shares =
                        model.attention(manager.ones(new Shape(1, 7, 6))).toFloatArray();
                assertThat(shares).hasSize(2 * 7);
                for (float share : shares) {
                    assertThat(share).isCloseTo(1 / 7f, within(1e-6f));
                }
            }
        }
    }

    @Test
    void withoutALanguageModelThereIsNoSoftPrompt() {
        try (NDManager manager = Torch.newManager()) {
            QFormer model =
                    BridgeFixture.fresh(manager, BridgeFixture.ONE, new BridgeShape(6, 3, OptionalInt.empty()), 13);
            NDArray features = manager.ones(new Shape(1, 3, 6));
            assertThatThrownBy(() -> model.softPrompt(features)).hasMessageContaining("needs a language model");
        }
    }

    @Test
    void aCaptionLongerThanThePositionTableIsRefusedInWords() {
        try (BridgeFixture fixture = new BridgeFixture("one");
                TextDecoder captioner = fixture.model()
                        .look(fixture.golden().tensor("features"))
                        .captioner()) {
            for (int token = 1; token < BridgeFixture.ONE.maxPositions(); token++) { // [DEC] has the first position
                captioner.feed(new long[] {7});
            }
            assertThatThrownBy(() -> captioner.feed(new long[] {7}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the caption has 9 tokens, [DEC] included; the Q-Former has 8 positions");
        }
    }

    private static TokenBatch rows(TokenBatch texts, int... rows) {
        long[][] ids = new long[rows.length][];
        long[][] mask = new long[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            ids[i] = texts.ids()[rows[i]];
            mask[i] = texts.mask()[rows[i]];
        }
        return new TokenBatch(ids, mask);
    }

    private static TokenBatch unpadded(TokenBatch texts, int row) {
        int length = 0;
        for (long token : texts.mask()[row]) {
            length += (int) token;
        }
        return new TokenBatch(
                new long[][] {Arrays.copyOf(texts.ids()[row], length)},
                new long[][] {Arrays.copyOf(texts.mask()[row], length)});
    }
}
