package dev.querent.task.scoring;

import dev.querent.task.metric.AnswerVariant;
import dev.querent.task.metric.GqaMatch;
import dev.querent.task.metric.VqaRule;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What predictions can be scored for. */
public enum ScoredBenchmark {
    VQAV2("vqav2", Kind.ANSWERS),
    OKVQA("okvqa", Kind.ANSWERS),
    GQA("gqa", Kind.ANSWERS),
    COCO_CAPTIONS("coco-captions", Kind.CAPTIONS),
    NOCAPS("nocaps", Kind.CAPTIONS),
    COCO_RETRIEVAL("coco-retrieval", Kind.RANKINGS),
    FLICKR30K_RETRIEVAL("flickr30k-retrieval", Kind.RANKINGS);

    /** What is predicted, on which it depends what can be set and in what unit the scores are. */
    public enum Kind {
        /** Answers to questions; percent. */
        ANSWERS,
        /** Captions; from 0 to 1, CIDEr to 10. */
        CAPTIONS,
        /** Rankings of texts and images; percent. */
        RANKINGS
    }

    private final String label;
    private final Kind kind;

    ScoredBenchmark(String label, Kind kind) {
        this.label = label;
        this.kind = kind;
    }

    /** The name on the command line. */
    public String label() {
        return label;
    }

    public Kind kind() {
        return kind;
    }

    /**
     * Scores an answer.
     *
     * @param prediction as a model wrote it
     * @param answers of those who were asked, as they typed them; GQA has one
     * @return 0 to 1
     * @throws IllegalArgumentException for a benchmark without answers
     */
    public double accuracy(String prediction, List<String> answers, AnswerVariant variant) {
        if (this == GQA) {
            return GqaMatch.matches(prediction, answers.get(0), variant) ? 1 : 0;
        }
        return rule(variant).accuracy(prediction, answers);
    }

    /** VQA's rule; lmms-eval has one for each data set. */
    VqaRule rule(AnswerVariant variant) {
        if (this != VQAV2 && this != OKVQA) {
            throw new IllegalArgumentException(label + " has no answers of several people");
        }
        return switch (variant) {
            case OFFICIAL -> VqaRule.OFFICIAL;
            case LAVIS -> VqaRule.LAVIS;
            case LMMS -> this == VQAV2 ? VqaRule.LMMS : VqaRule.LMMS_OK_VQA;
        };
    }

    /**
     * Finds one by its name; case, hyphens and underscores don't matter.
     *
     * @throws ScoringException listing the names
     */
    public static ScoredBenchmark named(String name) {
        String wanted = bare(name);
        return Arrays.stream(values())
                .filter(it -> bare(it.label).equals(wanted))
                .findFirst()
                .orElseThrow(() -> new ScoringException("no benchmark called \"" + name + "\". Known: "
                        + Arrays.stream(values()).map(ScoredBenchmark::label).collect(Collectors.joining(", "))));
    }

    private static String bare(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }
}
