package dev.querent.model;

import ai.djl.ndarray.NDArray;
import dev.querent.weights.ParameterSet;
import java.util.List;

/**
 * A bridge that can read a question beside the image, so that its soft prompt tells what the answer needs (paper section 4.3,
 * fine-tuning for VQA).
 */
public interface QuestionReader extends Bridge {

    /**
     * The soft prompts of questions about images.
     *
     * @param features (B, N, Dv) from the vision encoder
     * @param images for each of R questions the index of its image
     * @param questions R texts without special tokens; an empty one asks for nothing
     * @return (R, Q, Dl), owned by the manager of {@code features}
     */
    NDArray softPrompt(NDArray features, int[] images, List<String> questions);

    /** The parameters that {@link #softPrompt(NDArray, int[], List)} uses. */
    ParameterSet questionParameters();
}
