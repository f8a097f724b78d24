package dev.querent.config;

import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.ConfigNode.Sequence;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Writes a tree as YAML that {@link YamlReader} reads as an equal tree: block maps, lists in brackets, quotes where needed. */
public final class YamlWriter {
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_.][A-Za-z0-9_./+-]*|[-+][0-9.][0-9.eE+-]*");
    private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9_./-]*");
    private static final Set<String> NOT_TEXT = Set.of("null", "true", "false");
    private static final String INDENT = "  ";

    private final StringBuilder text = new StringBuilder();

    private YamlWriter() {}

    /** The document, ending in a line break. */
    public static String write(Mapping mapping) {
        if (mapping.entries().isEmpty()) {
            return "{}\n";
        }
        YamlWriter writer = new YamlWriter();
        writer.block(mapping, "");
        return writer.text.toString();
    }

    private void block(Mapping mapping, String indent) {
        for (Map.Entry<String, ConfigNode> entry : mapping.entries().entrySet()) {
            text.append(indent).append(quotedIfNeeded(entry.getKey(), false)).append(':');
            if (entry.getValue() instanceof Mapping inner && !inner.entries().isEmpty()) {
                text.append('\n');
                block(inner, indent + INDENT);
            } else {
                text.append(' ');
                flow(entry.getValue());
                text.append('\n');
            }
        }
    }

    private void flow(ConfigNode node) {
        if (node instanceof Mapping mapping) {
            text.append('{');
            String separator = "";
            for (Map.Entry<String, ConfigNode> entry : mapping.entries().entrySet()) {
                text.append(separator)
                        .append(quotedIfNeeded(entry.getKey(), false))
                        .append(": ");
                flow(entry.getValue());
                separator = ", ";
            }
            text.append('}');
        } else if (node instanceof Sequence sequence) {
            text.append('[');
            String separator = "";
            for (ConfigNode item : sequence.items()) {
                text.append(separator);
                flow(item);
                separator = ", ";
            }
            text.append(']');
        } else {
            Scalar scalar = (Scalar) node;
            text.append(quotedIfNeeded(scalar.text(), scalar.quoted()));
        }
    }

    /** Text is quoted unless it is a word that no reader takes for anything else. */
    private static String quotedIfNeeded(String value, boolean isText) {
        boolean bare = isText
                ? WORD.matcher(value).matches() && !NOT_TEXT.contains(value)
                : BARE.matcher(value).matches();
        return bare ? value : quoted(value);
    }

    private static String quoted(String value) {
        StringBuilder escaped = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> escaped.append("\\\"");
                case '\\' -> escaped.append("\\\\");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                default -> escaped.append(isPrintable(c) ? String.valueOf(c) : String.format("\\u%04x", (int) c));
            }
        }
        return escaped.append('"').toString();
    }

    /** Halves of surrogate pairs count as printable: a pair is written as it is. */
    private static boolean isPrintable(char c) {
        return (c >= ' ' && c < 0x7f) || (c >= 0xa0 && c < 0xfe00 && c != 0x2028 && c != 0x2029);
    }
}
