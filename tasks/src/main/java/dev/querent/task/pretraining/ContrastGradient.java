package dev.querent.task.pretraining;

/** What contrast (ITC) trains. The loss is the same; only its gradient differs. */
public enum ContrastGradient {
    /** Both sides of each similarity: the gradient of the loss. */
    EXACT,
    /**
     * The side that looks for its partner, not the candidates: what LAVIS computes on more than one GPU, where candidates are
     * gathered from all of them without gradient. About half as long as the exact one (cosine 0.98).
     */
    LAVIS
}
