package dev.querent.experiment;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.Origin;
import dev.querent.config.Problems;
import dev.querent.config.YamlException;
import dev.querent.config.YamlReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The {@code --set key=value} of a command line as a tree to put on top of the file's. */
public final class Overrides {

    private static final String OPTION = "--set ";
    private static final Pattern DOT = Pattern.compile("\\.");

    private final Problems problems;

    public Overrides(Problems problems) {
        this.problems = problems;
    }

    /** All overrides as one tree, so that their order matters only where two give the same key: the later one wins. */
    public Mapping tree(List<String> overrides) {
        Mapping tree = new Mapping(Map.of(), Origin.of(OPTION.strip()));
        for (String override : overrides) {
            tree = with(tree, override);
        }
        return tree;
    }

    private Mapping with(Mapping tree, String override) {
        Origin origin = Origin.of(OPTION + override);
        int equals = override.indexOf('=');
        List<String> path = equals <= 0 ? List.of() : List.of(DOT.split(override.substring(0, equals), -1));
        if (path.isEmpty() || path.stream().anyMatch(String::isBlank)) {
            problems.add(origin, "", "expected a dotted key, = and a value, as in --set bridge.queries=32");
            return tree;
        }
        try {
            return put(tree, path, YamlReader.value(override.substring(equals + 1), origin.source()), origin);
        } catch (YamlException e) {
            problems.add(origin, "", e.problem().sentence());
            return tree;
        }
    }

    /** A tree with one value, below a dotted key. */
    Mapping at(String key, ConfigNode value) {
        Mapping empty = new Mapping(Map.of(), value.origin());
        List<String> path = List.of(DOT.split(key, -1));
        if (path.stream().anyMatch(String::isBlank)) {
            problems.add(value.origin(), key, "expected a dotted key, as in bridge.queries");
            return empty;
        }
        return put(empty, path, value, value.origin());
    }

    private static Mapping put(Mapping tree, List<String> path, ConfigNode value, Origin origin) {
        Map<String, ConfigNode> entries = new LinkedHashMap<>(tree.entries());
        String key = path.get(0);
        if (path.size() == 1) {
            entries.put(key, value);
        } else {
            Mapping below = entries.get(key) instanceof Mapping inner ? inner : new Mapping(Map.of(), origin);
            entries.put(key, put(below, path.subList(1, path.size()), value, origin));
        }
        return new Mapping(entries, tree.origin());
    }
}
