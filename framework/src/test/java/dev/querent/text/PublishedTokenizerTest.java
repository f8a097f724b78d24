package dev.querent.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.testing.Golden;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a tokenizer is looked for, and what damaged or hostile files end in: a sentence with the file's name. */
class PublishedTokenizerTest {

    private static final List<String> BERT = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b");
    private static final byte[] NO_CHARSMAP = new byte[0];
    private static final byte[] GOOD_PIECES = bytes(
            piece("<pad>", 0, 3), piece("</s>", 0, 3), piece("<unk>", 0, 2), piece("\u2581", -2, 1), piece("a", -1, 1));

    @TempDir
    Path folder;

    private JsonTokenizer read(VocabularyFormat format) {
        return PublishedTokenizer.find(folder, new TokenizerLayout(List.of(), "", "", "", "", List.of("[DEC]"), format))
                .orElseThrow();
    }

    private void refused(VocabularyFormat format, String... parts) {
        assertThatThrownBy(() -> read(format))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
    }

    private void write(String file, String content) throws IOException {
        Files.writeString(folder.resolve(file), content);
    }

    private void writeBert() throws IOException {
        write("vocab.txt", String.join("\n", BERT) + "\n");
    }

    @Test
    void anEmptyFolderHasNone() {
        for (VocabularyFormat format : VocabularyFormat.values()) {
            TokenizerLayout layout = new TokenizerLayout(List.of(), "", "", "", "", List.of(), format);
            assertThat(PublishedTokenizer.find(folder, layout)).isEmpty();
            assertThat(PublishedTokenizer.find(folder.resolve("nowhere"), layout))
                    .isEmpty();
        }
    }

    @Test
    void aFileMayHaveAnyName() throws IOException {
        Path file = Files.writeString(folder.resolve("bert words"), String.join("\n", BERT));
        TokenizerLayout layout =
                new TokenizerLayout(List.of(), "", "", "", "", List.of("[DEC]"), VocabularyFormat.BERT);
        JsonTokenizer tokenizer = PublishedTokenizer.find(file, layout).orElseThrow();
        assertThat(tokenizer.encode("AB a")).containsExactly(2, 5, 6, 5, 3);
        assertThat(tokenizer.id("[DEC]")).isEqualTo(7);
        assertThat(tokenizer.size()).isEqualTo(8);
    }

    @Test
    void spacesAreTidiedUnlessTheSettingsSayNo() throws IOException {
        write("vocab.json", "{\"<pad>\": 0, \"</s>\": 1, \"\u0120\": 2, \".\": 3, \"Ċ\": 4}");
        write("merges.txt", "#version: 0.2\n");
        long[] ids = {1, 3, 2, 3, 4};
        assertThat(read(VocabularyFormat.OPT).decode(ids)).isEqualTo("..\n");
        write("tokenizer_config.json", "{\"clean_up_tokenization_spaces\": false}");
        assertThat(read(VocabularyFormat.OPT).decode(ids)).isEqualTo(". .\n");
        write("tokenizer_config.json", "{\"clean_up_tokenization_spaces\": 1}");
        refused(VocabularyFormat.OPT, "tokenizer_config.json: clean_up_tokenization_spaces: expected true or false");
    }

    @Test
    void charactersThatAreNoTextAreNoMistake() throws IOException {
        writeBert();
        assertThat(read(VocabularyFormat.BERT).encode("a \ud800 \udc00\ud83d a"))
                .startsWith(2, 5)
                .endsWith(5, 3);
    }

    @Test
    void damagedWordPieces() throws IOException {
        write("vocab.txt", "a\nb\na\n");
        refused(VocabularyFormat.BERT, "vocab.txt:3", "\"a\" again");
        write("vocab.txt", "");
        refused(VocabularyFormat.BERT, "vocab.txt", "[UNK]", "0 lines");
        Files.write(folder.resolve("vocab.txt"), new byte[] {'a', (byte) 0xff, '\n'});
        refused(VocabularyFormat.BERT, "vocab.txt", "UTF-8");
        writeBert();
        write("tokenizer_config.json", "{\"do_lower_case\": \"yes\"}");
        refused(VocabularyFormat.BERT, "tokenizer_config.json: do_lower_case: expected true or false, found \"yes\"");
        write("tokenizer_config.json", "{\"cls_token\": [1]}");
        refused(VocabularyFormat.BERT, "tokenizer_config.json: cls_token: expected a token, found [1]");
        write("tokenizer_config.json", "{\"added_tokens_decoder\": {\"90\": {\"content\": \"<x>\"}}}");
        refused(VocabularyFormat.BERT, "\"<x>\" with id 90; expected 7");
        write("tokenizer_config.json", "[".repeat(100_000));
        refused(VocabularyFormat.BERT, "tokenizer_config.json: expected a JSON object");
        write("tokenizer_config.json", "{}");
        write("added_tokens.json", "{\"<x>\": 7}");
        assertThat(read(VocabularyFormat.BERT).encodePlain("a<x>")).containsExactly(5, 7);
        write("added_tokens.json", "{\"<x>\": \"y\"}");
        refused(VocabularyFormat.BERT, "added_tokens.json: <x>: expected the id of a token");
    }

