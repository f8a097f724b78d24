package dev.querent.app.command;

import dev.querent.experiment.Experiment;
import dev.querent.plugin.PluginRegistry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code querent validate FILE}: tells every mistake of an experiment at once, without loading weights. */
@Command(
        name = "validate",
        description = "Checks an experiment without loading weights or data; tells every mistake at once.",
        mixinStandardHelpOptions = true)
public final class ValidateCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ExperimentOptions experiment = new ExperimentOptions();

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Override
    public void run() {
        try (PluginRegistry registry = plugins.open(spec.commandLine().getErr())) {
            Experiment loaded = experiment.load(registry);
            loaded.missingFiles()
                    .forEach(missing -> spec.commandLine().getErr().println("note: " + missing + "; needed to run"));
            spec.commandLine()
                    .getOut()
                    .println(experiment.file() + ": no mistakes. Experiment " + loaded.name() + ", steps: "
                            + String.join(", ", loaded.steps().keySet()));
        }
    }
}
