package dev.querent.task.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AnswerMetricTest {

    private static List<String> people(String answer, int matches) {
        return IntStream.range(0, 10)
                .mapToObj(i -> i < matches ? answer : "other " + i)
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void matchesOfTenPeople(VqaRule rule) {
        double[] expected = {0, 0.3, 0.6, 0.9, 1, 1, 1, 1, 1, 1, 1};
        for (int matches = 0; matches <= 10; matches++) {
            assertThat(rule.accuracy("dog", people("dog", matches))).isCloseTo(expected[matches], within(1e-12));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theOrderOfPeopleDoesNotMatter(VqaRule rule) {
        List<String> words =
                List.of("two", "2", "Two.", "a two", "dog", "dogs", "t-shirt", "t shirt", "", "the", "don't", "dont");
        Random random = new Random(11);
        for (int i = 0; i < 500; i++) {
            List<String> answers = new ArrayList<>();
            for (int k = 0; k < 10; k++) {
                answers.add(words.get(random.nextInt(words.size())));
            }
            String prediction = words.get(random.nextInt(words.size()));
            double accuracy = rule.accuracy(prediction, answers);
            Collections.shuffle(answers, random);
            assertThat(rule.accuracy(prediction, answers)).isCloseTo(accuracy, within(1e-12));
            assertThat(accuracy).isBetween(0.0, 1.0);
        }
    }

    @Test
    void whereAllPeopleAgreeTheProgramsDiffer() {
        List<String> yes = people("yes", 10);
        assertThat(VqaRule.OFFICIAL.accuracy("Yes.", yes)).isZero();
        assertThat(VqaRule.LAVIS.accuracy("Yes.", yes)).isEqualTo(1);
        assertThat(VqaRule.LMMS.accuracy("Yes.", yes)).isEqualTo(1);
        List<String> shirt = people("t-shirt", 10);
        assertThat(VqaRule.OFFICIAL.accuracy("t-shirt", shirt)).isEqualTo(1);
        assertThat(VqaRule.LAVIS.accuracy("t-shirt", shirt)).isZero();
    }

    @Test
    void normalizingByHand() {
        assertThat(VqaRule.OFFICIAL.normalized("1,000-2,000")).isEqualTo("10002000");
        assertThat(VqaRule.OFFICIAL.normalized("a/b c/ d")).isEqualTo("ab c d");
        assertThat(VqaRule.OFFICIAL.normalized("a/b c")).isEqualTo("b c");
        assertThat(VqaRule.OFFICIAL.normalized("3.5 a.m. no.5 5.")).isEqualTo("3.5 am no.5 5");
        assertThat(VqaRule.OFFICIAL.normalized("x.".repeat(40))).isEqualTo("x".repeat(33) + ".x".repeat(7) + ".");
        assertThat(VqaRule.OFFICIAL.normalized("The twenty-one dont")).isEqualTo("twenty 1 don't");
        assertThat(VqaRule.OFFICIAL.normalized("a the an")).isEmpty();
        assertThat(VqaRule.LMMS.normalized("1,,0/x")).isEqualTo("10x");
        assertThat(VqaRule.OFFICIAL.normalized("1,,0/x")).isEqualTo("1 0 x");
        assertThat(VqaRule.LMMS_OK_VQA.normalized("red,blue's?")).isEqualTo("redblue 's");
    }

    @Test
    void nobodyAskedIsSaid() {
        assertThatThrownBy(() -> VqaRule.OFFICIAL.accuracy("a", List.of())).hasMessageContaining("no answers to score");
    }

    @Test
    void gqaTakesTextsAsTheyAreOrNot() {
        assertThat(GqaMatch.matches("Skateboard.", "skateboard", AnswerVariant.OFFICIAL))
                .isFalse();
        assertThat(GqaMatch.matches("Skateboard.", "skateboard", AnswerVariant.LAVIS))
                .isTrue();
        assertThat(GqaMatch.matches("Skateboard.", "skateboard", AnswerVariant.LMMS))
                .isTrue();
        assertThat(GqaMatch.matches("the dog", "dog", AnswerVariant.LAVIS)).isTrue();
        assertThat(GqaMatch.matches("the dog", "dog", AnswerVariant.LMMS)).isFalse();
        assertThat(GqaMatch.matches(" dog", "dog", AnswerVariant.LMMS)).isFalse();
        // in lower case one character longer, and cut by numpy where no punctuation makes room
        assertThat(GqaMatch.matches("\u0130zmir.", "\u0130zmir", AnswerVariant.LMMS))
                .isFalse();
        assertThat(GqaMatch.matches("\u0130zmir", "\u0130zmir", AnswerVariant.LMMS))
                .isTrue();
    }

    @Test
    void whiteSpaceIsPythons() {
        assertThat(PythonText.strip("\u001c\u0085\u00a0\u2007 a\u200b\u3000\n")).isEqualTo("a\u200b");
        assertThat(PythonText.split(" a\u0085b\u202fc\ufeffd ")).containsExactly("a", "b", "c\ufeffd");
        assertThat(PythonText.split(" \t")).isEmpty();
        assertThat(PythonText.strip("")).isEmpty();
    }
}
