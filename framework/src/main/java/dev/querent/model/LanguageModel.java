package dev.querent.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.plugin.PluginKind;
import dev.querent.text.TextTokenizer;
import dev.querent.weights.ParameterSet;
import java.util.List;

/**
 * A language model that reads a soft prompt in front of its text. A plugin's constructor takes
 * {@code (Config, ComponentContext)}.
 */
@PluginKind("language-model")
public sealed interface LanguageModel extends Publishable permits DecoderOnly, EncoderDecoder {

    /**
     * Language-modelling loss over the target's tokens: the target follows soft prompt and prefix (decoder-only), or is
     * decoded from them (encoder-decoder, i.e. prefix language modelling).
     *
     * @return () fp32, the mean cross-entropy in nats over all target tokens, end token included; owned by the manager of
     *     the input's tensors
     */
    NDArray loss(LanguageInput input);

    /**
     * Number of target tokens that {@link #loss} is the mean over, end tokens included.
     *
     * @param promptLength tokens of the soft prompt; 0 for none
     */
    long targetTokens(int promptLength, List<String> prefixes, List<String> targets);

    /**
     * Starts decoding after soft prompt and prefix. Rows of different prefix lengths decode as if each were alone.
     *
     * @return a decoder at its first token, owning its own memory
     */
    TextDecoder decoder(LanguageInput input);

    /**
     * Token embeddings, as they stand beside a soft prompt.
     *
     * @param ids (B, T)
     * @return (B, T, Dl)
     */
    NDArray embedTokens(NDManager owner, long[][] ids);

    /** Width Dl of token embeddings, hence of the soft prompt. */
    int width();

    TextTokenizer tokenizer();

    ParameterSet parameters();
}
