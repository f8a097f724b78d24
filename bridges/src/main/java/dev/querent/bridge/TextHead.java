package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Activation;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;

/** BERT's language-modelling head: dense, GELU, norm, then the word embeddings with a bias of their own. */
final class TextHead {

    private final Linear transform;
    private final LayerNorm norm;
    private final Linear decoder;

    TextHead(ParameterScope scope, int width, Initializer normal, NDArray wordEmbeddings) {
        scope.ignore("decoder."); // the same tensors again: weight is the embedding, bias is `bias`
        transform = Linear.of(scope.child("transform").child("dense"), width, width, normal);
        norm = new LayerNorm(scope.child("transform").child("LayerNorm"), width, QFormer.NORM_EPSILON);
        long vocabulary = wordEmbeddings.getShape().get(0);
        decoder = Linear.tied(
                wordEmbeddings, scope.parameter("bias", Initializer.zeros(), new VocabularyRows(), vocabulary));
    }

    /** (R, T, Db) -> (R, T, V) */
    NDArray forward(NDArray hidden) {
        return decoder.forward(norm.forward(Activation.GELU.apply(transform.forward(hidden))));
    }
}
