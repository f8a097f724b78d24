package dev.querent.app.command;

import dev.querent.data.DataFolder;
import dev.querent.experiment.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where runs and data live; mixed into every command that works on runs. */
public final class RunOptions {

    @Option(
            names = "--runs",
            paramLabel = "DIR",
            defaultValue = "runs",
            description = "Folder of the runs, default: ${DEFAULT-VALUE}.")
    private Path runs = Path.of("runs");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "data",
            description = "Folder of fetched data sets, default: ${DEFAULT-VALUE}.")
    private Path data = Path.of("data");

    /** The folder of a run, new or old. */
    public RunDirectory named(String name) {
        return new RunDirectory(runs.resolve(name));
    }

    /**
     * An existing run, given by its folder or by its name.
     *
     * @throws UsageException where there is none
     */
    public RunDirectory existing(Path given) {
        RunDirectory direct = new RunDirectory(given);
        RunDirectory named = named(given.toString());
        if (direct.exists()) {
            return direct;
        }
        if (named.exists()) {
            return named;
        }
        throw new UsageException("there is no run " + given + (Files.isDirectory(runs) ? " in " + runs : "")
                + ": expected a folder with a resolved.yaml, as querent run makes it");
    }

    /** The folder of all runs. */
    public Path folder() {
        return runs;
    }

    public DataFolder data() {
        return new DataFolder(data);
    }
}
