package dev.querent.app.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.querent.bridge.QFormer;
import dev.querent.language.opt.Opt;
import dev.querent.language.t5.FlanT5;
import dev.querent.model.BridgeShape;
import dev.querent.nn.Activation;
import dev.querent.task.pretraining.RepresentationStep;
import dev.querent.weights.Precision;
import java.util.Optional;
import java.util.OptionalInt;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Formulas against libtorch's own counts of transformers' models (count_work.py), and of the published sizes. */
class PlannedWorkTest {

    /** libtorch keeps some small things more, and of an activation function sometimes less, than the formulas say. */
    private static final Percentage KEPT = Percentage.withPercentage(25);

    private static final QFormer.Config PAPER = QFormer.Config.DEFAULTS;
    private static final BridgeShape VIT_G = new BridgeShape(1408, 257, OptionalInt.empty());

    private static void check(Work work, long forward, long backward, long kept) {
        assertThat(work.forward()).isEqualTo(forward);
        assertThat(work.backward()).isEqualTo(backward);
        assertThat(work.kept()).isCloseTo(kept, KEPT);
    }

    @Test
    void visionAsLibtorchCounts() {
        VisionWork work = new VisionWork(layer(8, 2, 4, 12, false), 3, 10, 2);
        check(work.encode(Graph.NONE), 38_208, 0, 0);
        long gradientOfPixels = 1728; // which libtorch leaves out
        check(work.encode(Graph.TRAINED), 38_208, 74_688 + gradientOfPixels, 14_600);
    }

    @Test
    void optAsLibtorchCounts() {
        Opt.Config config = new Opt.Config(Optional.of(29), 8, Optional.empty(), 3, 2, 14, 20, true, 0, 0.02, 5);
        LanguageWork work = new LanguageWork.OfOpt(layer(8, 2, 4, 14, false), config, 29);
        check(work.loss(Graph.PASSED_ON, 3, 0, false), 31_504, 37_648, 8_048);
        check(work.loss(Graph.TRAINED, 3, 0, false), 31_504, 63_008, 10_672);
    }

    @Test
    void t5AsLibtorchCounts() {
        FlanT5.Config config = new FlanT5.Config(
                Optional.of(29), 8, 5, 2, 14, 3, Optional.of(2), Activation.GELU, 32, 128, false, 0, 512, 8);
        LanguageWork work = new LanguageWork.OfT5(layer(8, 2, 5, 14, true), config, 29);
        // the formulas count the first decoder layer as the others: its self-attention and its queries need no gradient
        long firstLayer = 12_640;
        check(work.loss(Graph.PASSED_ON, 3, 0.5, false), 77_336, 80_176 + firstLayer, 17_960);
        check(work.loss(Graph.TRAINED, 3, 0.5, false), 77_336, 154_672, 32_168);
    }

    @Test
    void theQueryPassAsLibtorchCounts() {
        QFormer.Config config = new QFormer.Config(4, 8, 3, 2, 14, 2, 6, 5, 5, 0, 0.02, 0.02, 0.02, 0.07, 1e-5);
        BridgeShape shape = new BridgeShape(10, 10, OptionalInt.of(9));
        long projection = 2 * 4 * 8 * 9;
        check(
                new QFormerWork(config, shape, 17, Precision.FP32).softPrompt(false),
                24_064 + projection,
                2 * (24_064 + projection),
                8_560);
    }

    /** By hand: 4 tokens of width 2 with one head, feed-forward 3. */
    @Test
    void aBlockByHand() {
        int projections = 4 * (2 * 4 * 2 * 2);
        int attention = 2 * (2 * 4 * 4 * 2);
        int feedForward = 2 * (2 * 4 * 2 * 3);
        Work work = layer(2, 1, 2, 3, false).block(Graph.PASSED_ON, 4);
        assertThat(work.forward()).isEqualTo(projections + attention + feedForward);
        assertThat(work.backward()).isEqualTo(projections + 2 * attention + feedForward);
    }

    /** Three layers: each computed once more, its input kept, and what one keeps. */
    @Test
    void layersThatAreComputedTwice() {
        VisionWork work = new VisionWork(layer(8, 2, 4, 12, false), 3, 10, 2);
        Work once = work.encode(Graph.TRAINED);
        Work twice = work.encode(Graph.TRAINED, true);
        double patches = 2 * 9 * 3 * 2 * 2 * 8;
        assertThat(twice.forward()).isEqualTo(once.forward());
        assertThat(twice.backward()).isEqualTo(once.backward() + once.forward() - patches);
        assertThat(twice.kept()).isEqualTo(3 * (4 * 10 * 8) + once.kept() / 3);
    }

