package dev.querent.task.metric;

/** Whose scoring of answers: programs that report "VQA accuracy" or "GQA accuracy" don't agree on them. */
public enum AnswerVariant {
    /** The evaluation tools that the data sets' authors publish, as they are today. */
    OFFICIAL,
    /** LAVIS, whose configurations hold BLIP-2's own figures; for VQA the official tool as it was before March 2021. */
    LAVIS,
    /** lmms-eval. */
    LMMS
}
