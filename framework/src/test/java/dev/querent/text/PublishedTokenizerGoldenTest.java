package dev.querent.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.testing.Golden;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ids and decoded texts of some 3,000 lines against transformers', from {@code tokenizer.json} and from vocabulary files. */
class PublishedTokenizerGoldenTest {

    private static final String JSON = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";
    private static final int CUT = 8;

    private final Path fixtures = Golden.folder(getClass(), "/dev/querent/text/tokenizers");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void vocabularyFilesGiveTransformersTokens(VocabularyFormat format) throws IOException {
        unpack(format);
        Files.delete(folder.resolve(JSON));
        check(format);
    }

    @ParameterizedTest
    @EnumSource
    void aTokenizerJsonGivesTransformersTokensAndWins(VocabularyFormat format) throws IOException {
        unpack(format);
        for (String file : format.files()) {
            Files.writeString(folder.resolve(file), "no vocabulary");
        }
        check(format);
    }

    @ParameterizedTest
    @EnumSource
    void settingsBesideAVocabularyCount(VocabularyFormat format) throws IOException {
        unpack(format);
        Files.delete(folder.resolve(JSON));
        Files.deleteIfExists(folder.resolve("special_tokens_map.json"));
        for (JsonNode variant : golden(format).path("variants")) {
            Files.writeString(folder.resolve(CONFIG), variant.path("config").stringValue());
            JsonTokenizer tokenizer = tokenizer(format);
            checkLines(variant.path("config").stringValue(), variant.path("ids"), line -> crc(tokenizer.encode(line)));
        }
    }

    private void check(VocabularyFormat format) throws IOException {
        JsonNode golden = golden(format);
        JsonTokenizer tokenizer = tokenizer(format);
        assertThat(tokenizer.size()).isEqualTo(golden.path("size").intValue());
        List<String> lines = lines();
        for (int i = 0; i < golden.path("first").size(); i++) {
            assertThat(tokenizer.encode(lines.get(i)))
                    .isEqualTo(longs(golden.path("first").get(i)));
        }
        checkLines("ids", golden.path("ids"), line -> crc(tokenizer.encode(line)));
        checkLines("cut ids", golden.path("cut"), line -> crc(tokenizer.encode(line, CUT)));
        if (format != VocabularyFormat.CLIP) { // which writes no text
            checkLines("decoded text", golden.path("decoded"), line -> crc(tokenizer.decode(tokenizer.encode(line))));
            golden.path("random")
                    .forEach(row -> assertThat(tokenizer.decode(longs(row.get(0))))
                            .as(row.get(0).toString())
                            .isEqualTo(row.get(1).stringValue()));
        }
    }

    private void checkLines(String what, JsonNode expected, Function<String, String> actual) throws IOException {
        String sums = expected.stringValue();
        List<String> lines = lines();
        assertThat(sums).hasSize(4 * lines.size());
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!actual.apply(lines.get(i)).equals(sums.substring(4 * i, 4 * i + 4))) {
                wrong.add(i + ": " + JsonMapper.shared().writeValueAsString(lines.get(i)));
            }
        }
        assertThat(wrong).as(what).isEmpty();
    }

    private JsonTokenizer tokenizer(VocabularyFormat format) {
        return PublishedTokenizer.find(folder, layout(format)).orElseThrow();
    }

    private static TokenizerLayout layout(VocabularyFormat format) {
        return new TokenizerLayout(List.of(), "", "", "", "", List.of(), format);
    }

    private List<String> lines() throws IOException {
        return StreamSupport.stream(json(fixtures.resolve("lines.json.gz")).spliterator(), false)
                .map(JsonNode::stringValue)
                .toList();
    }

    private JsonNode golden(VocabularyFormat format) throws IOException {
        return json(fixture(format).resolve("golden.json.gz"));
    }

    private Path fixture(VocabularyFormat format) {
        return fixtures.resolve(format.name().toLowerCase(Locale.ROOT));
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.shared().readTree(new String(unzipped(file), StandardCharsets.UTF_8));
    }

    private void unpack(VocabularyFormat format) throws IOException {
        try (Stream<Path> files = Files.list(fixture(format))) {
            for (Path file : files.toList()) {
                Files.write(folder.resolve(file.getFileName().toString().replace(".gz", "")), unzipped(file));
            }
        }
    }

    private static byte[] unzipped(Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    private static long[] longs(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToLong(JsonNode::longValue)
                .toArray();
    }

    private static String crc(long[] ids) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long id : ids) {
            bytes.putInt((int) id);
        }
        return crc(bytes.array());
    }

    private static String crc(String text) {
        return crc(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return String.format(Locale.ROOT, "%04x", crc.getValue() & 0xffff);
    }
}
