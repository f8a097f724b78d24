package dev.querent.plugin;

import dev.querent.config.NearestName;
import io.github.classgraph.ClassGraph;
import io.github.classgraph.ScanResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every plugin that can be wired: those of this project on the class path, and those in the jars of a plugin folder. Jars stay
 * open as long as the registry.
 */
public final class PluginRegistry implements AutoCloseable {

    private static final String ROOT = "dev.querent";

    private final List<PluginDescriptor> plugins;
    private final PluginFolder folder;

    private PluginRegistry(Collection<PluginDescriptor> plugins, PluginFolder folder) {
        this.plugins = plugins.stream()
                .sorted(Comparator.comparing(PluginDescriptor::kindName).thenComparing(PluginDescriptor::name))
                .toList();
        this.folder = folder;
        refuseDoubled(this.plugins);
    }

    /**
     * Finds the plugins of the class path.
     *
     * @throws PluginException where one breaks the rules, or two of a kind have one name
     */
    public static PluginRegistry builtIn() {
        return new PluginRegistry(onClassPath(), PluginFolder.none());
    }

    /**
     * Finds the plugins of the class path and of every {@code *.jar} in a folder. What is wrong with a jar or one of its plugins is
     * told by {@link #leftOut} and hinders no others; a name that is there twice belongs to the built-in plugin, or to none.
     *
     * @param jars need not exist
     * @throws PluginException where a built-in plugin breaks the rules, or two of a kind have one name
     */
    public static PluginRegistry withJars(Path jars) {
        PluginFolder folder = PluginFolder.open(jars);
        try {
            List<PluginDescriptor> all = new ArrayList<>(onClassPath());
            folder.leaveOutDoubled(all);
            all.addAll(folder.plugins());
            return new PluginRegistry(all, folder);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /** A registry of the classes given and no others. */
    public static PluginRegistry of(Class<?>... types) {
        List<PluginDescriptor> described = new ArrayList<>();
        for (Class<?> type : types) {
            described.addAll(PluginInspector.describe(type, PluginDescriptor.BUILT_IN));
        }
        return new PluginRegistry(described, PluginFolder.none());
    }

    /** All, by kind and name. */
    public List<PluginDescriptor> plugins() {
        return plugins;
    }

    /** A sentence for each jar, and each plugin of a jar, that can't be used. */
    public List<String> leftOut() {
        return folder.unusable().stream().map(UnusablePlugin::sentence).toList();
    }

    /** The names of a kind, sorted. */
    public List<String> names(Class<?> kind) {
        return plugins.stream()
                .filter(plugin -> plugin.kind() == kind)
                .map(PluginDescriptor::name)
                .toList();
    }

    /**
     * Finds a plugin by name.
     *
     * @throws PluginException listing the known names, and why the plugin was left out, or which name is the nearest
     */
    public PluginDescriptor find(Class<?> kind, String name) {
        Optional<PluginDescriptor> found = plugins.stream()
                .filter(plugin -> plugin.kind() == kind && plugin.name().equals(name))
                .findFirst();
        return found.orElseThrow(() -> new PluginException(unknown(kind, name)));
    }

    /**
     * Builds a plugin.
     *
     * @param supplied what the constructor gets besides its configuration, by type
     * @throws PluginException where there is none of that name or it can't be built
     */
    public <T> T create(Class<T> kind, String name, Record config, Object... supplied) {
        return kind.cast(find(kind, name).create(config, supplied));
    }

    /** Closes the jars; their classes can't be loaded any more. */
    @Override
    public void close() {
        folder.close();
    }

    private String unknown(Class<?> kind, String name) {
        String words = PluginDescriptor.nameOfKind(kind).replace('-', ' ');
        List<String> known = names(kind);
        String elsewhere = plugins.stream()
                .filter(plugin -> plugin.name().equals(name))
                .map(plugin -> " " + name + " is a " + plugin.kindName().replace('-', ' ') + ".")
                .findFirst()
                .orElse("");
        return "no " + words + " called \"" + name + "\"." + elsewhere + " Known: "
                + (known.isEmpty() ? "none" : String.join(", ", known)) + "."
                + whyLeftOut(name).orElseGet(() -> NearestName.question(name, known));
    }

    /** What is known to have the name; otherwise what might have it. */
    private Optional<String> whyLeftOut(String name) {
        List<UnusablePlugin> unusable = folder.unusable();
        List<UnusablePlugin> named = unusable.stream()
                .filter(plugin -> plugin.names().contains(name))
                .toList();
        List<UnusablePlugin> told = named.isEmpty()
                ? unusable.stream().filter(plugin -> plugin.names().isEmpty()).toList()
                : named;
        return told.stream()
                .map(plugin -> " Left out: " + plugin.sentence() + ".")
                .reduce(String::concat);
    }

    private static List<PluginDescriptor> onClassPath() {
        List<PluginDescriptor> found = new ArrayList<>();
        try (ScanResult scan =
                new ClassGraph().enableAnnotationInfo().acceptPackages(ROOT).scan()) {
            for (Class<?> type : scan.getClassesWithAnnotation(Plugin.class).loadClasses()) {
                found.addAll(PluginInspector.describe(type, PluginDescriptor.BUILT_IN));
            }
        }
        return found;
    }

    private static void refuseDoubled(List<PluginDescriptor> plugins) {
        Map<String, PluginDescriptor> seen = new HashMap<>();
        for (PluginDescriptor plugin : plugins) {
            PluginDescriptor other = seen.put(plugin.kindName() + " " + plugin.name(), plugin);
            if (other != null) {
                throw new PluginException("two plugins of kind " + plugin.kindName() + " are called \"" + plugin.name()
                        + "\": " + other.type().getName() + " (" + other.origin() + ") and "
                        + plugin.type().getName() + " (" + plugin.origin() + "). Rename or remove one");
            }
        }
    }
}
