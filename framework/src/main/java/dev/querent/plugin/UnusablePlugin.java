package dev.querent.plugin;

import java.util.Set;

/**
 * What a plugin folder holds and can't be used.
 *
 * @param names what experiments would call it, presets included; empty where that isn't known, as of a damaged jar
 * @param sentence says which jar, which class and why
 */
record UnusablePlugin(Set<String> names, String sentence) {
    UnusablePlugin {
        names = Set.copyOf(names);
    }
}
