package dev.querent.app.command;

import dev.querent.plugin.PluginRegistry;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where plugins are looked for; mixed into every command that needs them. */
public final class PluginOptions {

    @Option(
            names = "--plugins",
            paramLabel = "DIR",
            defaultValue = "plugins",
            description = "Folder of plugin jars, default: ${DEFAULT-VALUE}. It need not exist.")
    private Path folder = Path.of("plugins");

    /** Where they are looked for. */
    public Path folder() {
        return folder;
    }

    /**
     * Finds the plugins; tells of what in the jars can't be used.
     *
     * @return to be closed by the caller
     */
    public PluginRegistry open(PrintWriter err) {
        PluginRegistry registry = PluginRegistry.withJars(folder);
        registry.leftOut().forEach(sentence -> err.println("left out: " + sentence));
        err.flush();
        return registry;
    }
}
