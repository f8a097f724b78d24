package dev.querent.task.metric;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * Accuracy of an answer against those of several people: for each of them, a third of a point for every <em>other</em> one who
 * gave this answer, a whole point at most; the mean of that. With ten answers: 0, 0.3, 0.6, 0.9, 1 for 0, 1, 2, 3, 4 or
 * more matches. The rules differ in how answers are made comparable before.
 */
public enum VqaRule {

    /** VQA's tool since March 2021: nothing but white space is normalised where all people gave the same answer. */
    OFFICIAL {
        @Override
        public double accuracy(String prediction, List<String> answers) {
            String predicted = AnswerNormalizer.whiteSpace(prediction);
            List<String> expected =
                    answers.stream().map(AnswerNormalizer::whiteSpace).toList();
            if (unanimous(expected)) {
                return leaveOneOut(predicted, expected);
            }
            return leaveOneOut(
                    normalized(predicted),
                    expected.stream().map(OFFICIAL::normalized).toList());
        }

        @Override
        String normalized(String text) {
            return AnswerNormalizer.words(AnswerNormalizer.punctuation(text));
        }
    },

    /** LAVIS, and VQA's tool before: the prediction is normalised wholly, people's answers in their punctuation at most. */
    LAVIS {
        @Override
        public double accuracy(String prediction, List<String> answers) {
            List<String> expected = unanimous(answers)
                    ? answers
                    : answers.stream().map(AnswerNormalizer::punctuation).toList();
            return leaveOneOut(normalized(AnswerNormalizer.whiteSpace(prediction)), expected);
        }

        @Override
        String normalized(String text) {
            return OFFICIAL.normalized(text);
        }
    },

    /** lmms-eval for VQAv2: all is normalised, always. */
    LMMS {
        @Override
        public double accuracy(String prediction, List<String> answers) {
            return leaveOneOut(
                    normalized(prediction),
                    answers.stream().map(LMMS::normalized).toList());
        }

        @Override
        String normalized(String text) {
            return AnswerNormalizer.words(AnswerNormalizer.punctuationWithRuns(AnswerNormalizer.whiteSpace(text)));
        }
    },

    /** lmms-eval for OK-VQA: commas and question marks go and a possessive is a word of its own before all else. */
    LMMS_OK_VQA {
        @Override
        public double accuracy(String prediction, List<String> answers) {
            return leaveOneOut(
                    normalized(prediction),
                    answers.stream().map(LMMS_OK_VQA::normalized).toList());
        }

        @Override
        String normalized(String text) {
            return LMMS.normalized(PythonText.strip(text.toLowerCase(Locale.ROOT)
                    .replace(",", "")
                    .replace("?", "")
                    .replace("'s", " 's")));
        }
    };

    /**
     * Scores an answer.
     *
     * @param prediction as a model wrote it
     * @param answers at least one, of different people, as they typed them
     * @return 0 to 1
     */
    public abstract double accuracy(String prediction, List<String> answers);

    abstract String normalized(String text);

    private static boolean unanimous(List<String> answers) {
        return new HashSet<>(answers).size() <= 1;
    }

    private static double leaveOneOut(String predicted, List<String> answers) {
        Samples.some(answers.size(), "answers");
        int matches = (int) answers.stream().filter(predicted::equals).count();
        double sum = 0;
        for (String answer : answers) {
            int others = answer.equals(predicted) ? matches - 1 : matches;
            sum += Math.min(1, others / 3.0);
        }
        return sum / answers.size();
    }
}
