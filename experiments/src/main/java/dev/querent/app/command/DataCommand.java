package dev.querent.app.command;

import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.Origin;
import dev.querent.config.Problems;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.Fetchable;
import dev.querent.data.MissingDataException;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.plugin.ConfigBinder;
import dev.querent.plugin.PluginDescriptor;
import dev.querent.plugin.PluginRegistry;
import dev.querent.progress.ProgressLine;
import dev.querent.task.dataset.DataCheck;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code querent data}: gets data sets and checks what is on disk. */
@Command(
        name = "data",
        description = "Gets data sets and checks what is on disk.",
        mixinStandardHelpOptions = true,
        subcommands = {DataCommand.Fetch.class, DataCommand.CheckData.class})
public final class DataCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "data: expected fetch or check");
    }

    private static ProgressLine progress(CommandLine commandLine, String what) {
        ProgressLine line = new ProgressLine(commandLine.getErr(), Boolean.getBoolean("querent.terminal"));
        line.begin(what);
        return line;
    }

    /** {@code querent data fetch NAME}. */
    @Command(
            name = "fetch",
            description = "Gets a data set with the machine's own package client, in its default configuration.",
            mixinStandardHelpOptions = true)
    public static final class Fetch implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private PluginOptions plugins = new PluginOptions();

        @Option(
                names = "--data",
                paramLabel = "DIR",
                defaultValue = "data",
                description = "Folder of fetched data sets, default: ${DEFAULT-VALUE}.")
        private Path data = Path.of("data");

        @Parameters(paramLabel = "NAME", description = "Name of the data set plugin.")
        private String name = "";

        @Override
        public Integer call() {
            CommandLine commandLine = spec.commandLine();
            try (PluginRegistry registry = plugins.open(commandLine.getErr())) {
                PluginDescriptor plugin = registry.find(Dataset.class, name);
                Optional<Record> config = defaults(plugin);
                if (config.isPresent() && config.get() instanceof Fetchable fetchable) {
                    fetchable.fetch(new DataFolder(data), progress(commandLine, name));
                    commandLine.getOut().println(name + " is in " + data.resolve(name));
                } else if (Fetchable.class.isAssignableFrom(plugin.config())) {
                    throw new UsageException(
                            name + " can't be fetched without its settings: run an experiment that names it");
                } else {
                    commandLine.getOut().println(name + " needs no fetching");
                }
                commandLine.getOut().flush();
            }
            return CommandLine.ExitCode.OK;
        }

        private static Optional<Record> defaults(PluginDescriptor plugin) {
            Mapping nothing = new Mapping(new LinkedHashMap<>(), Origin.of("defaults"));
            return new ConfigBinder(new Problems()).bind(nothing, "", plugin, Set.of());
        }
    }

    /** {@code querent data check PATH}. */
    @Command(
            name = "check",
            description = "Says what is wrong with data on disk, and decodes every image.",
            mixinStandardHelpOptions = true)
    public static final class CheckData implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private PluginOptions plugins = new PluginOptions();

        @Option(
                names = "--data",
                paramLabel = "DIR",
                defaultValue = "data",
                description = "Folder of fetched data sets, default: ${DEFAULT-VALUE}.")
        private Path data = Path.of("data");

        @Parameters(
                paramLabel = "PATH",
                description = "An experiment file, whose data set is checked; a prepared data set, a folder with images"
                        + " or tar files, or one of them.")
        private Path path = Path.of("");

        @Override
        public Integer call() {
            CommandLine commandLine = spec.commandLine();
            DataCheck check = isExperiment() ? experiment() : DataCheck.of(path, progress(commandLine, "checking"));
            check.problems().forEach(commandLine.getErr()::println);
            commandLine.getErr().flush();
            commandLine
                    .getOut()
                    .println(path + ": " + check.images() + " images, "
                            + check.problems().size() + " problems");
            commandLine.getOut().flush();
            return check.problems().isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        }

        private boolean isExperiment() {
            return path.toString().endsWith(".yaml") || path.toString().endsWith(".yml");
        }

        private DataCheck experiment() {
            CommandLine commandLine = spec.commandLine();
            try (PluginRegistry registry = plugins.open(commandLine.getErr())) {
                Experiment experiment = new ExperimentLoader(registry).load(path);
                Dataset dataset = experiment.data().create(Dataset.class, new DataFolder(data));
                return DataCheck.of(dataset, progress(commandLine, "checking"));
            } catch (MissingDataException | IllegalArgumentException e) {
                return new DataCheck(0, List.of(String.valueOf(e.getMessage())));
            }
        }
    }
}
