package dev.querent.task.scoring;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What prediction files can be scored for. */
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
