package dev.querent.language;

import ai.djl.ndarray.NDArray;
import dev.querent.weights.ParameterSet;
import dev.querent.weights.TranslatedWeights;
import dev.querent.weights.WeightSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The language model of a Hugging Face checkpoint, alone or as the part {@code language_model.} of a whole BLIP-2. */
public final class LanguageNames {

    private static final String PART = "language_model.";

    private LanguageNames() {}

    /** Of a whole BLIP-2, its language model alone; {@code source} itself where it is no such checkpoint. */
    public static WeightSource part(WeightSource source) {
        return renamed(source, PART, stored -> stored.substring(PART.length()));
    }

    /** A language model's tensors as the part of a whole BLIP-2. */
    public static Map<String, NDArray> asPart(ParameterSet parameters) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        parameters.asMap().forEach((name, tensor) -> tensors.put(PART + name, tensor));
        return tensors;
    }

    /**
     * The names of a group of tensors, changed; the rest isn't seen.
     *
     * @param first what all of the group begin with
     * @return {@code source} itself where there is none of the group
     */
    public static WeightSource renamed(WeightSource source, String first, UnaryOperator<String> name) {
        TranslatedWeights translated = new TranslatedWeights(source);
        source.names().stream()
                .filter(stored -> stored.startsWith(first))
                .forEach(stored -> translated.rename(stored, name.apply(stored)));
        return translated.names().isEmpty() ? source : translated;
    }
}
