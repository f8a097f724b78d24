package dev.querent.app.command;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.plugin.PluginRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An experiment file with its overrides; mixed into every command that takes one. */
public final class ExperimentOptions {

    @Parameters(index = "0", paramLabel = "FILE", description = "The experiment file.")
    private Path file = Path.of("");

    @Option(
            names = "--set",
            paramLabel = "key=value",
            description = "Override a setting, as in --set bridge.queries=16; null removes it. May be repeated.")
    private List<String> overrides = new ArrayList<>();

    /** The file as given. */
    public Path file() {
        return file;
    }

    /** The overrides as given. */
    public List<String> overrides() {
        return List.copyOf(overrides);
    }

    /**
     * @throws dev.querent.experiment.ExperimentException with everything that is wrong
     */
    public Experiment load(PluginRegistry registry) {
        return new ExperimentLoader(registry).load(file, overrides);
    }
}
