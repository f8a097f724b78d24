package dev.querent.plugin;

import io.github.classgraph.AnnotationInfo;
import io.github.classgraph.ClassGraph;
import io.github.classgraph.ClassGraphException;
import io.github.classgraph.ClassInfo;
import io.github.classgraph.ClassInfoList;
import io.github.classgraph.ScanResult;
import java.io.IOException;
import java.lang.annotation.AnnotationFormatError;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** The jars of a folder, each with a class loader of its own, so that two may bring different versions of a library. */
final class PluginFolder implements AutoCloseable {

    private final List<PluginDescriptor> plugins = new ArrayList<>();
    private final List<UnusablePlugin> unusable = new ArrayList<>();
    private final List<URLClassLoader> loaders = new ArrayList<>();

    private PluginFolder() {}

    static PluginFolder none() {
        return new PluginFolder();
    }

    /** Opens every jar; jars and plugins that can't be used are told by {@link #unusable} and hinder no others. */
    static PluginFolder open(Path folder) {
        PluginFolder opened = new PluginFolder();
        for (Path jar : jars(folder)) {
            opened.add(jar);
        }
        return opened;
    }

    List<PluginDescriptor> plugins() {
        return plugins;
    }

    List<UnusablePlugin> unusable() {
        return List.copyOf(unusable);
    }

    /** Leaves out every plugin that has its name in common with another of its kind, in a jar or among the given ones. */
    void leaveOutDoubled(List<PluginDescriptor> builtIn) {
        Map<String, List<PluginDescriptor>> named = Stream.concat(builtIn.stream(), plugins.stream())
                .collect(Collectors.groupingBy(
                        plugin -> plugin.kindName() + " " + plugin.name(), LinkedHashMap::new, Collectors.toList()));
        for (List<PluginDescriptor> same : named.values()) {
            for (PluginDescriptor plugin : same) {
                if (same.size() > 1 && plugins.remove(plugin)) {
                    PluginDescriptor other = same.get(0).equals(plugin) ? same.get(1) : same.get(0);
                    String sentence = plugin.origin() + ": " + plugin.type().getName() + ": another "
                            + plugin.kindName().replace('-', ' ') + " is called \"" + plugin.name() + "\": "
                            + other.type().getName() + " (" + other.origin() + "). Rename or remove one";
                    unusable.add(new UnusablePlugin(Set.of(plugin.name()), sentence));
                }
            }
        }
    }

    private static List<Path> jars(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.jar")) {
            found.forEach(jars::add);
        } catch (IOException e) {
            throw new PluginException(folder + ": can't be listed: " + e.getMessage(), e);
        }
        jars.sort(null);
        return jars;
    }

    private void add(Path jar) {
        try {
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                zip.size(); // opening it is the check: a scan would pass over a damaged jar in silence
            }
            URLClassLoader loader = new URLClassLoader(
                    "plugin " + jar.getFileName(),
                    new URL[] {jar.toUri().toURL()},
                    PluginFolder.class.getClassLoader());
            loaders.add(loader);
            scan(jar, loader);
        } catch (IOException | ClassGraphException e) {
            leaveOut(jar, Set.of(), "is not a readable jar: " + e.getMessage());
        }
    }

    private void scan(Path jar, ClassLoader loader) {
        try (ScanResult scan = new ClassGraph()
                .enableAnnotationInfo()
                .ignoreClassVisibility()
                .overrideClasspath(jar.toAbsolutePath().toString())
                .scan()) {
            ClassInfoList types = scan.getClassesWithAnnotation(Plugin.class);
            if (types.isEmpty()) {
                leaveOut(jar, Set.of(), "holds no class marked with @Plugin");
            }
            for (ClassInfo type : types) {
                add(jar, type, loader);
            }
        }
    }

    /** One class of a jar. Whatever goes wrong with it concerns no other: reflection meets what a stranger compiled. */
    private void add(Path jar, ClassInfo type, ClassLoader loader) {
        try {
            Class<?> loaded = Class.forName(type.getName(), false, loader);
            if (loaded.getClassLoader() == loader) {
                plugins.addAll(PluginInspector.describe(loaded, jar.toString()));
            } else {
                String sentence = type.getName() + " is Querent's own and taken from there."
                        + " Leave Querent out of the jar (Maven: scope provided)";
                leaveOut(jar, names(type), sentence);
            }
        } catch (PluginException e) {
            leaveOut(jar, names(type), String.valueOf(e.getMessage()));
        } catch (ClassNotFoundException | LinkageError | AnnotationFormatError | RuntimeException e) {
            leaveOut(jar, names(type), type.getName() + " " + LoadingProblem.predicate(e));
        }
    }

    /** Read from the class file, as the class may not be loadable. */
    private static Set<String> names(ClassInfo type) {
        return type.getAnnotationInfo().stream()
                .flatMap(PluginFolder::names)
                .map(Object::toString)
                .collect(Collectors.toSet());
    }

    private static Stream<?> names(AnnotationInfo annotation) {
        if (annotation.getName().equals(Plugin.class.getName())) {
            return Stream.of(annotation.getParameterValues(false).getValue("value"));
        }
        if (annotation.getName().equals(Preset.class.getName())) {
            return Stream.of(annotation.getParameterValues(false).getValue("name"));
        }
        if (annotation.getName().equals(Preset.Several.class.getName())) {
            Object[] several = (Object[]) annotation.getParameterValues(false).getValue("value");
            return Arrays.stream(several).flatMap(preset -> names((AnnotationInfo) preset));
        }
        return Stream.of();
    }

    private void leaveOut(Path jar, Set<String> names, String predicate) {
        unusable.add(new UnusablePlugin(names, jar + ": " + predicate));
    }

    @Override
    public void close() {
        for (URLClassLoader loader : loaders) {
            try {
                loader.close();
            } catch (IOException e) {
                unusable.add(new UnusablePlugin(Set.of(), loader.getName() + ": can't be closed: " + e.getMessage()));
            }
        }
    }
}
