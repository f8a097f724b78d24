package dev.querent.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Who may see whom, by hand: as tables, and by changing one input and looking at which outputs move. */
class QFormerMaskTest {

    @Test
    void theBidirectionalMaskBlocksPaddingOnly() {
        try (NDManager manager = Torch.newManager()) {
            // two queries, then three tokens of which the second row has one
            NDArray mask = QFormerMask.bidirectional(manager, 2, new long[][] {{1, 1, 1}, {1, 0, 0}});
            assertThat(mask.getShape().getShape()).containsExactly(2, 1, 1, 5);
            assertThat(open(mask)).isEqualTo("11111 11100");
        }
    }

    @Test
    void theCausalMaskShowsTextTheQueriesAndTheTextBeforeIt() {
        try (NDManager manager = Torch.newManager()) {
            NDArray mask = QFormerMask.causalText(manager, 2, new long[][] {{1, 1, 1}, {1, 1, 0}});
            assertThat(mask.getShape().getShape()).containsExactly(2, 1, 3, 5);
            assertThat(open(mask))
                    .isEqualTo(
                            "11100 11110 11111 " // first text
                                    + "11100 11110 11110"); // second text, its third token is padding
        }
    }

    private static String open(NDArray mask) {
        long keys = mask.getShape().get(3);
        StringBuilder table = new StringBuilder();
        float[] values = mask.toFloatArray();
        for (int i = 0; i < values.length; i++) {
            table.append(i > 0 && i % keys == 0 ? " " : "").append(values[i] == 0 ? '1' : '0');
        }
        return table.toString();
    }

    @Test
    void contrastKeepsImageAndTextApart() {
        try (BridgeFixture fixture = new BridgeFixture("odd")) {
            QFormer model = fixture.model();
            NDManager manager = fixture.manager();
            NDArray features = fixture.golden().tensor("features");
            float[] text = model.embedText(manager, tokens(2, 7, 8, 3)).toFloatArray();
            // text sees its own later tokens: bidirectional within the text
            assertThat(model.embedText(manager, tokens(2, 7, 9, 3)).toFloatArray())
                    .isNotEqualTo(text);
            // queries take no text, and see the image
            float[] queries = model.look(features).queries().toFloatArray();
            assertThat(model.look(features.mul(features)).queries().toFloatArray())
                    .isNotEqualTo(queries);
        }
    }

    @Test
    void matchingSeesImageAndTextButNoPadding() {
        try (BridgeFixture fixture = new BridgeFixture("one")) {
            QFormer model = fixture.model();
            NDArray features = fixture.golden().tensor("features");
            int[] image = {0};
            float[] scores = model.look(features).match(image, tokens(2, 7, 3)).toFloatArray();
            assertThat(model.look(features.mul(features))
                            .match(image, tokens(2, 7, 3))
                            .toFloatArray())
                    .isNotEqualTo(scores);
            assertThat(model.look(features).match(image, tokens(2, 8, 3)).toFloatArray())
                    .isNotEqualTo(scores);
            TokenBatch padded = new TokenBatch(new long[][] {{2, 7, 3, 9, 9}}, new long[][] {{1, 1, 1, 0, 0}});
            float[] withPadding = model.look(features).match(image, padded).toFloatArray();
            for (int i = 0; i < 2; i++) {
                assertThat(withPadding[i]).isCloseTo(scores[i], org.assertj.core.data.Offset.offset(1e-5f));
            }
        }
    }

    @Test
    void generationSeesTheImageAndNothingThatIsStillToCome() {
        try (BridgeFixture fixture = new BridgeFixture("one")) {
            QFormer model = fixture.model();
            NDArray features = fixture.golden().tensor("features");
            // the loss over a first token alone can't depend on the tokens behind it
            float alone = model.look(features).captionLoss(tokens(2, 7), 0).getFloat();
            double[] both = new double[2];
            for (int next = 0; next < 2; next++) {
                float sum = model.look(features)
                                .captionLoss(tokens(2, 7, 8 + next), 0)
                                .getFloat()
                        * 2;
                both[next] = sum - alone;
            }
            assertThat(both[0]).isNotEqualTo(both[1]).isPositive();
            assertThat(both[1]).isPositive();
            // and nothing depends on the padding behind
            TokenBatch padded = new TokenBatch(new long[][] {{2, 7, 11, 12}}, new long[][] {{1, 1, 0, 0}});
            assertThat(model.look(features).captionLoss(padded, 0).getFloat())
                    .isCloseTo(alone, org.assertj.core.data.Offset.offset(1e-5f));
            assertThat(model.look(features.mul(features))
                            .captionLoss(tokens(2, 7), 0)
                            .getFloat())
                    .isNotEqualTo(alone);
        }
    }

    private static TokenBatch tokens(long... ids) {
        long[] mask = new long[ids.length];
        Arrays.fill(mask, 1);
        return new TokenBatch(new long[][] {ids}, new long[][] {mask});
    }
}
