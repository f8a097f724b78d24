package dev.querent.plugin;

import io.github.classgraph.ClassGraph;
import io.github.classgraph.ScanResult;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipFile;

/** The jars of a folder, each with a class loader of its own, so that two may bring different versions of a library. */
final class PluginFolder implements AutoCloseable {

    private final List<PluginDescriptor> plugins = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final List<URLClassLoader> loaders = new ArrayList<>();

    private PluginFolder() {}

    static PluginFolder none() {
        return new PluginFolder();
    }

    /** Opens every jar; one that can't be used is told by {@link #broken} and contributes nothing. */
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

    List<String> broken() {
        return List.copyOf(broken);
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
            List<PluginDescriptor> found = scan(jar, loader);
            if (found.isEmpty()) {
                broken.add(jar + ": holds no class marked with @Plugin");
            }
            plugins.addAll(found);
        } catch (IOException e) {
            broken.add(jar + ": is not a readable jar: " + e.getMessage());
        } catch (PluginException e) {
            broken.add(jar + ": " + e.getMessage());
        } catch (ClassNotFoundException | LinkageError | TypeNotPresentException e) {
            broken.add(jar + ": was built for something that is not here: " + e);
        }
    }

    private static List<PluginDescriptor> scan(Path jar, URLClassLoader loader) throws ClassNotFoundException {
        List<PluginDescriptor> found = new ArrayList<>();
        try (ScanResult scan = new ClassGraph()
                .enableAnnotationInfo()
                .ignoreClassVisibility()
                .overrideClasspath(jar.toAbsolutePath().toString())
                .scan()) {
            for (String name : scan.getClassesWithAnnotation(Plugin.class).getNames()) {
                found.addAll(PluginInspector.describe(Class.forName(name, false, loader), jar.toString()));
            }
        }
        return found;
    }

    @Override
    public void close() {
        for (URLClassLoader loader : loaders) {
            try {
                loader.close();
            } catch (IOException e) {
                broken.add(loader.getName() + ": can't be closed: " + e.getMessage());
            }
        }
    }
}
