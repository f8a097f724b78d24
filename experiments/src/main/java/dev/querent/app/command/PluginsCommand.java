package dev.querent.app.command;

import dev.querent.plugin.PluginDescriptor;
import dev.querent.plugin.PluginField;
import dev.querent.plugin.PluginRegistry;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code querent plugins}: what can be wired, with every configuration field. */
@Command(
        name = "plugins",
        description = "Lists what can be wired, with configuration fields, types and defaults.",
        mixinStandardHelpOptions = true)
public final class PluginsCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "Write one JSON list.")
    private boolean json;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        try (PluginRegistry registry = plugins.open(spec.commandLine().getErr())) {
            if (json) {
                out.println(JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(registry.plugins().stream()
                                .map(PluginsCommand::tree)
                                .toList()));
            } else {
                print(registry.plugins(), out);
            }
        }
    }

    private static void print(List<PluginDescriptor> plugins, PrintWriter out) {
        String kind = "";
        for (PluginDescriptor plugin : plugins) {
            if (!plugin.kindName().equals(kind)) {
                kind = plugin.kindName();
                out.println(kind);
            }
            out.println("  " + plugin.name() + "  (" + plugin.type().getName() + ", " + plugin.origin() + ")");
            for (PluginField field : plugin.fields()) {
                out.println("    " + field.key() + ": " + field.type() + ", " + presence(field) + ". " + field.doc());
            }
        }
    }

    private static String presence(PluginField field) {
        return field.required()
                ? "required"
                : field.standard().map(value -> "default " + value).orElse("optional");
    }

    private static Map<String, Object> tree(PluginDescriptor plugin) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", plugin.kindName());
        tree.put("name", plugin.name());
        tree.put("class", plugin.type().getName());
        tree.put("origin", plugin.origin());
        tree.put("fields", plugin.fields().stream().map(PluginsCommand::tree).toList());
        return tree;
    }

    private static Map<String, Object> tree(PluginField field) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("key", field.key());
        tree.put("type", field.type());
        field.standard().ifPresent(value -> tree.put("default", value));
        tree.put("required", field.required());
        tree.put("doc", field.doc());
        return tree;
    }
}
