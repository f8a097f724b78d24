package dev.querent.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.random.RunSeed;
import dev.querent.torch.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {

    @TempDir
    private Path folder;

    private Path file(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json).put(data);
        return Files.write(folder.resolve("weights.safetensors"), bytes.array());
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        Path file = folder.resolve("round.safetensors");
        try (NDManager manager = Torch.newManager()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("matrix", manager.create(new float[] {1, -2, 3.5f, 0, Float.MIN_VALUE, 6}, new Shape(2, 3)));
            tensors.put("scalar", manager.create(0.07f));
            tensors.put(
                    "transposed",
                    manager.create(new float[][] {{1, 2, 3}, {4, 5, 6}}).transpose());
            SafetensorsWriter.write(file, tensors, Map.of("format", "pt"));
            try (SafetensorsReader reader = new SafetensorsReader(file)) {
                assertThat(reader.metadata()).containsEntry("format", "pt");
                assertThat(reader.names()).containsExactly("matrix", "scalar", "transposed");
                assertThat(reader.shape("scalar").orElseThrow()).isEmpty();
                assertThat(reader.read("matrix", manager).toFloatArray())
                        .containsExactly(1, -2, 3.5f, 0, Float.MIN_VALUE, 6);
                assertThat(reader.read("scalar", manager).getFloat()).isEqualTo(0.07f);
                assertThat(reader.read("transposed", manager).toFloatArray()).containsExactly(1, 4, 2, 5, 3, 6);
            }
        }
    }

    @Test
    void halfPrecisionIsWrittenAsItIs() throws IOException {
        Path file = folder.resolve("halves.safetensors");
        try (NDManager manager = Torch.newManager()) {
            NDArray values = manager.create(new float[] {1, -2, 0.5f, 3}, new Shape(2, 2));
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("b", Precision.BF16.copy(manager, values));
            tensors.put("h", Precision.FP16.copy(manager, values).get(1)); // a view
            SafetensorsWriter.write(file, tensors, Map.of());
            try (SafetensorsReader reader = new SafetensorsReader(file)) {
                assertThat(reader.read("b", manager).toFloatArray()).containsExactly(1, -2, 0.5f, 3);
                assertThat(reader.read("h", manager).toFloatArray()).containsExactly(0.5f, 3);
            }
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .contains("\"dtype\":\"BF16\"")
                    .contains("\"dtype\":\"F16\"");
        }
    }

    @Test
    void halfPrecisionIsWidenedExactly() throws IOException {
        // fp16: 1, -2, the largest finite, the smallest subnormal, infinity; bf16: 1, -2
        byte[] data = ByteBuffer.allocate(14)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 0x3C00)
                .putShort((short) 0xC000)
                .putShort((short) 0x7BFF)
                .putShort((short) 0x0001)
                .putShort((short) 0x7C00)
                .putShort((short) 0x3F80)
                .putShort((short) 0xC000)
                .array();
        Path file = file(
                "{\"h\":{\"dtype\":\"F16\",\"shape\":[5],\"data_offsets\":[0,10]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2,1],\"data_offsets\":[10,14]}}",
                data);
        try (SafetensorsReader reader = new SafetensorsReader(file);
                NDManager manager = Torch.newManager()) {
            assertThat(reader.read("h", manager).toFloatArray())
                    .containsExactly(1, -2, 65504, 0x1p-24f, Float.POSITIVE_INFINITY);
            assertThat(reader.read("b", manager).toFloatArray()).containsExactly(1, -2);
        }
    }

    @Test
    void largeTensorsStayInTheFileAndWhatIsWrittenToThemDoesNot() throws IOException {
        Path file = folder.resolve("large.safetensors");
        int count = (1 << 18) + 1; // 1 MiB and 4 bytes
        try (NDManager manager = Torch.newManager()) {
            NDArray large = manager.arange((float) count);
            SafetensorsWriter.write(file, Map.of("large", large, "small", large.get("1:4")), Map.of());
            byte[] before = Files.readAllBytes(file);
            NDArray mapped;
            NDArray halved;
            NDArray small;
            try (SafetensorsReader reader = new SafetensorsReader(file)) {
                mapped = reader.read("large", manager);
                halved = reader.read("large", manager, Precision.BF16);
                small = reader.read("small", manager);
            }
            assertThat(maps()).contains(file.toString());
            Torch.copy(mapped.onesLike(), mapped);
            assertThat(mapped.getFloat(count - 1)).isEqualTo(1);
            assertThat(Files.readAllBytes(file)).isEqualTo(before);
            mapped.close();
            assertThat(maps()).as("copies don't hold the file").doesNotContain(file.toString());
            assertThat(small.toFloatArray()).containsExactly(1, 2, 3);
            assertThat(halved.toType(DataType.FLOAT32, true).getFloat(257)).isEqualTo(256); // 8 bits of mantissa
        }
    }

    private static String maps() throws IOException {
        return Files.readString(Path.of("/proc/self/maps"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void valuesMayLieAtAnyByte(int blanks) throws IOException {
        byte[] data = ByteBuffer.allocate(1 + 8 + 2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 1)
                .putFloat(0.1f)
                .putFloat(-7)
                .putShort((short) 0x3F80)
                .array();
        Path file = file(
                "{\"u\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                        + "\"f\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[1,9]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[9,11]}}" + " ".repeat(blanks),
                data);
        try (SafetensorsReader reader = new SafetensorsReader(file);
                NDManager manager = Torch.newManager()) {
            assertThat(reader.read("f", manager).toFloatArray()).containsExactly(0.1f, -7);
            assertThat(reader.read("b", manager).toFloatArray()).containsExactly(1);
        }
    }

    @Test
    void damagedFilesAreRefusedWithTheReason() throws IOException {
        String good = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
        refused(file(good, new byte[7]), "truncated");
        refused(
                file("{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", new byte[8]),
                "needs 12 bytes");
        refused(file("{\"w\":{\"dtype\":\"Q9\",\"shape\":[2],\"data_offsets\":[0,8]}}", new byte[8]), "Q9");
        refused(file("{\"w\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}}", new byte[8]), "negative");
        refused(
                file(
                        "{\"w\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}",
                        new byte[8]),
                "larger than any memory");
        refused(file("{\"w\":", new byte[8]), "not JSON");
        refused(file("[]", new byte[8]), "not a JSON object");
        refused(Files.write(folder.resolve("short"), new byte[3]), "3 bytes");
        byte[] endless = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(Long.MAX_VALUE)
                .array();
        refused(Files.write(folder.resolve("endless"), endless), "header claims");
    }

    private static void refused(Path file, String reason) {
        assertThatThrownBy(() -> new SafetensorsReader(file))
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(reason);
    }

    @Test
    void everyMismatchIsListedAtOnce() throws IOException {
        Path file = file(
                "{\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"extra\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
                new byte[12]);
        try (SafetensorsReader reader = new SafetensorsReader(file);
                NDManager manager = Torch.newManager()) {
            ParameterScope scope = ParameterScope.reading(manager, reader, new RunSeed(0));
            scope.child("a").parameter("weight", Initializer.zeros(), 3);
            scope.child("a").parameter("bias", Initializer.zeros(), 3);
            assertThatThrownBy(scope::finish)
                    .isInstanceOf(WeightsMismatchException.class)
                    .hasMessageContaining("a.weight: expected [3], found [2]")
                    .hasMessageContaining("a.bias is missing")
                    .hasMessageContaining("extra is not part of the model");
        }
    }

    @Test
    void initialValuesDependOnSeedAndNameAlone() {
        try (NDManager manager = Torch.newManager()) {
            ParameterScope first = ParameterScope.initialised(manager, new RunSeed(1));
            NDArray a = first.parameter("a", new Initializer.Normal(1), 50);
            NDArray b = first.parameter("b", new Initializer.Normal(1), 50);
            ParameterScope second = ParameterScope.initialised(manager, new RunSeed(1));
            NDArray bAgain = second.parameter("b", new Initializer.Normal(1), 50);
            NDArray other =
                    ParameterScope.initialised(manager, new RunSeed(2)).parameter("b", new Initializer.Normal(1), 50);
            assertThat(b.toFloatArray()).isEqualTo(bAgain.toFloatArray());
            assertThat(b.toFloatArray()).isNotEqualTo(a.toFloatArray());
            assertThat(b.toFloatArray()).isNotEqualTo(other.toFloatArray());
        }
    }
}
