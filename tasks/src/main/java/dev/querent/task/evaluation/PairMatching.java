package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.RepresentationLearner;
import dev.querent.step.StepContext;
import dev.querent.text.CaptionText;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import dev.querent.weights.SafetensorsReader;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;

/**
 * The second half: ITM logits of each image of a range with its own candidates and with the texts that it is a candidate of, as {@link
 * MatchedTexts} reads them. Features are read image by image; texts of like length go together, so that hardly any are padded.
 */
final class PairMatching implements RetrievalWork.Half {

    private static final int TEXTS_AT_ONCE = 128;

    private final StepContext context;
    private final RetrievalParts parts;
    private final SeenImages seen;
    private final Candidates candidates;
    private final NDManager manager;
    private final RepresentationLearner learner;
    private final TokenBatch texts;
    private final long[] lengths;

    private PairMatching(
            RetrievalEvaluation.Config config,
            StepContext context,
            Gallery whole,
            RetrievalParts parts,
            NDManager manager) {
        this.context = context;
        this.parts = parts;
        this.manager = manager;
        parts.files().awaitBefore(parts.ranges());
        seen = new SeenImages(parts, whole, config::gallery);
        candidates = new Candidates(seen, config.rerank(), context.seed());
        learner = RetrievalWork.learner(context, manager);
        texts = learner.encode(
                seen.gallery().texts().stream().map(CaptionText::caption).toList(), RetrievalWork.TEXT_TOKENS);
        lengths = Arrays.stream(texts.mask())
                .mapToLong(mask -> Arrays.stream(mask).sum())
                .toArray();
    }

    static PairMatching open(
            RetrievalEvaluation.Config config, StepContext context, Gallery whole, RetrievalParts parts) {
        return Torch.owning(manager -> new PairMatching(config, context, whole, parts, manager));
    }

    @Override
    public void write(int range, Path file) throws IOException {
        try (SafetensorsReader features = new SafetensorsReader(parts.seen(range));
                DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (int image = seen.firstOf(range); image < seen.firstOf(range + 1); image++) {
                try (NDManager passing = manager.newSubManager()) {
                    NDArray ofImage = features.read(seen.features(image), passing, Precision.FP32); // (N, Dv)
                    match(learner.look(ofImage.expandDims(0)), candidates.toMatch(image))
                            .write(out);
                }
            }
        }
    }

    /** @param wanted P texts, rising */
    private MatchedTexts match(RepresentationLearner.ImageView image, int[] wanted) {
        int[] byLength = Arrays.stream(wanted)
                .boxed()
                .sorted(Comparator.comparingLong((Integer text) -> lengths[text]))
                .mapToInt(text -> text)
                .toArray();
        MatchedTexts matched = new MatchedTexts(wanted, new float[wanted.length], new float[wanted.length]);
        for (int from = 0; from < byLength.length; from += TEXTS_AT_ONCE) {
            RetrievalWork.stopIfAsked(context);
            int[] some = Arrays.copyOfRange(byLength, from, Math.min(byLength.length, from + TEXTS_AT_ONCE));
            try (NDArray logits =
                    image.match(new int[some.length], texts.select(some).shortened())) { // (R, 2)
                float[] values = logits.toFloatArray();
                for (int row = 0; row < some.length; row++) {
                    int place = matched.place(some[row]);
                    matched.noMatch()[place] = values[2 * row];
                    matched.match()[place] = values[2 * row + 1];
                }
            }
        }
        return matched;
    }

    @Override
    public void close() {
        manager.close();
    }
}
