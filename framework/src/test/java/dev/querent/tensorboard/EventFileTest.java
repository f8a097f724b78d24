package dev.querent.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The goldens come from TensorBoard's own writer: {@code make_fixtures.py} beside them. */
class EventFileTest {

    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_250L), ZoneOffset.UTC);

    @TempDir
    private Path folder;

    @Test
    void aSessionHasTheBytesOfTensorBoardsWriter() throws IOException {
        Map<String, Double> some = new LinkedHashMap<>();
        some.put("loss", 2.5);
        some.put("gradient-norm", Double.POSITIVE_INFINITY);
        Map<String, Double> odd = new LinkedHashMap<>();
        odd.put("perte-é", -1e-30);
        odd.put("itm", Double.NaN);
        odd.put("zero", 0.0);
        EventFile events = EventFile.begin(folder, 300, CLOCK);
        events.write(310, "training", some);
        events.write(5_000_000_000L, "training", odd);
        assertThat(folder.resolve("events.out.tfevents.00000001")).hasBinaryContent(golden("session.golden"));
    }

    @Test
    void resultsHaveTheBytesOfTensorBoardsWriter() throws IOException {
        assertThat(EventFile.ofResults(Map.of("accuracy", 0.625), CLOCK)).isEqualTo(golden("results.golden"));
    }

    @Test
    void theConfigurationHasTheBytesOfTensorBoardsWriter() throws IOException {
        assertThat(EventFile.ofConfiguration("name: größe\n" + "note: long\n".repeat(20), CLOCK))
                .isEqualTo(golden("configuration.golden"));
    }

    @Test
    void aSessionLeavesATornRecordAsItIsAndWritesBehindItsFile() throws IOException {
        EventFile.begin(folder, 0, CLOCK).write(10, "training", Map.of("loss", 1.0));
        Path first = folder.resolve("events.out.tfevents.00000001");
        byte[] whole = Files.readAllBytes(first);
        byte[] torn = java.util.Arrays.copyOf(whole, whole.length - 3);
        Files.write(first, torn);
        Files.writeString(EventFile.results(folder), "");
        EventFile.begin(folder, 0, CLOCK).write(10, "training", Map.of("loss", 1.0));
        assertThat(first).hasBinaryContent(torn);
        assertThat(folder.resolve("events.out.tfevents.00000002")).hasBinaryContent(whole);
        assertThat(names())
                .as("sessions in their order, then the results, as TensorBoard sorts them")
                .containsExactly(
                        "events.out.tfevents.00000001", "events.out.tfevents.00000002", "events.out.tfevents.results");
    }

    @Test
    void aNumberIsGivenOnceEvenIfEarlierFilesWereDeleted() throws IOException {
        EventFile.begin(folder, 0, CLOCK);
        EventFile.begin(folder, 0, CLOCK);
        Files.delete(folder.resolve("events.out.tfevents.00000001"));
        EventFile.begin(folder, 0, CLOCK);
        assertThat(names()).containsExactly("events.out.tfevents.00000002", "events.out.tfevents.00000003");
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() throws IOException {
        EventFile events = EventFile.begin(folder, 0, CLOCK);
        Path file = folder.resolve("events.out.tfevents.00000001");
        Files.delete(file);
        assertThatThrownBy(() -> events.write(1, "training", Map.of("loss", 1.0)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file.toString());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream stream = EventFileTest.class.getResourceAsStream(name)) {
            assertThat(stream).as(name).isNotNull();
            return stream.readAllBytes();
        }
    }
}
