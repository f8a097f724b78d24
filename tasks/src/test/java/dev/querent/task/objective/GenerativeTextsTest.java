package dev.querent.task.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.collective.Share;
import dev.querent.data.Batch;
import dev.querent.data.Sample;
import dev.querent.image.RgbImage;
import dev.querent.model.LanguageInput;
import dev.querent.random.RunSeed;
import dev.querent.torch.Torch;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GenerativeTextsTest {

    private static Batch batch(String... captions) {
        List<Sample> samples = IntStream.range(0, captions.length)
                .mapToObj(i -> new Sample(
                        "s" + i,
                        "g" + i,
                        () -> new RgbImage(1, 1, new byte[3]),
                        List.of(captions[i]),
                        i == 0 ? List.of() : List.of(new Sample.Question("colour", "What colour is it?", "red"))))
                .toList();
        return new Batch(
                samples,
                List.of(captions),
                List.of(3, 1, 1),
                new Share(0, captions.length),
                new float[captions.length * 3],
                Optional.empty());
    }

    private static LanguageInput input(double questionShare, double splitShare, long step, Batch batch) {
        try (NDManager manager = Torch.newManager()) {
            return new GenerativeTexts(new RunSeed(3), questionShare, splitShare, Sample.Prompts.NONE)
                    .of(step, batch)
                    .behind(manager.zeros(new Shape(batch.rows(), 1, 1)));
        }
    }

    @Test
    void wholeCaptionsAreTargetsWithoutAPrefix() {
        LanguageInput input = input(0, 0, 0, batch("a red circle", "two stars"));
        assertThat(input.prefixes()).containsExactly("", "");
        assertThat(input.targets()).containsExactly("a red circle", "two stars");
    }

    @Test
    void promptsStandBeforeCaptionsAndAroundQuestions() {
        Sample.Prompts prompts = new Sample.Prompts("a photo of", "q: {} a:");
        GenerativeTexts.Texts texts =
                new GenerativeTexts(new RunSeed(3), 1, 0, prompts).of(0, batch("a red circle", "two stars"));
        assertThat(texts.prefixes()).containsExactly("a photo of", "q: what colour is it? a:");
        assertThat(texts.targets()).containsExactly("a red circle", "red");
        assertThat(texts.questions()).containsExactly("", "what colour is it?");
    }

    @Test
    void aSampleWithoutQuestionsKeepsItsCaption() {
        LanguageInput input = input(1, 0, 0, batch("a red circle", "two stars"));
        assertThat(input.prefixes()).containsExactly("", "question: what colour is it? answer:");
        assertThat(input.targets()).containsExactly("a red circle", "red");
    }

    @Test
    void prefixAndTargetMakeTheCaptionAndSplitInItsFirstHalf() {
        Set<String> prefixes = new HashSet<>();
        for (int step = 0; step < 60; step++) {
            LanguageInput input = input(0, 1, step, batch("one two three four five", "alone"));
            assertThat(input.prefixes().get(0) + " " + input.targets().get(0)).isEqualTo("one two three four five");
            prefixes.add(input.prefixes().get(0));
            assertThat(input.prefixes().get(1)).isEmpty();
            assertThat(input.targets().get(1)).isEqualTo("alone");
        }
        assertThat(prefixes).containsExactlyInAnyOrder("one", "one two");
    }

    @Test
    void sharesAreProbabilitiesAndTheChoiceAFunctionOfTheStep() {
        int questions = 0;
        for (int step = 0; step < 1000; step++) {
            Batch batch = batch("a", "b c d e");
            LanguageInput input = input(0.3, 0, step, batch);
            assertThat(input(0.3, 0, step, batch).targets()).isEqualTo(input.targets());
            questions += input.targets().get(1).equals("red") ? 1 : 0;
        }
        assertThat(questions / 1000.0).isCloseTo(0.3, offset(0.06)); // 4 standard errors
    }

    @Test
    void whiteSpaceAroundWordsIsNoPartOfThem() {
        String caption = "  one   two three ";
        int split = GenerativeTexts.split(caption, new SplittableRandom(1));
        assertThat(caption.substring(0, split).strip()).isEqualTo("one");
        assertThat(caption.substring(split).strip()).isEqualTo("two three");
    }
}
