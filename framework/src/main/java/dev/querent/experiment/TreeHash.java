package dev.querent.experiment;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.ConfigNode.Sequence;
import dev.querent.weights.FileHash;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

/** SHA-256 of settings, whatever the order of their keys. */
public final class TreeHash {

    private final StringBuilder text = new StringBuilder();

    /** In hexadecimal. */
    public static String of(ConfigNode node) {
        TreeHash hash = new TreeHash();
        hash.add(node);
        return hash.hex();
    }

    void add(ConfigNode node) {
        if (node instanceof Mapping mapping) {
            text.append('{');
            new TreeMap<>(mapping.entries()).forEach((key, value) -> {
                add(key);
                add(value);
            });
            text.append('}');
        } else if (node instanceof Sequence sequence) {
            text.append('[');
            sequence.items().forEach(this::add);
            text.append(']');
        } else {
            add(((Scalar) node).text());
        }
    }

    /** Length first, so that no two different trees give one text. */
    void add(String word) {
        text.append(word.length()).append(':').append(word);
    }

    String hex() {
        return FileHash.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
