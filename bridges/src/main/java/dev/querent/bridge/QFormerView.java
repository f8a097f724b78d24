package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.CachedDecoder;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.TextDecoder;
import dev.querent.nn.Intermediates;
import dev.querent.nn.KeyValue;
import dev.querent.nn.Tensors;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What the Q-Former has computed of B images: their keys and values in each cross-attention layer and, once asked for, the query pass. */
final class QFormerView implements RepresentationLearner.ImageView {

    private final QFormer model;
    private final NDManager owner;
    private final long rows;
    private final List<Optional<KeyValue>> image = new ArrayList<>();
    private Optional<QueryPass> queryPass = Optional.empty();

    /**
     * The queries alone.
     *
     * @param hidden (B, Q, Db)
     * @param keyValues of each layer's self-attention
     */
    private record QueryPass(NDArray hidden, List<KeyValue> keyValues) {}

    QFormerView(QFormer model, NDArray features) {
        this.model = model;
        owner = features.getManager();
        rows = features.getShape().get(0);
        NDArray typed = model.typed(features);
        for (QFormerLayer layer : model.layers()) {
            image.add(layer.imageKeyValue(model.visionNorm(), typed));
        }
    }

    private QueryPass queryPass() {
        if (queryPass.isEmpty()) {
            queryPass = Optional.of(passQueries());
        }
        return queryPass.get();
    }

    private QueryPass passQueries() {
        NDArray hidden = model.embedQueries(owner, rows); // (B, Q, Db)
        List<KeyValue> keyValues = new ArrayList<>();
        for (int i = 0; i < image.size(); i++) {
            QFormerLayer.Result result = model.layers().get(i).forward(hidden, image.get(i));
            keyValues.add(result.keyValue());
            hidden = result.hidden();
        }
        return new QueryPass(hidden, keyValues);
    }

    @Override
    public NDArray embeddings() {
        return model.project(queries());
    }

    @Override
    public NDArray queries() {
        return queryPass().hidden();
    }

    @Override
    public NDArray match(int[] images, TokenBatch texts) {
        if (Torch.recordsGradients()) {
            return model.matchLogits(queriesBeside(images, texts, owner)); // (R, 2)
        }
        try (NDManager passing =
                owner.newSubManager()) { // an image may be matched with thousands of texts, some at a time
            NDArray logits = model.matchLogits(queriesBeside(images, texts, passing));
            logits.attach(owner);
            return logits;
        }
    }

    /**
     * The queries after they have seen image and text together; row r pairs image {@code images[r]} with text r.
     *
     * @param texts (R, T)
     * @return (R, Q, Db)
     */
    NDArray queriesBeside(int[] images, TokenBatch texts) {
        return queriesBeside(images, texts, owner);
    }

    private NDArray queriesBeside(int[] images, TokenBatch texts, NDManager passing) {
        ImageGroups groups = new ImageGroups(images);
        TokenBatch ordered = texts.select(groups.order());
        int count = model.promptLength();
        Packing packing = new Packing(passing, count, ordered.mask());
        QFormerLayer.Pass pass = new QFormerLayer.Pass(
                packing, QFormerMask.bidirectional(passing, count, ordered.mask()), Optional.of(groups));
        NDArray hidden = model.embedJointly(passing, packing, ordered.ids()); // (positions, Db)
        hidden = through(hidden, pass, packing.queries(passing), image, List.of());
        return Tensors.selectRows(hidden.reshape(new Shape(images.length, count, -1)), groups.inverse());
    }

    /**
     * All layers.
     *
     * @param last what the last one keeps
     * @param past of each layer, or none
     */
    private NDArray through(
            NDArray embedded,
            QFormerLayer.Pass pass,
            Packing.Kept last,
            List<Optional<KeyValue>> images,
            List<KeyValue> past) {
        Packing.Kept all = pass.packing().all(embedded.getManager());
        NDArray hidden = embedded;
        for (int i = 0; i < images.size(); i++) {
            QFormerLayer layer = model.layers().get(i);
            Packing.Kept kept = i + 1 < images.size() ? all : last;
            Optional<KeyValue> seen = images.get(i);
            Optional<KeyValue> earlier = past.isEmpty() ? Optional.empty() : Optional.of(past.get(i));
            hidden = Intermediates.freed(hidden, x -> layer.forward(x, pass, kept, seen, earlier));
        }
        return hidden;
    }

    @Override
    public NDArray captionLoss(TokenBatch texts, double labelSmoothing) {
        long[] targets = IntStream.range(0, texts.rows())
                .boxed()
                .flatMapToLong(row -> LongStream.of(texts.ids()[row])
                        .limit(LongStream.of(texts.mask()[row]).sum())
                        .skip(1))
                .toArray();
        long[][] begun = Arrays.stream(texts.ids()).map(long[]::clone).toArray(long[][]::new);
        for (long[] row : begun) {
            row[0] = model.tokenizer().id("[DEC]");
        }
        NDArray logits = captionLogits(new TokenBatch(begun, texts.mask())); // (predicted tokens, V)
        return Tensors.crossEntropy(
                logits, Torch.tensor(owner, LongBuffer.wrap(targets), targets.length), labelSmoothing);
    }

    /**
     * Scores of each next token.
     *
     * @param texts (B, T) that begin with [DEC]
     * @return (predicted tokens, V), text behind text; no text's first token is predicted
     */
    NDArray captionLogits(TokenBatch texts) {
        Packing packing = new Packing(owner, 0, texts.mask());
        NDArray mask = QFormerMask.causalText(owner, model.promptLength(), texts.mask());
        NDArray hidden = model.embedTokens(owner, packing, texts.ids()); // (tokens, Db)
        QFormerLayer.Pass pass = new QFormerLayer.Pass(packing, mask, Optional.empty());
        return model.tokenScores(through(
                hidden, pass, packing.tokensButLast(owner), image, queryPass().keyValues()));
    }

    @Override
    public TextDecoder captioner() {
        return Torch.owning(manager -> {
            try (Torch.GradientMode off = Torch.withoutGradients();
                    NDManager passing = manager.newSubManager()) {
                QFormerState state =
                        new QFormerState(manager, model, queryPass().keyValues());
                long[] begin = new long[(int) rows];
                Arrays.fill(begin, model.tokenizer().id("[DEC]"));
                NDArray logits = state.next(passing, begin);
                logits.attach(manager);
                return new CachedDecoder(
                        manager, state, logits, model.tokenizer().id("[SEP]"));
            }
        });
    }
}
