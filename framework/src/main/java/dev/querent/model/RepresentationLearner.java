package dev.querent.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenBatch;
import dev.querent.weights.ParameterSet;
import java.util.List;

/**
 * A bridge that can learn from image-text pairs without a language model (BLIP-2 stage 1, paper section 3.2), under three
 * attention masks: unimodal (contrast), bidirectional (match), multimodal causal (caption).
 */
public interface RepresentationLearner extends Bridge {

    /**
     * Looks at images once: keys and values of the features and the query pass are computed here and shared by the
     * methods below, with their gradients.
     *
     * @param features (B, N, Dv)
     */
    ImageView look(NDArray features);

    /**
     * @param manager owns the result
     * @param texts (B, T) as {@link #encode} gives them
     * @return (B, E) of unit length, text alone
     */
    NDArray embedText(NDManager manager, TokenBatch texts);

    /**
     * Similarities are divided by this learned temperature.
     *
     * @return ()
     */
    NDArray temperature();

    /** Whether it has its text path and its heads; what is read from a checkpoint of stage 2 lacks them. */
    default boolean readsText() {
        return true;
    }

    /** Captions as the bridge reads them: with its class token in front and its separator behind, padded right. */
    TokenBatch encode(List<String> texts);

    /**
     * As the other, with a limit of its own in place of the one that training has.
     *
     * @param maxTokens special tokens included; more than the bridge has positions for are cut too
     */
    TokenBatch encode(List<String> texts, int maxTokens);

    TextTokenizer tokenizer();

    /** The parameters that stage 1 trains. */
    ParameterSet representationParameters();

    /** What has been computed of B images. */
    interface ImageView {

        /**
         * @return (B, Q, E) each query's embedding, of unit length
         */
        NDArray embeddings();

        /**
         * @return (B, Q, Db) the query outputs
         */
        NDArray queries();

        /**
         * Scores pairs; row r pairs image {@code images[r]} with text r.
         *
         * @param images R indices into the B images
         * @param texts (R, T)
         * @return (R, 2) logits, the second is "match"
         */
        NDArray match(int[] images, TokenBatch texts);

        /**
         * Image-grounded text generation: mean cross-entropy of each text given its image, under the causal mask.
         *
         * @param texts (B, T)
         * @param labelSmoothing share of the target spread over the vocabulary
         * @return ()
         */
        NDArray captionLoss(TokenBatch texts, double labelSmoothing);

        /** Starts captioning the B images with the bridge's own language-modelling head. */
        TextDecoder captioner();
    }
}
