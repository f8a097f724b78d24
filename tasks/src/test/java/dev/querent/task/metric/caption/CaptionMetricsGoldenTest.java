package dev.querent.task.metric.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Captions scored by coco-caption's own code (src/test/python/make_caption_golden.py says how) are scored the same here. */
class CaptionMetricsGoldenTest {

    private static JsonNode json(String name) {
        try (InputStream in = Objects.requireNonNull(CaptionMetricsGoldenTest.class.getResourceAsStream(name), name)) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::stringValue).toList();
    }

    private static List<TokenizedCaption> captions(JsonNode set) {
        CaptionTokenizer tokenizer = set.path("already_tokenised").booleanValue() ? texts -> texts : new PtbTokenizer();
        return set.path("images")
                .valueStream()
                .map(image -> new TokenizedCaption(
                        tokenizer
                                .tokenize(List.of(image.path("candidate").stringValue()))
                                .get(0),
                        tokenizer.tokenize(texts(image.path("refs")))))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "clipscore-bad",
                "clipscore-good",
                "coco-debug10",
                "coco-fakecap-subset",
                "coco-leave-one-out600",
                "hard",
                "nlgeval-example",
                "nlgeval-unit1",
                "nlgeval-unit2",
                "nlgeval-unit3"
            })
    void corpusAndEachImageScoreAsInCocoCaption(String name) {
        JsonNode set = json("cap-" + name + ".json");
        List<TokenizedCaption> captions = captions(set);
        double[] bleu = Bleu.score(captions);
        CiderD cider = CiderD.of(captions);
        for (int n = 1; n <= 4; n++) {
            assertThat(bleu[n - 1])
                    .as("BLEU-" + n)
                    .isCloseTo(set.path("corpus").path("Bleu_" + n).doubleValue(), within(1e-9));
        }
        assertThat(RougeL.score(captions))
                .isCloseTo(set.path("corpus").path("ROUGE_L").doubleValue(), within(1e-9));
        assertThat(cider.score(captions))
                .isCloseTo(set.path("corpus").path("CIDEr").doubleValue(), within(1e-9));
        JsonNode each = set.path("per-image");
        for (int i = 0; i < captions.size(); i++) {
            TokenizedCaption caption = captions.get(i);
            double[] own = Bleu.score(List.of(caption));
            for (int n = 1; n <= 4; n++) {
                assertThat(own[n - 1])
                        .as("BLEU-%d of image %d", n, i)
                        .isCloseTo(each.path("Bleu_" + n).path(i).doubleValue(), within(1e-8));
            }
            assertThat(RougeL.score(caption))
                    .as("ROUGE-L of image " + i)
                    .isCloseTo(each.path("ROUGE_L").path(i).doubleValue(), within(1e-8));
            assertThat(cider.score(caption))
                    .as("CIDEr-D of image " + i)
                    .isCloseTo(each.path("CIDEr").path(i).doubleValue(), within(1e-8));
        }
    }

    /** What the notebook of coco-caption (3a9afb26) prints for its 1,000 fake captions. */
    @Test
    void publishedTotalsGiveThePublishedBleu() {
        double[] bleu =
                Bleu.scores(new long[] {5732, 2510, 1043, 423}, new long[] {9893, 8893, 7893, 6893}, 9893, 9855);
        assertThat(bleu).containsExactly(new double[] {0.579400, 0.404391, 0.278536, 0.190829}, within(5e-7));
    }

    @Test
    void captionsAreCutAsThePtbTokenizerCutsThem() {
        JsonNode all = json("ptb-coco.json").path("texts");
        assertThat(all).hasSize(150);
        all.forEach(it -> assertThat(PtbTokenizer.tokens(it.path("text").stringValue(), ""))
                .isEqualTo(it.path("tokens").stringValue()));
    }

    @Test
    void hardTextsAreCutAsThePtbTokenizerCutsThem() {
        json("ptb-hard.json")
                .forEach(it -> assertThat(PtbTokenizer.tokens(it.path("text").stringValue(), "The end"))
                        .as(it.path("text").stringValue())
                        .isEqualTo(it.path("tokens").stringValue()));
    }

    @Test
    void aLineEndInACaptionIsABlank() {
        assertThat(PtbTokenizer.tokens("A dog\nruns\r\nfast\u2028now.", "")).isEqualTo("a dog runs fast now");
        assertThat(PtbTokenizer.tokens(" \n", "")).isEmpty();
    }

    @Test
    void textsOfAnyLengthAndKindAreCut() {
        for (String part : List.of(
                "a", "a-", "a.", "a'", "(555) ", "<a ", "<!a", "!", "a@", "a_", "1,", "\ud83d", "'s", "A&", "\u0301")) {
            PtbTokenizer.tokens(part.repeat((1 << 16) / part.length()), ""); // no stack overflow, no endless search
        }
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder();
            random.ints(30, 0, 0x3000).forEach(c -> text.append((char) c));
            String tokens = PtbTokenizer.tokens(text.toString(), "");
            assertThat(tokens).doesNotContain("  ").isEqualTo(tokens.strip());
        }
    }

    @Test
    void theOrderOfCaptionsAndReferencesDoesNotMatter() {
        List<TokenizedCaption> captions = captions(json("cap-coco-debug10.json"));
        List<TokenizedCaption> shuffled = new ArrayList<>(captions.stream()
                .map(it -> {
                    List<String> references = new ArrayList<>(it.references());
                    Collections.reverse(references);
                    return new TokenizedCaption(it.candidate(), references);
                })
                .toList());
        Collections.reverse(shuffled);
        assertThat(Bleu.score(shuffled)).containsExactly(Bleu.score(captions), within(1e-12));
        assertThat(RougeL.score(shuffled)).isCloseTo(RougeL.score(captions), within(1e-12));
        assertThat(CiderD.of(shuffled).score(shuffled))
                .isCloseTo(CiderD.of(captions).score(captions), within(1e-12));
    }

    @Test
    void aReferenceRepeatedScoresFullMarks() {
        List<TokenizedCaption> perfect = IntStream.range(0, 5)
                .mapToObj(i -> "token" + i + " of the caption number " + i)
                .map(text -> new TokenizedCaption(text, List.of(text)))
                .toList();
        for (double bleu : Bleu.score(perfect)) {
            assertThat(bleu).isCloseTo(1, within(1e-8));
        }
        assertThat(RougeL.score(perfect)).isEqualTo(1);
        assertThat(CiderD.of(perfect).score(perfect)).isCloseTo(10, within(1e-9));
    }

    @Test
    void documentFrequenciesMayComeFromAnotherCorpus() {
        TokenizedCaption caption = new TokenizedCaption("a dog runs fast", List.of("a dog runs fast"));
        assertThat(CiderD.of(List.of(caption)).score(caption)).isZero(); // nothing is rare among one image
        CiderD rare = new CiderD(List.of(List.of("a dog runs fast"), List.of("two cats sleep here now")));
        assertThat(rare.score(caption)).isCloseTo(10, within(1e-9));
    }

    @Test
    void nothingToScoreIsSaid() {
        assertThatThrownBy(() -> Bleu.score(List.of())).hasMessage("no captions to score");
        assertThatThrownBy(() -> RougeL.score(List.of())).hasMessage("no captions to score");
        assertThatThrownBy(() -> CiderD.of(List.of())).hasMessage("no captions to score");
        assertThatThrownBy(() -> new TokenizedCaption("a", List.of())).hasMessageContaining("without references");
    }
}
