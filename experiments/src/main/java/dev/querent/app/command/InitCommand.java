package dev.querent.app.command;

import dev.querent.experiment.CommentedExperiment;
import dev.querent.file.AtomicFile;
import dev.querent.plugin.PluginRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code querent init}: writes a small experiment that runs, with what its keys mean behind them. */
@Command(
        name = "init",
        description = "Writes a small experiment on generated pictures, with a comment behind each key, to begin from.",
        mixinStandardHelpOptions = true)
public final class InitCommand implements Runnable {

    private static final String TEMPLATE = "first-experiment.yaml";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "experiment.yaml",
            description = "The file to write, default: ${DEFAULT-VALUE}. One that is there is left alone.")
    private Path file = Path.of("experiment.yaml");

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Override
    public void run() {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new UsageException(file + " is there already; name another file: querent init FILE");
        }
        try (PluginRegistry registry = plugins.open(spec.commandLine().getErr())) {
            AtomicFile.write(file, heading() + CommentedExperiment.of(template(), registry));
        }
        spec.commandLine().getOut().println("wrote " + file + ". Run it with: querent run " + file);
        spec.commandLine().getOut().flush();
    }

    private String heading() {
        return """
                # A small BLIP-2 on generated pictures: encoder and language model are trained first, then the bridge in its two stages, then
                # all is evaluated. Too small for useful numbers: make it larger, or exchange parts.
                #   querent validate %1$s      tells every mistake at once
                #   querent run %1$s           runs it; the same command again continues it
                # Keys that aren't here have the defaults of docs/reference/experiment-keys.md.
                """.formatted(file);
    }

    private static String template() {
        try (InputStream stream = Objects.requireNonNull(InitCommand.class.getResourceAsStream(TEMPLATE))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + TEMPLATE, e);
        }
    }
}
