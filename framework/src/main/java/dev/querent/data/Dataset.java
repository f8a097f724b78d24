package dev.querent.data;

import dev.querent.plugin.PluginKind;
import java.util.List;
import java.util.Set;

/**
 * Images with text. A plugin's constructor takes {@code (Config, DataFolder)}; it checks that the data is there and throws
 * {@link MissingDataException} with what to do where it isn't.
 */
@PluginKind("dataset")
public interface Dataset {

    /** The splits by name; {@code train} is always among them. */
    Set<String> splits();

    /**
     * @throws IllegalArgumentException naming the known splits where there is none of that name
     */
    SampleList split(String name);

    /** Number of texts of the text-only corpus. */
    int textCount();

    /** A text of the text-only corpus; equal calls give equal texts. */
    TextPair text(int index);

    /** Every word that captions, questions, answers and texts use, in a fixed order: the vocabulary of small models. */
    List<String> words();
}
