package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.TextDecoder;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenBatch;
import dev.querent.text.TokenizerLayout;
import dev.querent.text.VocabularyFormat;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.weights.ParameterSet;
import java.util.List;
import java.util.Map;

/** A bridge without parameters that is evaluated, never trained; what a test has no use for is not expected to be asked for. */
abstract class HandWrittenLearner implements RepresentationLearner {

    private final TextTokenizer tokenizer;
    private final int queries;

    HandWrittenLearner(TextTokenizer tokenizer, int queries) {
        this.tokenizer = tokenizer;
        this.queries = queries;
    }

    static TextTokenizer tokenizer(List<String> words) {
        return WordLevelTokenizer.of(
                words,
                new TokenizerLayout(
                        List.of("<pad>", "<unk>", "<end>"),
                        "<pad>",
                        "<unk>",
                        "",
                        "<end>",
                        List.of(),
                        VocabularyFormat.T5));
    }

    @Override
    public NDArray temperature() {
        throw new AssertionError("evaluation has no use for the temperature");
    }

    @Override
    public TokenBatch encode(List<String> texts) {
        throw new AssertionError("the length of texts is the evaluation's own");
    }

    @Override
    public TokenBatch encode(List<String> texts, int maxTokens) {
        return tokenizer.encode(texts, maxTokens, tokenizer.id("<pad>"));
    }

    @Override
    public TextTokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public ParameterSet representationParameters() {
        return parameters();
    }

    @Override
    public NDArray softPrompt(NDArray features) {
        throw new AssertionError("no language model here");
    }

    @Override
    public int promptLength() {
        return queries;
    }

    @Override
    public ParameterSet parameters() {
        return new ParameterSet(Map.of());
    }

    @Override
    public ParameterSet promptParameters() {
        return parameters();
    }

    /** What it makes of images. */
    abstract static class Seen implements ImageView {

        @Override
        public NDArray queries() {
            throw new AssertionError("no query outputs are read here");
        }

        @Override
        public NDArray captionLoss(TokenBatch texts, double labelSmoothing) {
            throw new AssertionError("evaluation takes no loss");
        }

        @Override
        public TextDecoder captioner() {
            throw new AssertionError("nothing is written here");
        }
    }
}
