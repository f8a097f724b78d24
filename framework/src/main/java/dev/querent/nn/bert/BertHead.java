package dev.querent.nn.bert;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Activation;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;

/** BERT's language-modelling head: dense, activation, norm, then the word embeddings with a bias of their own. */
public final class BertHead {

    private final Activation activation;
    private final Linear transform;
    private final LayerNorm norm;
    private final Linear decoder;

    /**
     * @param scope {@code cls.predictions}
     * @param wordEmbeddings (V, D)
     */
    public BertHead(ParameterScope scope, BertSizes sizes, Initializer initializer, NDArray wordEmbeddings) {
        scope.ignore("decoder."); // the same tensors again: weight is the embedding, bias is `bias`
        activation = sizes.activation();
        ParameterScope inner = scope.child("transform");
        transform = Linear.of(inner.child("dense"), sizes.width(), sizes.width(), initializer);
        norm = new LayerNorm(inner.child("LayerNorm"), sizes.width(), sizes.epsilon());
        long vocabulary = wordEmbeddings.getShape().get(0);
        decoder = Linear.tied(
                wordEmbeddings, scope.parameter("bias", Initializer.zeros(), new VocabularyRows(), vocabulary));
    }

    /** (R, T, D) -> (R, T, V) */
    public NDArray forward(NDArray hidden) {
        return decoder.forward(norm.forward(activation.apply(transform.forward(hidden))));
    }
}
