package dev.querent.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.image.ImageTransform;
import dev.querent.plugin.PluginKind;
import dev.querent.weights.ParameterSet;
import java.util.List;

/**
 * Says how well images and texts go together, by embedding both in one space: CapFilt ranks captions with it. A plugin's
 * constructor takes {@code (Config, ComponentContext)}.
 */
@PluginKind("image-text-scorer")
public interface ImageTextScorer {

    /**
     * Embeds images.
     *
     * @param pixels (B, 3, S, S) fp32, as {@link #transform} makes them
     * @return (B, E), or (B, Q, E) where an image has several embeddings, fp32 of unit length, owned by the manager of
     *     {@code pixels}
     */
    NDArray embedImages(NDArray pixels);

    /**
     * Embeds texts. Texts that are too long for the model are cut.
     *
     * @param owner of the result
     * @param texts C
     * @return (C, E) fp32 of unit length
     */
    NDArray embedTexts(NDManager owner, List<String> texts);

    /**
     * Scores each image with each text.
     *
     * @param images (B, E) or (B, Q, E) of {@link #embedImages}
     * @param texts (C, E) of {@link #embedTexts}
     * @return (B, C) cosines times the factor the model was trained with; owned by the manager of {@code images}
     */
    NDArray scores(NDArray images, NDArray texts);

    /** From an image to what the model reads. */
    ImageTransform transform();

    ParameterSet parameters();
}
