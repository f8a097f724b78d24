package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.nn.AttentionMask;
import dev.querent.nn.Embedding;
import dev.querent.nn.Intermediates;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Tensors;
import dev.querent.text.TokenBatch;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** CLIP's text tower: everything under {@code text_model}. Each token sees those before it, so the end token sees its whole text. */
final class ClipText {

    /** What configurations say where the end token was wrong (before 2023-07): they mean the largest id. */
    private static final int LARGEST_ID = 2;

    private final Clip.Text config;
    private final Embedding tokens;
    private final Embedding positions;
    private final List<ClipLayer> layers = new ArrayList<>();
    private final LayerNorm norm;

    ClipText(Clip.Text config, ParameterScope scope) {
        this.config = config;
        ParameterScope embeddings = scope.child("embeddings");
        embeddings.ignore("position_ids");
        tokens = new Embedding(
                embeddings.child("token_embedding"),
                config.vocabularySize(),
                config.width(),
                new Initializer.Normal(0.02));
        positions = new Embedding(
                embeddings.child("position_embedding"),
                config.maxPositions(),
                config.width(),
                new Initializer.Normal(0.01));
        ParameterScope blocks = scope.child("encoder").child("layers");
        for (int i = 0; i < config.layers(); i++) {
            layers.add(new ClipLayer(blocks.child(i), config.sizes()));
        }
        norm = new LayerNorm(scope.child("final_layer_norm"), config.width(), config.epsilon());
    }

    /**
     * @param owner of the result
     * @param texts (C, T), padded on the right
     * @return (C, D) at the end tokens, normed
     * @throws IllegalArgumentException where a text has no end token
     */
    NDArray encode(NDManager owner, TokenBatch texts) {
        int[] rows = new int[texts.rows()];
        for (int text = 0; text < rows.length; text++) {
            rows[text] = text * texts.length() + readAt(texts.ids()[text]);
        }
        try (NDManager passing = owner.newSubManager()) {
            NDArray mask = AttentionMask.causal(passing, texts.mask(), texts.length());
            NDArray x = embed(passing, texts);
            for (ClipLayer layer : layers) {
                x = Intermediates.freed(x, y -> layer.forward(y, Optional.of(mask)));
            }
            NDArray flat = x.reshape(new Shape((long) rows.length * texts.length(), config.width()));
            NDArray normed = norm.forward(Tensors.selectRows(flat, rows));
            normed.attach(owner);
            return normed;
        }
    }

    private NDArray embed(NDManager owner, TokenBatch texts) {
        long[][] places = {LongStream.range(0, texts.length()).toArray()};
        return tokens.forward(Tensors.ofLongs(owner, texts.ids()))
                .add(positions.forward(Tensors.ofLongs(owner, places))); // (C, T, D)
    }

    private int readAt(long[] ids) {
        return config.endToken() == LARGEST_ID ? largest(ids) : end(ids);
    }

    private static int largest(long[] ids) {
        int at = 0;
        for (int i = 1; i < ids.length; i++) {
            if (ids[i] > ids[at]) {
                at = i;
            }
        }
        return at;
    }

    private int end(long[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == config.endToken()) {
                return i;
            }
        }
        throw new IllegalArgumentException("a text has no token " + config.endToken()
                + ", at which CLIP reads it: its tokenizer doesn't put the end token behind texts, or text.end-token"
                + " is another's");
    }
}