    /** Of T5 keys and values of the encoding stay, which every decoder layer has its own of. */
    @Test
    void t5InLessMemory() {
        FlanT5.Config config = new FlanT5.Config(
                Optional.of(29), 8, 5, 2, 14, 3, Optional.of(2), Activation.GELU, 32, 128, false, 0, 512, 8);
        TransformerLayer layer = layer(8, 2, 5, 14, true);
        LanguageWork work = new LanguageWork.OfT5(layer, config, 29);
        int read = 3 + 4;
        double encoder = 3 * (4 * read * 8) + layer.block(Graph.PASSED_ON, read).kept();
        double decoder = 2 * (4 * 8 * 8)
                + layer.block(Graph.PASSED_ON, 8).kept()
                + layer.crossAttention(Graph.PASSED_ON, 8, read).kept();
        double shared = 2 * layer.keysAndValues(Graph.PASSED_ON, read, 8).kept() + 4 * 8 * 2 * 29;
        assertThat(work.loss(Graph.PASSED_ON, 3, 0.5, true).kept()).isEqualTo(encoder + decoder + shared);
    }

    /** GFLOP of ViT-g and ViT-L at 224 pixels. */
    @Test
    void visionOfThePaper() {
        assertThat(new VisionWork(layer(1408, 16, 88, 6144, false), 39, 257, 14)
                                .encode(Graph.NONE)
                                .forward()
                        / 1e9)
                .isCloseTo(520.7, within(0.05));
        assertThat(new VisionWork(layer(1024, 16, 64, 4096, false), 23, 257, 14)
                                .encode(Graph.NONE)
                                .forward()
                        / 1e9)
                .isCloseTo(155.3, within(0.05));
    }

    /**
     * GFLOP of the passes of stage 1: the image's keys and values 6.67, queries 6.08, text 5.47, ITM three times 11.63, ITG 5.51 and its head
     * 1.54; each objective without the others needs the first three.
     */
    @Test
    void stageOneOfThePaper() {
        double look = 6.67 + 6.08;
        double similarities = 2 * 32 * 1680 * 256 / 1e9;
        assertThat(stageOne(1, 0, 0).forward() / 1e9).isCloseTo(look + 5.47 + similarities, within(0.05));
        assertThat(stageOne(0, 1, 0).forward() / 1e9).isCloseTo(look + 5.47 + similarities + 3 * 11.63, within(0.05));
        assertThat(stageOne(1, 1, 1).forward() / 1e9)
                .isCloseTo(look + 5.47 + similarities + 3 * 11.63 + 5.51 + 1.54, within(0.1));
        assertThat(stageOne(1, 1, 1).backward()).isEqualTo(2 * stageOne(1, 1, 1).forward());
    }

    /** Negatives are drawn by the similarities, which is no reason to keep them for a backward pass. */
    @Test
    void withoutContrastTheTextPassHasNoGraph() {
        double texts = stageOne(1, 1, 0).backward() - stageOne(0, 1, 0).backward();
        assertThat(texts / 1e9).isCloseTo(2 * (5.47 + 2 * 32 * 1680 * 256 / 1e9), within(0.1));
    }

    private static Work stageOne(double contrastive, double matching, double generation) {
        RepresentationStep.Config standard = RepresentationStep.Config.DEFAULTS;
        return new QFormerWork(PAPER, VIT_G, 30_523, Precision.FP32)
                .representation(new RepresentationStep.Config(
                        standard.training(),
                        1680,
                        0,
                        contrastive,
                        standard.contrastGradient(),
                        matching,
                        generation,
                        standard.labelSmoothing(),
                        standard.firstHardness(),
                        standard.lastHardness(),
                        standard.visionTuning(),
                        standard.augmentation(),
                        standard.features()))
                .orElseThrow();
    }

    private static TransformerLayer layer(int width, int heads, int headSize, int feedForward, boolean gated) {
        return new TransformerLayer(width, heads, headSize, feedForward, gated, Precision.FP32);
    }
}
