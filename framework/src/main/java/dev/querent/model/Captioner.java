package dev.querent.model;

import ai.djl.ndarray.NDArray;
import dev.querent.image.ImageTransform;
import dev.querent.plugin.PluginKind;
import dev.querent.text.TextTokenizer;
import dev.querent.weights.ParameterSet;

/**
 * Writes captions of images by itself, for CapFilt to choose from. A plugin's constructor takes
 * {@code (Config, ComponentContext)}.
 */
@PluginKind("captioner")
public interface Captioner {

    /**
     * Starts the captions of B images. Several captions of one image are rows that {@link TextDecoder#select} repeats.
     *
     * @param pixels (B, 3, S, S) fp32, as {@link #transform} makes them
     * @param prompt what each caption goes on from, {@link #prompt} or another text; may be empty. It isn't part of what is
     *     decoded
     * @return a decoder at its first token, owning its own memory
     */
    TextDecoder decoder(NDArray pixels, String prompt);

    /** The prompt its captions are meant to go on from. */
    String prompt();

    TextTokenizer tokenizer();

    /** From an image to what the model reads. */
    ImageTransform transform();

    ParameterSet parameters();
}
