package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.CachedDecoder;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.TextDecoder;
import dev.querent.nn.Intermediates;
import dev.querent.nn.KeyValue;
import dev.querent.nn.Tensors;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the Q-Former has computed of B images: their keys and values in each cross-attention layer, and the query pass. */
final class QFormerView implements RepresentationLearner.ImageView {

    private final QFormer model;
    private final NDManager owner;
    private final List<Optional<KeyValue>> image = new ArrayList<>();
    private final List<KeyValue> queryKeyValues = new ArrayList<>();
    private final NDArray queries;

    QFormerView(QFormer model, NDArray features) {
        this.model = model;
        owner = features.getManager();
        NDArray normed = model.normedFeatures(features);
        NDArray hidden = model.embedQueries(owner, features.getShape().get(0)); // (B, Q, Db)
        for (QFormerLayer layer : model.layers()) {
            Optional<KeyValue> keyValue = layer.imageKeyValue(normed);
            QFormerLayer.Result result =
                    layer.forward(hidden, model.promptLength(), Optional.empty(), keyValue, Optional.empty());
            image.add(keyValue);
            queryKeyValues.add(result.keyValue());
            hidden = result.hidden();
        }
        queries = hidden;
    }

    @Override
    public NDArray embeddings() {
        return model.project(queries);
    }

    @Override
    public NDArray queries() {
        return queries;
    }

    @Override
    public NDArray match(int[] images, TokenBatch texts) {
        int count = model.promptLength();
        NDArray hidden = model.embedJointly(Tensors.ofLongs(owner, texts.ids())); // (R, Q + T, Db)
        Optional<NDArray> mask = Optional.of(QFormerMask.bidirectional(owner, count, texts.mask()));
        for (int i = 0; i < image.size(); i++) {
            QFormerLayer layer = model.layers().get(i);
            Optional<KeyValue> keyValue = image.get(i);
            hidden = Intermediates.freed(hidden, x -> {
                Optional<KeyValue> chosen = keyValue.map(all -> all.select(x.getManager(), images));
                return layer.forward(x, count, mask, chosen, Optional.empty()).hidden();
            });
        }
        return model.matchLogits(Tensors.slice(hidden, 1, 0, count)); // (R, 2)
    }

    @Override
    public NDArray captionLoss(TokenBatch texts, double labelSmoothing) {
        long[][] ids = texts.ids();
        long[][] begun = new long[ids.length][];
        long[][] targets = new long[ids.length][];
        for (int row = 0; row < ids.length; row++) {
            begun[row] = ids[row].clone();
            begun[row][0] = model.tokenizer().id("[DEC]");
            targets[row] = new long[ids[row].length];
            for (int t = 0; t < ids[row].length; t++) {
                boolean predicted = t + 1 < ids[row].length && texts.mask()[row][t + 1] == 1;
                targets[row][t] = predicted ? ids[row][t + 1] : Tensors.IGNORED_TARGET;
            }
        }
        NDArray logits = captionLogits(new TokenBatch(begun, texts.mask())); // (B, T, V)
        return Tensors.crossEntropy(logits, Tensors.ofLongs(owner, targets), labelSmoothing);
    }

    /**
     * Scores of each next token.
     *
     * @param texts (B, T) that begin with [DEC]
     * @return (B, T, V)
     */
    NDArray captionLogits(TokenBatch texts) {
        NDArray hidden = model.embedTokens(Tensors.ofLongs(owner, texts.ids()), 0); // (B, T, Db)
        Optional<NDArray> mask = Optional.of(QFormerMask.causalText(owner, model.promptLength(), texts.mask()));
        for (int i = 0; i < queryKeyValues.size(); i++) {
            QFormerLayer layer = model.layers().get(i);
            Optional<KeyValue> seen = Optional.of(queryKeyValues.get(i));
            hidden = Intermediates.freed(
                    hidden,
                    x -> layer.forward(x, 0, mask, Optional.empty(), seen).hidden());
        }
        return model.tokenScores(hidden);
    }

    @Override
    public TextDecoder captioner() {
        NDManager manager = Torch.newManager();
        try (Torch.GradientMode off = Torch.withoutGradients();
                NDManager passing = manager.newSubManager()) {
            QFormerState state = new QFormerState(manager, model, queryKeyValues);
            long[] begin = new long[(int) queries.getShape().get(0)];
            Arrays.fill(begin, model.tokenizer().id("[DEC]"));
            NDArray logits = state.next(passing, begin);
            logits.attach(manager);
            return new CachedDecoder(manager, state, logits, model.tokenizer().id("[SEP]"));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }
}
