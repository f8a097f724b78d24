package dev.querent.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An untyped setting. What a scalar's text means is decided by the type it is bound to, never by its look. */
public sealed interface ConfigNode {

    /** Where it was written: for the value of a key, the key's line. */
    Origin origin();

    /** What a message calls it: the value itself, quoted if it is text. */
    String shown();

    /** Whether it is an unquoted {@code null}, {@code ~} or nothing at all. */
    default boolean isNull() {
        return false;
    }

    /**
     * One value.
     *
     * @param text as written, without its quotes
     * @param quoted whether it was in quotes (or a block), hence is text even where it looks like a number
     */
    record Scalar(String text, boolean quoted, Origin origin) implements ConfigNode {
        private static final Set<String> NULLS = Set.of("", "~", "null");
        private static final int LONGEST_SHOWN = 60;

        @Override
        public boolean isNull() {
            return !quoted && NULLS.contains(text);
        }

        @Override
        public String shown() {
            if (isNull()) {
                return "nothing";
            }
            String cut = text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
            return "\"" + cut.replace("\n", "\\n") + "\"";
        }
    }

    /** A list. */
    record Sequence(List<ConfigNode> items, Origin origin) implements ConfigNode {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String shown() {
            return "a list";
        }
    }

    /** Keys with their values, in the order in which they were written. */
    record Mapping(Map<String, ConfigNode> entries, Origin origin) implements ConfigNode {
        private static final String PLUGIN = "plugin";

        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        @Override
        public String shown() {
            return "a map";
        }

        /**
         * Puts other settings on top: maps merge key by key, scalars and lists replace, null removes a key. A map that names
         * another {@code plugin} than the one below it replaces it, since the settings of one plugin mean nothing to another.
         * A null that finds nothing to remove stays, so that whoever binds the tree can say so.
         */
        public Mapping overlaid(Mapping top) {
            if (namesAnotherPlugin(top)) {
                return top;
            }
            Map<String, ConfigNode> merged = new LinkedHashMap<>(entries);
            top.entries.forEach((key, above) -> {
                ConfigNode below = merged.get(key);
                if (above.isNull() && below != null && !below.isNull()) {
                    merged.remove(key);
                } else if (above instanceof Mapping upper && below instanceof Mapping lower) {
                    merged.put(key, lower.overlaid(upper));
                } else {
                    merged.put(key, above);
                }
            });
            return new Mapping(merged, top.origin.line() > 0 ? top.origin : origin);
        }

        /** The same without some keys. */
        public Mapping without(Set<String> keys) {
            Map<String, ConfigNode> rest = new LinkedHashMap<>(entries);
            rest.keySet().removeAll(keys);
            return new Mapping(rest, origin);
        }

        private boolean namesAnotherPlugin(Mapping top) {
            return entries.get(PLUGIN) instanceof Scalar below
                    && top.entries.get(PLUGIN) instanceof Scalar above
                    && !above.isNull()
                    && !below.text().equals(above.text());
        }
    }
}
