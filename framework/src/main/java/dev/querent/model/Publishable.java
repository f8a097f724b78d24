package dev.querent.model;

/** A part of a model that may have a place in the layout of the public BLIP-2 checkpoints, Hugging Face's. */
public interface Publishable {

    /**
     * The part in that layout.
     *
     * @throws IllegalArgumentException with a sentence, where the layout can't say what this part computes
     */
    default PublishedPart published() {
        throw new IllegalArgumentException(
                getClass().getSimpleName() + " has no place in Hugging Face's BLIP-2 layout, or doesn't say which");
    }
}
