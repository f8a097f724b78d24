package dev.querent.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.evaluation.PixelBatch;
import dev.querent.generation.DecodingConfig;
import dev.querent.generation.EarlyStopping;
import dev.querent.generation.GeneratedTokens;
import dev.querent.generation.Generator;
import dev.querent.generation.Sampling;
import dev.querent.model.Captioner;
import dev.querent.model.TextDecoder;
import dev.querent.nn.AttentionMask;
import dev.querent.nn.Tensors;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlipGoldenTest {

    private static final Map<String, DecodingConfig> METHODS = Map.of(
            "greedy", new DecodingConfig(1, 1, 0, 9),
            "beams", new DecodingConfig(3, 1, 0, 9),
            "long", new DecodingConfig(5, 2, 4, 9));
    private static final Map<String, String> PROMPTS = Map.of("bare", "", "prompted", "a picture of ");
    private static final long END = 3;

    private static Blip read(PublishedFolder folder) {
        return (Blip) folder.models("captioner", "blip").captioner(folder.manager());
    }

    /** The weights of BLIP's own file, which has no sizes. */
    private static Blip readOriginal(PublishedFolder folder) {
        String settings =
                "{vision: {image-size: 15, patch-size: 5, width: 10, layers: 2, heads: 2, mlp: 9, epsilon: 1e-3},"
                        + " text: {vocabulary-size: 23, max-positions: 17, width: 12, layers: 3, heads: 3, mlp: 14},"
                        + " tokenizer: \"" + folder.path() + "\"}";
        return (Blip) folder.models("captioner", "blip-large", folder.path().resolve("blip.pth"), settings)
                .captioner(folder.manager());
    }

    @ParameterizedTest
    @ValueSource(strings = {"blip-three", "blip-one"})
    void featuresAndScoresAreTransformers(String name) {
        try (PublishedFolder folder = new PublishedFolder(name)) {
            Golden golden = folder.golden();
            Blip model = read(folder);
            NDArray features = model.features(golden.tensor("pixels"));
            golden.check("features", features);
            golden.check("logits", logits(folder, model.decoder(), features));
        }
    }

    /** Of all tokens at once, padding included. */
    private static NDArray logits(PublishedFolder folder, BlipDecoder decoder, NDArray features) {
        long[][] ids = folder.golden().longs("ids");
        NDArray embedded = decoder.embed(folder.manager(), ids, 0);
        NDArray mask = AttentionMask.causal(folder.manager(), folder.golden().longs("mask"), ids[0].length);
        int[] rows = IntStream.range(0, ids.length).toArray();
        return decoder.scores(decoder.forward(embedded, mask, decoder.look(features), rows, List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"blip-three", "blip-one"})
    void captionsAreTransformersTokenForToken(String name) {
        try (PublishedFolder folder = new PublishedFolder(name)) {
            Blip model = read(folder);
            PROMPTS.forEach((kind, prompt) -> METHODS.forEach((method, config) -> {
                int given = 1 + model.tokenizer().encodePlain(prompt).length; // [DEC] and prompt
                List<List<Long>> expected = Arrays.stream(folder.golden().longs(kind + "." + method))
                        .map(ids -> untilEnd(Arrays.copyOfRange(ids, given, ids.length)))
                        .toList();
                assertThat(captions(folder, model, prompt, config))
                        .as(kind + " " + method)
                        .isEqualTo(expected);
            }));
        }
    }

    @Test
    void blipsOwnFilesGiveTheSame() {
        try (PublishedFolder folder = new PublishedFolder("blip-three")) {
            Blip model = readOriginal(folder);
            folder.golden().check("features", model.features(folder.golden().tensor("pixels")));
            folder.golden()
                    .check(
                            "logits",
                            logits(folder, model.decoder(), folder.golden().tensor("features")));
        }
    }

    private static List<List<Long>> captions(
            PublishedFolder folder, Captioner model, String prompt, DecodingConfig config) {
        try (TextDecoder decoder = model.decoder(folder.golden().tensor("pixels"), prompt)) {
            assertThat(decoder.endToken()).isEqualTo(END);
            return new Generator(config)
                    .generate(decoder).stream()
                            .map(GeneratedTokens::tokens)
                            .map(BlipGoldenTest::untilEnd)
                            .toList();
        }
    }

    private static List<Long> untilEnd(long[] ids) {
        return Arrays.stream(ids).takeWhile(id -> id != END).boxed().toList();
    }

    @Test
    void tokensFedOneByOneScoreAsAllAtOnceWhateverRowsDo() {
        try (PublishedFolder folder = new PublishedFolder("blip-three")) {
            Golden golden = folder.golden();
            NDArray expected = golden.tensor("logits");
            long[][] ids = golden.longs("ids");
            try (TextDecoder decoder = read(folder).decoder(golden.tensor("pixels"), "")) {
                check(expected, new int[] {0, 1, 2}, 0, decoder);
                int[] images = {2, 0, 0, 2, 2}; // row 1 is dropped, the others are copied, unequally often
                decoder.select(images);
                for (int t = 1; t < ids[0].length; t++) {
                    int at = t;
                    decoder.feed(
                            Arrays.stream(images).mapToLong(row -> ids[row][at]).toArray());
                    check(expected, images, t, decoder);
                }
            }
        }
    }

    private static void check(NDArray logits, int[] rows, int position, TextDecoder decoder) {
        NDArray column = Tensors.slice(logits, 1, position, position + 1).squeeze(1); // (B, V)
        Golden.assertClose(
                "after token " + position,
                Tensors.selectRows(column, rows),
                decoder.logits(),
                Golden.ABSOLUTE,
                Golden.RELATIVE);
    }

    @Test
    void samplesOfAnImageComeFromTheNucleusOfTransformersScores() {
        double share = 0.6;
        Sampling nucleus = new Sampling(1, 0, share, 1);
        DecodingConfig config =
                new DecodingConfig(1, 1, 0, 1, 1, EarlyStopping.FALSE, 200, Optional.of(nucleus)); // a token a caption
        try (PublishedFolder folder = new PublishedFolder("blip-three");
                TextDecoder decoder = read(folder).decoder(folder.golden().tensor("pixels"), "")) {
            List<List<GeneratedTokens>> samples = new Generator(config).generate(decoder, 0);
            NDArray logits = Tensors.slice(folder.golden().tensor("logits"), 1, 0, 1);
            for (int image = 0; image < 3; image++) {
                Set<Long> drawn = new TreeSet<>();
                samples.get(image).forEach(text -> drawn.add(text.ended() ? END : text.tokens()[0]));
                float[] probabilities =
                        Tensors.selectRows(logits, image).softmax(-1).toFloatArray();
                assertThat(drawn).as("image " + image).isEqualTo(nucleus(probabilities, share));
            }
        }
    }

    private static Set<Long> nucleus(float[] probabilities, double share) {
        List<Integer> likeliest = IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparing(token -> -probabilities[token]))
                .toList();
        Set<Long> nucleus = new TreeSet<>();
        double sum = 0;
        for (int i = 0; sum < share; i++) {
            nucleus.add((long) likeliest.get(i));
            sum += probabilities[likeliest.get(i)];
        }
        return nucleus;
    }

    @Test
    void captionsAreWordsBehindTheCaptionersOwnPrompt() {
        try (PublishedFolder folder = new PublishedFolder("blip-three")) {
            Captioner model = read(folder);
            assertThat(model.prompt()).isEqualTo("a picture of");
            TextDecoder decoder = model.decoder(folder.golden().tensor("pixels"), model.prompt());
            List<String> captions = new Generator(METHODS.get("greedy")).texts(decoder, model.tokenizer(), 0);
            assertThat(captions).containsExactly("", "and and and and", ""); // ids 16 16 16 16, as in prompted.greedy
        }
    }

    @Test
    void aPictureIsSeenWhole() {
        try (PublishedFolder folder = new PublishedFolder("blip-three")) {
            Blip model = read(folder);
            NDManager manager = folder.manager();
            float[] dark = PixelBatch.of(manager, model.transform(), List.of(PublishedFolder.picture(0)))
                    .toFloatArray();
            NDArray light = PixelBatch.of(manager, model.transform(), List.of(PublishedFolder.picture(255)));
            assertThat(light.getShape()).isEqualTo(new Shape(1, 3, 15, 15));
            assertThat(light.toFloatArray()).isNotEqualTo(dark);
        }
    }

    @Test
    void aClosedDecoderLeavesNothingBehind() {
        try (PublishedFolder folder = new PublishedFolder("blip-one");
                NDManager call = Torch.newManager()) {
            Blip model = read(folder);
            int parameters = folder.manager().getManagedArrays().size();
            NDArray pixels = folder.golden().tensor("pixels");
            pixels.attach(call);
            try (TextDecoder decoder = model.decoder(pixels, "dog")) {
                decoder.feed(new long[] {7});
            }
            assertThat(call.getManagedArrays()).containsExactly(pixels);
            assertThat(folder.manager().getManagedArrays()).hasSize(parameters);
        }
    }

    @ParameterizedTest
    @CsvSource({"blip-three, bf16", "blip-three, fp16", "blip-one, bf16", "blip-one, fp16"})
    void scoresIn16BitsAreTransformers(String name, String word) {
        try (PublishedFolder folder = new PublishedFolder(name)) {
            Precision precision = Precision.of(word).orElseThrow();
            Captioner model = folder.models("captioner", "blip", folder.path(), "{precision: " + word + "}")
                    .captioner(folder.manager());
            assertThat(model.parameters().list()).noneMatch(parameter -> parameter.getDataType() == DataType.FLOAT32);
            try (TextDecoder decoder = model.decoder(folder.golden().tensor("pixels"), "")) {
                folder.golden().check(precision, "first", decoder.logits());
            }
        }
    }

    @Test
    void aCaptionLongerThanThePositionsIsRefused() {
        try (PublishedFolder folder = new PublishedFolder("blip-one")) {
            Blip model = read(folder);
            NDArray pixels = folder.golden().tensor("pixels");
            assertThatThrownBy(() -> model.decoder(pixels, "a a a a a a a a a a a a a"))
                    .hasMessageContaining("the caption has 14 tokens")
                    .hasMessageContaining("has 13 positions");
        }
    }
}
