package dev.querent.app.command;

import dev.querent.experiment.ExperimentSchema;
import dev.querent.experiment.KeyReference;
import dev.querent.file.AtomicFile;
import dev.querent.plugin.PluginRegistry;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code querent schema}: the JSON Schema of experiment or study files, with the plugins that there are. */
@Command(
        name = "schema",
        description = "Writes the JSON Schema of experiment files, by which editors complete and check them.",
        mixinStandardHelpOptions = true)
public final class SchemaCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--study", description = "That of study files instead.")
    private boolean study;

    @Option(names = "--reference", description = "A Markdown page of all keys instead of a schema.")
    private boolean reference;

    @Option(names = "--to", paramLabel = "FILE", description = "Where to write it; default: standard output.")
    private @Nullable Path to;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Override
    public void run() {
        try (PluginRegistry registry = plugins.open(spec.commandLine().getErr())) {
            String text = reference ? page(registry) : json(registry);
            if (to == null) {
                spec.commandLine().getOut().print(text);
                spec.commandLine().getOut().flush();
            } else {
                AtomicFile.write(to, text);
            }
        }
    }

    private String page(PluginRegistry registry) {
        return study ? KeyReference.ofStudy() : KeyReference.of(registry);
    }

    private String json(PluginRegistry registry) {
        JsonNode schema = study ? ExperimentSchema.ofStudy(registry) : ExperimentSchema.of(registry);
        return JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(schema)
                        .replace("\r\n", "\n")
                + "\n";
    }
}
