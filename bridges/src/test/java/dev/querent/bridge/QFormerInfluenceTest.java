package dev.querent.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who sees whom in the whole model: one input is changed at a time, and exactly the outputs that may see it move. */
class QFormerInfluenceTest {

    /** Four tokens, then one position of padding. */
    private static final long[] IDS = {2, 7, 8, 3, 9};

    private static final long[] MASK = {1, 1, 1, 1, 0};

    private final BridgeFixture fixture = new BridgeFixture("odd");
    private final QFormer model = fixture.model();
    private final NDManager manager = fixture.manager();
    private final NDArray features = fixture.golden().tensor("features"); // (3, 5, 10)

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Which parts of the output move when a token is replaced, for each of the five positions. */
    private List<TreeSet<Integer>> movedByToken(int parts, Function<TokenBatch, NDArray> output) {
        float[] before = output.apply(texts(IDS)).toFloatArray();
        List<TreeSet<Integer>> moved = new ArrayList<>();
        for (int position = 0; position < IDS.length; position++) {
            long[] ids = IDS.clone();
            ids[position] = 12;
            moved.add(moved(parts, before, output.apply(texts(ids)).toFloatArray()));
        }
        return moved;
    }

    private static TokenBatch texts(long[] ids) {
        return new TokenBatch(new long[][] {ids, ids, ids}, new long[][] {MASK, MASK, MASK});
    }

    /** Exactly what is blocked stays bit for bit: its attention weight is 0. */
    private static TreeSet<Integer> moved(int parts, float[] before, float[] after) {
        TreeSet<Integer> moved = new TreeSet<>();
        int size = before.length / parts;
        for (int i = 0; i < before.length; i++) {
            if (before[i] != after[i]) {
                moved.add(i / size);
            }
        }
        return moved;
    }

    private NDArray withImageChanged(int image) {
        float[] values = features.toFloatArray();
        int size = values.length / 3;
        for (int i = image * size; i < (image + 1) * size; i += 3) {
            values[i] += 1;
        }
        return manager.create(values, features.getShape());
    }

    /** Which images' outputs move with image 1. */
    private TreeSet<Integer> movedByImage(Function<NDArray, NDArray> output) {
        return moved(
                3,
                output.apply(features).toFloatArray(),
                output.apply(withImageChanged(1)).toFloatArray());
    }

    @Test
    void generationSeesTheTextSoFarAndItself() {
        // logits (9, V): three tokens of one text, three times, have another one behind them; part 3 * row + position
        List<TreeSet<Integer>> moved = movedByToken(9, texts -> new QFormerView(model, features).captionLogits(texts));
        int[][] table = {{0, 1, 2}, {1, 2}, {2}, {}, {}}; // the last token predicts nothing, padding is not there
        for (int position = 0; position < 5; position++) {
            TreeSet<Integer> expected = new TreeSet<>();
            for (int row = 0; row < 3; row++) {
                for (int seer : table[position]) {
                    expected.add(3 * row + seer);
                }
            }
            assertThat(moved.get(position)).as("token " + position).isEqualTo(expected);
        }
    }

    @Test
    void paddingIsSeenByNobodyElse() {
        for (Function<TokenBatch, NDArray> output : List.<Function<TokenBatch, NDArray>>of(
                texts -> model.embedText(manager, texts),
                texts -> new QFormerView(model, features).match(new int[] {0, 1, 2}, texts),
                texts -> new QFormerView(model, features).captionLoss(texts, 0.1))) {
            assertThat(movedByToken(1, output).get(4)).isEmpty();
        }
    }

    @Test
    void theClassTokenSeesTheWholeText() {
        List<TreeSet<Integer>> moved = movedByToken(3, texts -> model.embedText(manager, texts));
        assertThat(moved.subList(0, 4)).allSatisfy(rows -> assertThat(rows).containsExactly(0, 1, 2));
    }

    @Test
    void matchingSeesTheWholeText() {
        List<TreeSet<Integer>> moved =
                movedByToken(3, texts -> new QFormerView(model, features).match(new int[] {0, 1, 2}, texts));
        assertThat(moved.subList(0, 4)).allSatisfy(rows -> assertThat(rows).containsExactly(0, 1, 2));
    }

    @Test
    void everyQuerySeesItsOwnImageAndNoOther() {
        assertThat(movedByImage(pixels -> new QFormerView(model, pixels).queries()))
                .containsExactly(1);
        TreeSet<Integer> queries = moved(
                9,
                new QFormerView(model, features).queries().toFloatArray(),
                new QFormerView(model, withImageChanged(1)).queries().toFloatArray());
        assertThat(queries).containsExactly(3, 4, 5);
    }

    @Test
    void matchingSeesTheImageThatItsRowNames() {
        int[] rows = {1, 0, 1};
        assertThat(movedByImage(pixels -> new QFormerView(model, pixels).match(rows, texts(IDS))))
                .containsExactly(0, 2);
    }

    @Test
    void generationSeesItsOwnImageAtEveryToken() {
        TreeSet<Integer> moved = moved(
                9,
                new QFormerView(model, features).captionLogits(texts(IDS)).toFloatArray(),
                new QFormerView(model, withImageChanged(1))
                        .captionLogits(texts(IDS))
                        .toFloatArray());
        assertThat(moved).containsExactly(3, 4, 5);
    }

    @Test
    void everyQuerySeesEveryOther() {
        float[] before = new QFormerView(model, features).queries().toFloatArray();
        NDArray tokens = model.parameters().get("query_tokens"); // (1, 3, 12)
        float[] start = tokens.toFloatArray();
        for (int query = 0; query < 3; query++) {
            float[] changed = start.clone();
            changed[12 * query] += 1;
            Torch.copy(manager.create(changed, tokens.getShape()), tokens);
            assertThat(moved(
                            9,
                            before,
                            new QFormerView(model, features).queries().toFloatArray()))
                    .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
        }
    }
}
