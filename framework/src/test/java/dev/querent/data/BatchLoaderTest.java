package dev.querent.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.image.Augmentation;
import dev.querent.image.BadImageException;
import dev.querent.image.ImageTransform;
import dev.querent.image.Preprocessing;
import dev.querent.image.RgbImage;
import dev.querent.random.RunSeed;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchLoaderTest {

    private static final ImageTransform TRANSFORM =
            ImageTransform.training(4, Preprocessing.BLIP, Augmentation.DEFAULTS);

    /** Samples of {@code groups} groups in turn, some of them bad. */
    private static SampleList samples(int size, int groups, IntPredicate bad) {
        return new SampleList() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public Sample get(int index) {
                return new Sample(
                        "sample-" + index,
                        "group-" + index % groups,
                        () -> image(index, bad.test(index)),
                        List.of("Caption " + index + ".", "Another " + index + "!"),
                        List.of(new Sample.Question("number", "which", "" + index)));
            }
        };
    }

    private static RgbImage image(int index, boolean bad) {
        if (bad) {
            throw new BadImageException("sample-" + index + ": broken");
        }
        byte[] rgb = new byte[7 * 6 * 3];
        new SplittableRandom(index).nextBytes(rgb);
        return new RgbImage(7, 6, rgb);
    }

    private static final class Seen implements Quarantine {
        final Set<String> bad = new TreeSet<>();
        final List<String> used = new ArrayList<>();

        @Override
        public void report(String sampleId, String reason) {
            bad.add(sampleId + " because " + reason);
        }

        @Override
        public void used(String sampleId) {
            used.add(sampleId);
        }
    }

    private static BatchLoader loader(SampleList samples, LoaderOptions options, long seed) {
        return new BatchLoader(samples, SampleReader.pixels(TRANSFORM), options, new RunSeed(seed), new Seen());
    }

    private static String fingerprint(Batch batch) {
        return batch.ids() + " " + batch.captions() + " " + Arrays.hashCode(batch.values()) + " "
                + batch.secondValues().map(Arrays::hashCode);
    }

    private static List<String> fingerprints(SampleList samples, LoaderOptions options, long seed, int steps) {
        try (BatchLoader loader = loader(samples, options, seed)) {
            List<String> all = new ArrayList<>();
            for (int step = 0; step < steps; step++) {
                all.add(fingerprint(loader.batch(step)));
            }
            return all;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void threadsChangeNothing(boolean distinct) {
        SampleList samples = samples(60, 20, index -> index % 7 == 3);
        LoaderOptions options = LoaderOptions.of(8).withTwoViews();
        LoaderOptions chosen = distinct ? options.withDistinctGroups() : options;
        List<String> one = fingerprints(samples, chosen.withThreads(1), 5, 20);
        assertThat(fingerprints(samples, chosen.withThreads(4), 5, 20)).isEqualTo(one);
        assertThat(fingerprints(samples, chosen.withThreads(4), 6, 20)).isNotEqualTo(one);
        assertThat(new HashSet<>(one)).hasSize(20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBatchAskedForAloneEqualsTheOneInSequence(boolean distinct) {
        SampleList samples = samples(60, 20, index -> index == 11);
        LoaderOptions options = distinct ? LoaderOptions.of(8).withDistinctGroups() : LoaderOptions.of(8);
        List<String> all = fingerprints(samples, options, 5, 20);
        for (int step : new int[] {19, 7, 8, 0}) {
            try (BatchLoader loader = loader(samples, options, 5)) {
                assertThat(fingerprint(loader.batch(step))).isEqualTo(all.get(step));
            }
        }
        try (BatchLoader loader = loader(samples, options, 5)) {
            assertThat(fingerprint(loader.batch(9))).isEqualTo(all.get(9));
            assertThat(fingerprint(loader.batch(2))).isEqualTo(all.get(2));
        }
    }

    @Test
    void anEpochMeetsEverySampleOnce() {
        try (BatchLoader loader = loader(samples(60, 60, index -> false), LoaderOptions.of(6), 1)) {
            for (int epoch = 0; epoch < 3; epoch++) {
                Set<String> met = new HashSet<>();
                for (int step = 0; step < 10; step++) {
                    met.addAll(loader.batch(epoch * 10L + step).ids());
                }
                assertThat(met).hasSize(60);
            }
        }
    }

    @Test
    void samplesOfABatchShowDifferentThings() {
        // 4 drawings each of 25 things; with 12 a batch, 8 batches an epoch meet 96 of the 100 once
        try (BatchLoader loader =
                loader(samples(100, 25, index -> false), LoaderOptions.of(12).withDistinctGroups(), 1)) {
            for (int epoch = 0; epoch < 3; epoch++) {
                Set<String> met = new HashSet<>();
                for (int step = 0; step < 8; step++) {
                    Batch batch = loader.batch(epoch * 8L + step);
                    assertThat(new HashSet<>(batch.groups())).hasSize(12);
                    met.addAll(batch.ids());
                }
                assertThat(met).hasSize(96);
            }
        }
        // one group in each place, and a group far larger than the others
        SampleList lopsided = new SampleList() {
            @Override
            public int size() {
                return 40;
            }

            @Override
            public Sample get(int index) {
                return new Sample(
                        "" + index,
                        index < 30 ? "large" : "" + index,
                        () -> image(index, false),
                        List.of(""),
                        List.of());
            }
        };
        try (BatchLoader loader = loader(lopsided, LoaderOptions.of(11).withDistinctGroups(), 1)) {
            for (int step = 0; step < 20; step++) {
                assertThat(new HashSet<>(loader.batch(step).groups())).hasSize(11);
            }
        }
        assertThatThrownBy(() -> loader(lopsided, LoaderOptions.of(12).withDistinctGroups(), 1))
                .hasMessageContaining("batch-size: 11 or less");
    }

    @Test
    void theSecondViewIsAnotherSampleOfTheGroup() {
        // images of one colour a group and sample, so that crops don't matter
        SampleList samples = new SampleList() {
            @Override
            public int size() {
                return 6;
            }

            @Override
            public Sample get(int index) {
                byte[] rgb = new byte[12];
                Arrays.fill(rgb, (byte) (10 * (index + 1)));
                RgbImage image = new RgbImage(2, 2, rgb);
                return new Sample(
                        "" + index, index < 4 ? "pair" + index / 2 : "" + index, () -> image, List.of(""), List.of());
            }
        };
        try (BatchLoader loader = loader(samples, LoaderOptions.of(6).withTwoViews(), 1)) {
            Batch batch = loader.batch(0);
            float[] second = batch.secondValues().orElseThrow();
            for (int row = 0; row < 6; row++) {
                int index = Integer.parseInt(batch.ids().get(row));
                int other = index < 4 ? index ^ 1 : index;
                int otherRow = batch.ids().indexOf("" + other);
                assertThat(second[row * 48]).isEqualTo(batch.values()[otherRow * 48]);
            }
        }
    }

    @Test
    void badSamplesAreReplacedAndReported() {
        Seen seen = new Seen();
        SampleList samples = samples(30, 15, index -> index % 15 == 4);
        LoaderOptions options = LoaderOptions.of(10).withDistinctGroups();
        try (BatchLoader loader =
                new BatchLoader(samples, SampleReader.pixels(TRANSFORM), options, new RunSeed(2), seen)) {
            for (int step = 0; step < 9; step++) {
                Batch batch = loader.batch(step);
                assertThat(batch.ids()).doesNotContain("sample-4", "sample-19");
                assertThat(new HashSet<>(batch.groups())).hasSize(10);
            }
        }
        assertThat(seen.bad)
                .containsExactly("sample-19 because sample-19: broken", "sample-4 because sample-4: broken");
        assertThat(seen.used).hasSize(90);
        try (BatchLoader loader = loader(samples(5, 5, index -> true), LoaderOptions.of(2), 1)) {
            assertThatThrownBy(() -> loader.batch(0))
                    .isInstanceOf(BadImageException.class)
                    .hasMessageContaining("broken");
        }
    }

    @Test
    void batchesBecomeTensors() {
        try (BatchLoader loader = loader(
                        samples(9, 9, index -> false), LoaderOptions.of(3).withTwoViews(), 1);
                NDManager manager = Torch.newManager()) {
            Batch batch = loader.batch(0);
            assertThat(batch.tensor(manager).getShape()).isEqualTo(new Shape(3, 3, 4, 4));
            assertThat(batch.secondTensor(manager).toFloatArray()).isNotEqualTo(batch.values());
            assertThat(batch.captions().get(0)).matches("(caption|another) \\d+");
            assertThat(batch.questions().get(0)).hasSize(1);
        }
    }

    @Test
    void emptySplitsAreRefused() {
        SampleList empty = samples(0, 1, index -> false);
        assertThatThrownBy(() -> loader(empty, LoaderOptions.of(2), 1))
                .hasMessageContaining("the split has no samples");
        assertThatThrownBy(() -> new EvaluationBatches(empty, TRANSFORM, 2, new Seen()))
                .hasMessageContaining("the split has no samples");
    }

    @Test
    void evaluationKeepsTheOrderAndLeavesBadSamplesOut() {
        Seen seen = new Seen();
        SampleList samples = samples(11, 11, index -> index == 2 || index > 7);
        ImageTransform transform = ImageTransform.evaluation(4, Preprocessing.BLIP);
        List<Batch> batches = new ArrayList<>();
        new EvaluationBatches(samples, transform, 4, seen).forEach(batches::add);
        assertThat(batches).hasSize(2);
        assertThat(batches.get(0).ids()).containsExactly("sample-0", "sample-1", "sample-3");
        assertThat(batches.get(0).captions()).containsExactly("caption 0", "caption 1", "caption 3");
        assertThat(batches.get(1).rows()).isEqualTo(4);
        assertThat(batches.get(1).values()).hasSize(4 * 48);
        assertThat(seen.bad).hasSize(4);
        float[] third = new float[48];
        transform.apply(image(3, false), 0, third, 0);
        assertThat(Arrays.copyOfRange(batches.get(0).values(), 96, 144)).isEqualTo(third);
    }
}