    @Test
    void aLargeFileIsNotRead() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("vocab.txt").toFile(), "rw")) {
            file.setLength(1L << 40); // holes: it takes no room
        }
        refused(VocabularyFormat.BERT, "vocab.txt: expected at most 50000000 bytes", "found " + (1L << 40));
    }

    @Test
    void damagedBytePairs() throws IOException {
        for (VocabularyFormat format : List.of(VocabularyFormat.OPT, VocabularyFormat.CLIP)) {
            write("vocab.json", "{\"<|endoftext|>\": 0, \"a\": 1, \"b\": 2, \"ab\": 3}");
            Files.deleteIfExists(folder.resolve("merges.txt"));
            refused(format, "merges.txt beside vocab.json, found none");
            write("merges.txt", "#version: 0.2\na b\na c\n");
            refused(format, "merges.txt:3: \"c\" isn't in vocab.json");
            write("merges.txt", "a b c\n");
            refused(format, "merges.txt:1: expected two tokens");
            write("merges.txt", "a b\n");
            write("vocab.json", "{\"a\": \"b\"}");
            refused(format, "vocab.json: expected tokens with their ids, found \"a\": \"b\"");
            write("vocab.json", "{\"a\": 0, \"b\": 1, \"ab\": 2147483647}");
            refused(format, "vocab.json", "expected a token and its id from 0 to 3999999");
            write("vocab.json", "[1]");
            refused(format, "vocab.json: expected a JSON object");
            write("vocab.json", "{\"a\": 0");
            refused(format, "vocab.json: expected a JSON object, found no JSON");
        }
    }

    @Test
    void damagedTokenizerJson() throws IOException {
        for (String json : List.of(
                "not json",
                "[]",
                "{}",
                "{\"model\": {\"vocab\": {\"a\": 0}, \"type\": \"Nonsense\"}}",
                "{\"model\": {\"vocab\": [1, 2]}}",
                "{\"model\": {\"vocab\": {\"a\": \"b\"}}}",
                "{\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": [1]}",
                "{\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": [{\"content\": \"b\", \"id\": 7}]}",
                "{\"model\": {\"vocab\": {\"a\": 0}}, \"normalizer\": {\"precompiled_charsmap\": 7}}")) {
            write("tokenizer.json", json);
            refused(VocabularyFormat.BERT, folder.resolve("tokenizer.json") + ": ", "expected");
        }
    }

    @Test
    void otherSentencePieceModels() throws IOException {
        byte[] trainer = message(2, bytes());
        byte[] normalizer = message(3, bytes());
        sentencePieces(GOOD_PIECES, trainer, normalizer);
        assertThat(read(VocabularyFormat.T5).encode("a a<extra_id_0>")).containsExactly(3, 4, 3, 4, 104, 1);
        sentencePieces(GOOD_PIECES, message(2, number(3, 2)), normalizer);
        refused(VocabularyFormat.T5, "spiece.model: expected a unigram model (type 1), found one of type 2");
        sentencePieces(GOOD_PIECES, message(2, number(35, 1)), normalizer);
        refused(VocabularyFormat.T5, "spiece.model: expected byte_fallback false");
        sentencePieces(GOOD_PIECES, trainer, message(3, number(3, 0)));
        refused(VocabularyFormat.T5, "spiece.model: expected add_dummy_prefix true");
        sentencePieces(GOOD_PIECES, trainer);
        refused(VocabularyFormat.T5, "spiece.model", "a part of it only");
        sentencePieces(GOOD_PIECES, piece("<0x00>", 0, 6), trainer, normalizer);
        refused(VocabularyFormat.T5, "spiece.model", "piece 5 \"<0x00>\" of score 0.0 and kind 6");
        sentencePieces(GOOD_PIECES, piece("b", Float.NaN, 1), trainer, normalizer);
        refused(VocabularyFormat.T5, "spiece.model", "finite score");
        sentencePieces(GOOD_PIECES, piece("a", 0, 1), trainer, normalizer);
        refused(VocabularyFormat.T5, "spiece.model", "\"a\" again as piece 5");
        sentencePieces(piece("a", 0, 1), trainer, normalizer);
        refused(VocabularyFormat.T5, "spiece.model", "one piece for unknown text");
        sentencePieces(GOOD_PIECES, trainer, normalizer);
        write("tokenizer_config.json", "{\"extra_ids\": 2000000000}");
        refused(VocabularyFormat.T5, "extra_ids: expected a whole number from 0 to 10000");
    }

    @Test
    void noSentencePieceModel() throws IOException {
        for (byte[] file : List.of(
                new byte[] {0x0a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f}, // a piece of 34 GB
                new byte[] {0x0a, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0x01}, // a length below zero
                new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}, // a number without an end
                new byte[] {0x08, 1}, // a number where a piece belongs
                new byte[] {0x0f}, // no such type
                new byte[] {0}, // no such field
                "PK\u0003\u0004 a zip file".getBytes(StandardCharsets.UTF_8))) {
            Files.write(folder.resolve("spiece.model"), file);
            refused(VocabularyFormat.T5, "spiece.model: cut short, or no sentencepiece model");
        }
        Files.write(folder.resolve("spiece.model"), NO_CHARSMAP);
        refused(VocabularyFormat.T5, "spiece.model");
    }

    @Test
    void aModelCutShortIsRefusedWhereverItEnds() throws IOException {
        byte[] whole = published();
        for (int length = 0; length < whole.length; length += 1 + whole.length / 300) {
            Files.write(folder.resolve("spiece.model"), Arrays.copyOf(whole, length));
            refused(VocabularyFormat.T5, "spiece.model");
        }
    }

    /** The native tokenizer would end the process, so that a defect here shows as a crash of the tests. */
    @Test
    void aDamagedNormalisationIsRefusedOrHarmless() throws IOException {
        Files.write(folder.resolve("spiece.model"), published());
        byte[] map = SentencePieceModel.read(folder.resolve("spiece.model")).charsmap();
        Charsmap.check(map);
        String text = "ﬁ e\u0301 ｆｕｌｌ ㈱ ﷺ ½ " + new String(Character.toChars(0x1f600)) + " ά й が 각 \u00a0\u2028\u0000";
        SplittableRandom random = new SplittableRandom(5);
        int refused = 0;
        for (int round = 0; round < 150; round++) {
            byte[] damaged = map.clone();
            for (int i = 0; i < (round % 2 == 0 ? 1 : 200); i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                Charsmap.check(damaged);
            } catch (IllegalArgumentException e) {
                refused++;
                continue;
            }
            sentencePieces(GOOD_PIECES, message(2, bytes()), message(3, message(2, damaged)));
            assertThat(read(VocabularyFormat.T5).encode(text)).isNotEmpty();
        }
        assertThat(refused).isBetween(20, 140);
    }

    @Test
    void anOutrageousNormalisationIsRefused() throws IOException {
        ByteBuffer map = ByteBuffer.allocate(13).order(ByteOrder.LITTLE_ENDIAN);
        map.putInt(8).putInt(0xffff0000).putInt(0).put((byte) 0);
        sentencePieces(GOOD_PIECES, message(2, bytes()), message(3, message(2, map.array())));
        refused(VocabularyFormat.T5, "spiece.model: precompiled_charsmap", "damaged");
        sentencePieces(
                GOOD_PIECES,
                message(2, bytes()),
                message(3, message(2, Arrays.copyOf(new byte[] {-1, -1, -1, -1}, 40))));
        refused(VocabularyFormat.T5, "spiece.model: precompiled_charsmap", "damaged");
        write(
                "tokenizer.json",
                "{\"added_tokens\": [], \"model\": {\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"a\", 0]]},"
                        + " \"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Precompiled\","
                        + " \"precompiled_charsmap\": \"" + Base64.getEncoder().encodeToString(map.array()) + "\"}]}}");
        refused(VocabularyFormat.T5, "tokenizer.json: precompiled_charsmap", "damaged");
    }

    private byte[] published() throws IOException {
        Path file = Golden.folder(getClass(), "/dev/querent/text/tokenizers").resolve("t5/spiece.model.gz");
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    private void sentencePieces(byte[]... parts) throws IOException {
        Files.write(folder.resolve("spiece.model"), bytes(parts));
    }

    private static byte[] piece(String text, float score, int kind) {
        ByteBuffer bits = ByteBuffer.allocate(5).order(ByteOrder.LITTLE_ENDIAN);
        return message(
                1,
                bytes(
                        message(1, text.getBytes(StandardCharsets.UTF_8)),
                        bits.put((byte) (2 << 3 | 5)).putFloat(score).array(),
                        number(3, kind)));
    }

    private static byte[] message(int field, byte[] content) {
        return bytes(varint(field << 3 | 2), varint(content.length), content);
    }

    private static byte[] number(int field, long value) {
        return bytes(varint(field << 3), varint(value));
    }

    private static byte[] varint(long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long left = value;
        for (; left > 127; left >>>= 7) {
            out.write((int) (left & 127 | 128));
        }
        out.write((int) left);
        return out.toByteArray();
    }

    private static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
