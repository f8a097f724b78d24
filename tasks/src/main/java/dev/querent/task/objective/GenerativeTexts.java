package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;
import dev.querent.data.Batch;
import dev.querent.data.Sample;
import dev.querent.model.LanguageInput;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import dev.querent.text.CaptionText;
import dev.querent.text.QuestionPrompt;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What the language model reads and predicts behind a soft prompt in stage 2: captions, whole or split for prefix language
 * modelling, and questions with answers.
 */
public final class GenerativeTexts {

    private final RunSeed seed;
    private final double questionShare;
    private final double splitShare;
    private final Sample.Prompts prompts;

    /**
     * @param questionShare probability that a sample with questions gives one of them
     * @param splitShare probability that a caption is split into prefix and target
     * @param prompts instead of the samples' own; empty ones leave those
     */
    public GenerativeTexts(RunSeed seed, double questionShare, double splitShare, Sample.Prompts prompts) {
        this.seed = seed;
        this.questionShare = questionShare;
        this.splitShare = splitShare;
        this.prompts = prompts;
    }

    /**
     * The texts of B samples.
     *
     * @param prefixes may be empty
     * @param targets what is predicted
     * @param questions in a bridge's words; empty for a caption
     */
    public record Texts(List<String> prefixes, List<String> targets, List<String> questions) {

        /** The texts from {@code start} to before {@code end}. */
        public Texts slice(int start, int end) {
            return new Texts(prefixes.subList(start, end), targets.subList(start, end), questions.subList(start, end));
        }

        /**
         * What the language model reads.
         *
         * @param softPrompt (B, Q, Dl)
         */
        public LanguageInput behind(NDArray softPrompt) {
            return LanguageInput.training(softPrompt, prefixes, targets);
        }
    }

    /** Draws the texts of one batch. */
    public Texts of(long step, Batch batch) {
        List<String> prefixes = new ArrayList<>();
        List<String> targets = new ArrayList<>();
        List<String> asked = new ArrayList<>();
        for (int row = 0; row < batch.captions().size(); row++) {
            SplittableRandom random = seed.generator(Purpose.PREFIX_SPLIT, step, row);
            Sample.Prompts own = batch.samples().get(row).prompts();
            List<Sample.Question> questions = batch.questions().get(row);
            if (!questions.isEmpty() && random.nextDouble() < questionShare) {
                Sample.Question question = questions.get(random.nextInt(questions.size()));
                prefixes.add(QuestionPrompt.prefix(question.text(), chosen(prompts.question(), own.question())));
                targets.add(answer(question, random));
                asked.add(CaptionText.question(question.text()));
            } else {
                String caption = batch.captions().get(row);
                int split = random.nextDouble() < splitShare ? split(caption, random) : 0;
                String prompt = chosen(prompts.caption(), own.caption());
                prefixes.add((prompt + " " + caption.substring(0, split)).strip());
                targets.add(caption.substring(split).strip());
                asked.add("");
            }
        }
        return new Texts(prefixes, targets, asked);
    }

    /** Where several people answered, what one of them said: common answers are learned the more often. */
    private static String answer(Sample.Question question, SplittableRandom random) {
        List<String> answers = question.answers();
        return answers.size() > 1 ? answers.get(random.nextInt(answers.size())).strip() : question.answer();
    }

    private static String chosen(String prompt, String own) {
        return prompt.isEmpty() ? own : prompt;
    }

    /**
     * Where to split: after at least one word, at the middle at most (LAVIS's authors name this range; they don't say
     * whether it counts words or tokens, and we count words).
     *
     * @return index of the first character of the target; 0 for a caption of one word
     */
    static int split(String caption, SplittableRandom random) {
        String[] words = caption.strip().split("\\s+", -1);
        if (words.length < 2) {
            return 0;
        }
        int count = 1 + random.nextInt(Math.max(1, words.length / 2));
        int index = caption.length() - caption.stripLeading().length();
        for (int word = 0; word < count; word++) {
            index = caption.indexOf(words[word], index) + words[word].length();
        }
        return index;
    }
}
