package dev.querent.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.image.BadImageException;
import dev.querent.image.RgbImage;
import dev.querent.torch.Torch;
import dev.querent.weights.DamagedFileException;
import dev.querent.weights.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureCacheTest {

    private static final int SAMPLES = FeatureCache.PART_SAMPLES + 3;
    private static final Sample ANY =
            new Sample("x", "x", () -> new RgbImage(1, 1, new byte[3]), List.of("a thing"), List.of());

    @TempDir
    private Path root;

    private FeatureCache filled(Precision precision, int views) {
        FeatureCache cache = FeatureCache.in(
                root, "a test", new FeatureCache.Contents(SAMPLES, views, 2, 3, precision, Precision.FP32));
        for (int part = 0; part < cache.parts(); part++) {
            assertThat(cache.has(part)).isFalse();
            try (NDManager manager = Torch.newManager()) {
                int rows = (FeatureCache.end(part, SAMPLES) - FeatureCache.start(part)) * views;
                NDArray values = manager.arange(rows * 6)
                        .add(FeatureCache.start(part) * views * 6)
                        .toType(DataType.FLOAT32, false)
                        .mul(-0.37f)
                        .reshape(new Shape(rows, 2, 3));
                cache.write(part, values, part == 1 ? Map.of(SAMPLES - 1, "broken picture") : Map.of());
            }
        }
        assertThat(cache.missing()).isZero();
        return FeatureCache.open(cache.folder());
    }

    /** The largest value is 291: bf16 has 8 significant bits, fp16 11. */
    @ParameterizedTest
    @CsvSource({"FP32, 1, 0", "FP32, 3, 0", "BF16, 1, 1", "BF16, 3, 2", "FP16, 1, 0.2", "FP16, 3, 0.5"})
    void everyViewOfEverySampleIsReadAsItWasWritten(Precision precision, int views, double tolerance) {
        FeatureCache cache = filled(precision, views);
        float[] found = new float[8];
        for (int index = 0; index < SAMPLES - 1; index++) {
            for (int view = 0; view < views; view++) {
                cache.read(index, view, found, 1);
                for (int i = 0; i < 6; i++) {
                    float written = ((index * views + view) * 6 + i) * -0.37f;
                    assertThat((double) found[i + 1]).isCloseTo(written, within(tolerance));
                }
            }
        }
        assertThat(found[0]).isZero();
        assertThat(found[7]).isZero();
    }

    @Test
    void theDrawnViewDependsOnTheSeedAlone() {
        SampleReader reader = filled(Precision.FP32, 3).reader();
        assertThat(reader.shape()).containsExactly(2, 3);
        Set<Float> first = new HashSet<>();
        for (int seed = 0; seed < 30; seed++) {
            float[] once = new float[6];
            float[] again = new float[6];
            reader.read(5, ANY, seed, once, 0);
            reader.read(5, ANY, seed, again, 0);
            assertThat(once).isEqualTo(again);
            first.add(once[0]);
        }
        assertThat(first).hasSize(3);
    }

    @Test
    void aSampleThatWasBadIsBad() {
        SampleReader reader = filled(Precision.FP32, 1).reader();
        assertThatThrownBy(() -> reader.read(SAMPLES - 1, ANY, 0, new float[6], 0))
                .isInstanceOf(BadImageException.class)
                .hasMessage("broken picture");
    }

    /** libtorch rounds to half precision; widening is ours. */
    @Test
    void everyHalfIsWidenedAsLibtorchDoes() {
        FeatureCache.Contents contents = new FeatureCache.Contents(1, 1, 1, 1 << 16, Precision.FP16, Precision.FP16);
        FeatureCache cache = FeatureCache.in(root, "halves", contents);
        float[] values = new float[1 << 16];
        for (int bits = 0; bits < values.length; bits++) {
            // spread over subnormal numbers, normal ones, and beyond the largest half
            values[bits] = (bits % 2 == 0 ? 1 : -1) * (float) Math.pow(2, bits / 1500.0 - 26);
        }
        float[] found = new float[1 << 16];
        try (NDManager manager = Torch.newManager()) {
            NDArray tensor = manager.create(values, new Shape(1, 1, 1 << 16));
            cache.write(0, tensor, Map.of());
            cache.read(0, 0, found, 0);
            NDArray halves = Precision.FP16.copy(manager, tensor);
            assertThat(found).isEqualTo(Precision.FP32.copy(manager, halves).toFloatArray());
        }
        assertThat(found[found.length - 2]).isInfinite();
    }

    @Test
    void otherOriginsHaveOtherFolders() {
        FeatureCache.Contents contents = new FeatureCache.Contents(5, 1, 2, 3, Precision.FP32, Precision.FP32);
        FeatureCache.Contents compact = new FeatureCache.Contents(5, 1, 2, 3, Precision.FP16, Precision.FP32);
        assertThat(FeatureCache.in(root, "a", contents).folder())
                .isEqualTo(FeatureCache.in(root, "a", contents).folder())
                .isNotEqualTo(FeatureCache.in(root, "b", contents).folder())
                .isNotEqualTo(FeatureCache.in(root, "a", compact).folder());
    }

    @Test
    void aChangedByteIsNoticed() throws IOException {
        FeatureCache cache = filled(Precision.FP32, 1);
        Path file = cache.folder().resolve("part-00001.bin");
        byte[] bytes = Files.readAllBytes(file);
        bytes[7] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> cache.read(SAMPLES - 2, 0, new float[6], 0))
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("run the step that caches features again");
        cache.read(0, 0, new float[6], 0); // the other part is whole
    }

    @Test
    void contentsThatCantBeReadAreDamaged() throws IOException {
        Path folder = filled(Precision.FP32, 1).folder();
        Files.writeString(folder.resolve("cache.json"), "{\"samples\": 3}");
        assertThatThrownBy(() -> FeatureCache.open(folder))
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining("cache.json");
    }
}
