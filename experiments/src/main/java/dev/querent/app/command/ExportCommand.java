package dev.querent.app.command;

import dev.querent.plugin.PluginRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code querent export RUN --to DIR}: a run's model as a BLIP-2 checkpoint folder in Hugging Face's layout. */
@Command(
        name = "export",
        description = "Writes a run's model as a BLIP-2 checkpoint folder in Hugging Face's layout.",
        mixinStandardHelpOptions = true)
public final class ExportCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "RUN", description = "The run's folder or name.")
    private Path run = Path.of("");

    @Option(
            names = "--to",
            required = true,
            paramLabel = "DIR",
            description = "Folder to be made; must be new or empty.")
    private Path to = Path.of("");

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Mixin
    private RunOptions runs = new RunOptions();

    @Override
    public void run() {
        if (!isNewOrEmpty(to)) {
            throw new UsageException("--to: " + to + " is there already and not empty; name a new folder");
        }
        PrintWriter err = spec.commandLine().getErr();
        try (PluginRegistry registry = plugins.open(err)) {
            RunModel model = RunModel.open(runs.existing(run), registry).published();
            boolean writes = model.components().containsKey("language");
            (writes ? model.notes() : model.representationNotes()).forEach(note -> err.println("note: " + note));
            err.flush();
            spec.commandLine().getOut().println(to + ": " + BlipCheckpoint.export(model, to));
        }
    }

    private static boolean isNewOrEmpty(Path folder) {
        if (!Files.isDirectory(folder)) {
            return !Files.exists(folder);
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }
}
