package dev.querent.config;

import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.ConfigNode.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads one YAML document as a tree of texts. Nothing is constructed: a tag of the user's own is refused, and so are doubled
 * keys, documents that grow by aliases, and sizes and depths that no settings need.
 */
public final class YamlReader {
    /** Characters a file may have. */
    public static final int LONGEST = 1_000_000;

    /** Maps and lists that may lie in one another. */
    public static final int DEEPEST = 30;

    /** Values a file may have, counted with what its aliases stand for. */
    public static final int MOST_VALUES = 100_000;

    private static final Set<Tag> PLAIN_TAGS =
            Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.MAP, Tag.SEQ, Tag.TIMESTAMP, Tag.BINARY);

    private final String source;
    private final boolean hasLines;
    private int values;

    private YamlReader(String source, boolean hasLines) {
        this.source = source;
        this.hasLines = hasLines;
    }

    /**
     * Reads a document.
     *
     * @param source what messages call it
     * @return an empty map for an empty document
     * @throws YamlException where it isn't YAML, isn't a map, or goes beyond the limits
     */
    public static Mapping document(String text, String source) {
        YamlReader reader = new YamlReader(source, true);
        ConfigNode node = reader.read(text);
        if (node instanceof Mapping mapping) {
            return mapping;
        }
        if (node.isNull()) {
            return new Mapping(Map.of(), new Origin(source, 1));
        }
        throw reader.refused(node.origin(), "expected a map of settings, found " + node.shown());
    }

    /**
     * Reads a single value, as behind a key.
     *
     * @throws YamlException as {@link #document}
     */
    public static ConfigNode value(String text, String source) {
        return new YamlReader(source, false).read(text);
    }

    private ConfigNode read(String text) {
        if (text.length() > LONGEST) {
            throw refused(origin(0), "has " + text.length() + " characters; settings have at most " + LONGEST);
        }
        try {
            Node root = PlainYaml.compose(text, options());
            return root == null ? new Scalar("", false, origin(0)) : node(root, line(root), 0);
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark();
            throw refused(origin(mark == null ? 0 : mark.getLine() + 1), "is not YAML: " + e.getProblem());
        } catch (org.yaml.snakeyaml.error.YAMLException e) {
            throw refused(origin(0), "is not YAML: " + e.getMessage());
        }
    }

    private static LoaderOptions options() {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(50);
        options.setNestingDepthLimit(DEEPEST);
        options.setCodePointLimit(LONGEST);
        options.setTagInspector(tag -> true); // they are refused below, with a sentence of our own
        return options;
    }

    private ConfigNode node(Node node, int line, int depth) {
        refuseTag(node);
        if (++values > MOST_VALUES) {
            throw refused(
                    origin(line),
                    "holds more than " + MOST_VALUES + " values, counted with what its aliases stand for");
        }
        if (depth > DEEPEST) {
            throw refused(origin(line), "is nested deeper than " + DEEPEST);
        }
        if (node instanceof MappingNode mapping) {
            return mapping(mapping, line, depth);
        }
        if (node instanceof SequenceNode sequence) {
            List<ConfigNode> items = new ArrayList<>();
            for (Node item : sequence.getValue()) {
                items.add(node(item, line(item), depth + 1));
            }
            return new Sequence(items, origin(line));
        }
        ScalarNode scalar = (ScalarNode) node;
        return new Scalar(scalar.getValue(), scalar.getScalarStyle() != ScalarStyle.PLAIN, origin(line));
    }

    private Mapping mapping(MappingNode node, int line, int depth) {
        Map<String, ConfigNode> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : node.getValue()) {
            int keyLine = line(tuple.getKeyNode());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw refused(origin(keyLine), "a key is a map or a list; keys are words");
            }
            refuseTag(key);
            if (entries.put(key.getValue(), node(tuple.getValueNode(), keyLine, depth + 1)) != null) {
                throw refused(origin(keyLine), "the key " + key.getValue() + " is there twice");
            }
        }
        return new Mapping(entries, origin(line));
    }

    private void refuseTag(Node node) {
        if (node.getTag().equals(Tag.MERGE)) {
            throw refused(origin(line(node)), "the key << is refused; write extends: with a file");
        }
        if (!PLAIN_TAGS.contains(node.getTag())) {
            throw refused(
                    origin(line(node)),
                    "the tag " + node.getTag() + " is refused: settings are plain maps, lists and values");
        }
    }

    private static int line(Node node) {
        return node.getStartMark() == null ? 0 : node.getStartMark().getLine() + 1;
    }

    private Origin origin(int line) {
        return new Origin(source, hasLines ? line : 0);
    }

    private YamlException refused(Origin origin, String sentence) {
        return new YamlException(new Problem(origin, "", sentence));
    }
}
