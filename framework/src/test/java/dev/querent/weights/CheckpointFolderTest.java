package dev.querent.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads what make_fixtures.py wrote with PyTorch: element i of a tensor is i / 2 - 1. */
class CheckpointFolderTest {

    private NDManager manager;

    @TempDir
    private Path scratch;

    @BeforeEach
    void open() {
        manager = Torch.newManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static Path fixture(String name) throws URISyntaxException {
        return Path.of(CheckpointFolderTest.class
                        .getResource("make_fixtures.py")
                        .toURI())
                .resolveSibling(name);
    }

    private static float[] values(int... indices) {
        float[] values = new float[indices.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = indices[i] / 2f - 1;
        }
        return values;
    }

    private static int[] range(int from, int to) {
        return IntStream.range(from, to).toArray();
    }

    private void holds(WeightSource source, String name, int[] indices, long... shape) {
        assertThat(source.shape(name)).as(name).hasValue(shape);
        assertThat(source.read(name, manager).getShape().getShape()).as(name).isEqualTo(shape);
        assertThat(source.read(name, manager).toFloatArray()).as(name).isEqualTo(values(indices));
    }

    @Test
    void pytorchFilesGiveTheirTensors() throws Exception {
        try (WeightSource source = CheckpointFolder.open(fixture("single"))) {
            holds(source, "plain", range(0, 15), 3, 5);
            holds(source, "half", range(0, 7), 7);
            holds(source, "brain", range(0, 6), 2, 3);
            holds(source, "scalar", range(0, 1));
            holds(source, "empty", range(0, 0), 0, 3);
            holds(source, "rows", range(6, 18), 2, 6);
            holds(source, "column", new int[] {2, 8, 14, 20}, 4);
            holds(source, "parameter", range(0, 4), 4);
            int[] transposed = new int[24];
            Arrays.setAll(transposed, i -> i % 4 * 6 + i / 4);
            holds(source, "transposed", transposed, 6, 4);
            assertThat(source.names()).hasSize(10);
            assertThatThrownBy(() -> source.read("position_ids", manager))
                    .hasMessageContaining("position_ids is I64; expected F32, F16 or BF16");
        }
    }

    @Test
    void theStateDictOfATrainersCheckpointIsFound() throws Exception {
        try (WeightSource source = CheckpointFolder.open(fixture("lavis"))) {
            assertThat(source.names()).containsExactly("a.weight", "a.bias");
            holds(source, "a.weight", range(0, 4), 2, 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sharded-bin", "sharded-safetensors"})
    void shardsAreOneSource(String name) throws Exception {
        try (WeightSource source = CheckpointFolder.open(fixture(name))) {
            assertThat(source.names()).containsExactlyInAnyOrder("layer0", "layer1", "bias0", "bias1");
            holds(source, "layer1", range(0, 6), 3, 2);
            holds(source, "bias0", range(0, 2), 2);
            assertThat(source.files()).hasSize(3);
        }
    }

    @Test
    void anIndexThatDoesNotFitItsShardsIsRefused() throws Exception {
        Path index = scratch.resolve("model.safetensors.index.json");
        Files.writeString(index, "{\"weight_map\": {\"a\": \"../elsewhere.safetensors\"}}");
        assertThatThrownBy(() -> CheckpointFolder.open(scratch)).hasMessageContaining("not beside it");
        Files.copy(
                fixture("sharded-safetensors").resolve("model-1-of-2.safetensors"), scratch.resolve("one.safetensors"));
        Files.writeString(index, "{\"weight_map\": {\"a\": \"one.safetensors\"}}");
        assertThatThrownBy(() -> CheckpointFolder.open(scratch))
                .hasMessageContaining("it says that one.safetensors holds a");
        Files.writeString(index, "{}");
        assertThatThrownBy(() -> CheckpointFolder.open(scratch)).hasMessageContaining("weight_map");
        Files.writeString(index, "{");
        assertThatThrownBy(() -> CheckpointFolder.open(scratch)).hasMessageContaining("not JSON");
        Files.delete(index);
        assertThatThrownBy(() -> CheckpointFolder.open(scratch))
                .hasMessageContaining("expected one of model.safetensors, pytorch_model.bin");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hostile-call|names \"posix.system\"",
                "hostile-loop|it holds no tensors",
                "hostile-expanded|reaches beyond its storage of 4 elements",
                "hostile-beyond|reaches beyond its storage of 4 elements",
                "hostile-offset|reaches beyond its storage of 4 elements",
                "hostile-negative|negative extent",
                "hostile-absurd|larger than any memory",
                "hostile-short|has 12 bytes; expected 16",
                "hostile-bomb|compressed; expected",
                "hostile-missing|storage of tensor w is missing",
                "legacy|before 1.6",
            })
    void hostileFilesAreRefusedAndRunNothing(String name, String reason) throws Exception {
        Path folder = fixture(name);
        assertThatThrownBy(() -> CheckpointFolder.open(folder))
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(reason);
        assertThat(Path.of("querent-was-here")).doesNotExist();
    }

    @Test
    void theHandMadePickleIsRightButForWhatMakesItHostile() throws Exception {
        try (WeightSource source = CheckpointFolder.open(fixture("hostile-none"))) {
            assertThat(source.read("w", manager).toFloatArray()).containsExactly(0, 0, 0, 0);
        }
    }

    /** Broken copies of each file; {@code -Dquerent.fuzz=100000} tries more. */
    private static final int COPIES = Integer.getInteger("querent.fuzz", 1500);

    /** Every broken file gives tensors of the stated shapes or a sentence; nothing else is thrown. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "single/pytorch_model.bin",
                "lavis/checkpoint_3.pth",
                "sharded-safetensors/model-1-of-2.safetensors"
            })
    void brokenFilesGiveASentence(String name) throws Exception {
        byte[] good = Files.readAllBytes(fixture(name));
        SplittableRandom random = new SplittableRandom(COPIES);
        int refused = 0;
        for (int attempt = 0; attempt < COPIES; attempt++) {
            byte[] broken = switch (attempt % 5) {
                case 0 -> Arrays.copyOf(good, random.nextInt(good.length));
                case 1 -> withNoise(good, random);
                case 2 -> withAnotherNumber(good, random);
                default -> withFlippedBits(good, random);
            };
            Path file = scratch.resolve(Path.of(name).getFileName());
            Files.deleteIfExists(file); // not in place: tensors of the last one may still be mapped
            refused += refused(Files.write(file, broken)) ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(COPIES / 5);
    }

    private static byte[] withFlippedBits(byte[] good, SplittableRandom random) {
        byte[] broken = good.clone();
        for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
            broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return broken;
    }

    /** Some bytes in the place of others, or between them. */
    private static byte[] withNoise(byte[] good, SplittableRandom random) {
        byte[] noise = new byte[random.nextInt(1, 17)];
        random.nextBytes(noise);
        int start = random.nextInt(good.length - noise.length);
        int end = start + (random.nextBoolean() ? noise.length : 0);
        return ByteBuffer.allocate(good.length - (end - start) + noise.length)
                .put(good, 0, start)
                .put(noise)
                .put(good, end, good.length - end)
                .array();
    }

    /** Shapes, offsets and lengths are digits in a safetensors header. */
    private static byte[] withAnotherNumber(byte[] good, SplittableRandom random) {
        int[] digits = IntStream.range(0, good.length)
                .filter(i -> Character.isDigit(good[i]))
                .toArray();
        byte[] broken = good.clone();
        int first = random.nextInt(digits.length);
        for (int i = first; i < digits.length && digits[i] - digits[first] == i - first; i++) {
            broken[digits[i]] = (byte) "-0123456789".charAt(random.nextInt(11));
        }
        return broken;
    }

    private boolean refused(Path file) throws IOException {
        try (WeightSource source = file.toString().endsWith(".safetensors")
                        ? new SafetensorsReader(file)
                        : new PytorchReader(file);
                NDManager passing = manager.newSubManager()) {
            source.names().forEach(name -> source.read(name, passing));
            return false;
        } catch (DamagedFileException | IllegalArgumentException | UncheckedIOException e) {
            assertThat(e).hasMessageContaining(file.toString());
            return true;
        }
    }
}
