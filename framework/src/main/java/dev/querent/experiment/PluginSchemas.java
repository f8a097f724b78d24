package dev.querent.experiment;

import dev.querent.plugin.ConfigSchema;
import dev.querent.plugin.PluginDescriptor;
import dev.querent.plugin.PluginRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The schemas of all plugins: {@code KIND} is one of a map that chooses one of a kind, {@code KIND.NAME} that of its keys. The name decides
 * by {@code if} and {@code then}, so that an editor tells what is wrong with the plugin that is named, and not with all others. A map that
 * names none continues one of a file below, and may have the keys of any.
 */
final class PluginSchemas {

    private final ObjectNode definitions = object();

    private PluginSchemas() {}

    static ObjectNode of(PluginRegistry registry) {
        Map<String, List<PluginDescriptor>> kinds = new LinkedHashMap<>();
        for (PluginDescriptor plugin : registry.plugins()) {
            kinds.computeIfAbsent(plugin.kindName(), kind -> new ArrayList<>()).add(plugin);
        }
        PluginSchemas schemas = new PluginSchemas();
        kinds.forEach(schemas::add);
        return schemas.definitions;
    }

    private void add(String kind, List<PluginDescriptor> plugins) {
        ObjectNode choice = object();
        choice.putArray("type").add("object").add("null");
        ObjectNode name = choice.putObject("properties").putObject(ExperimentKeys.PLUGIN);
        name.put("description", ExperimentLayout.PLUGIN);
        ArrayNode names = name.putArray("enum");
        ArrayNode rules = choice.putArray("allOf");
        choice.putObject("if").putObject("not").putArray("required").add(ExperimentKeys.PLUGIN);
        definitions.set(kind, choice);
        for (PluginDescriptor plugin : plugins) {
            names.add(plugin.name());
            rules.add(rule(kind, plugin.name()));
            definitions.set(kind + "." + plugin.name(), keys(plugin));
        }
        ObjectNode any = choice.putObject("then");
        any.set("properties", anyKeys(kind, plugins));
        any.put("additionalProperties", false);
    }

    private static ObjectNode rule(String kind, String name) {
        ObjectNode rule = object();
        ObjectNode named = rule.putObject("if");
        named.putObject("properties").putObject(ExperimentKeys.PLUGIN).put("const", name);
        named.putArray("required").add(ExperimentKeys.PLUGIN);
        rule.putObject("then").put("$ref", ConfigSchema.DEFINITIONS + kind + "." + name);
        return rule;
    }

    private static ObjectNode keys(PluginDescriptor plugin) {
        ObjectNode properties = object();
        properties.putObject(ExperimentKeys.PLUGIN);
        if (ExperimentLoader.ROLES.containsValue(plugin.kind())) {
            properties.setAll(ConfigSchema.properties(ExperimentLayout.Component.class));
            if (!SettingBinder.readsText(plugin.type())) {
                properties.remove(ExperimentKeys.TOKENIZER);
            }
        }
        properties.setAll(ConfigSchema.properties(plugin));
        ObjectNode keys = object();
        keys.set("properties", properties);
        return keys.put("additionalProperties", false);
    }

    private ObjectNode anyKeys(String kind, List<PluginDescriptor> plugins) {
        Map<String, Map<JsonNode, String>> places = new LinkedHashMap<>();
        for (PluginDescriptor plugin : plugins) {
            String definition = kind + "." + plugin.name();
            definitions
                    .get(definition)
                    .get("properties")
                    .properties()
                    .forEach(entry -> places.computeIfAbsent(entry.getKey(), key -> new LinkedHashMap<>())
                            .putIfAbsent(
                                    entry.getValue(),
                                    ConfigSchema.DEFINITIONS + definition + "/properties/" + entry.getKey()));
        }
        places.remove(ExperimentKeys.PLUGIN);
        ObjectNode any = object();
        places.forEach((key, alternatives) -> {
            ObjectNode schema = any.putObject(key);
            if (alternatives.size() == 1) {
                schema.put("$ref", alternatives.values().iterator().next());
            } else {
                ArrayNode references = schema.putArray("anyOf");
                alternatives.values().forEach(place -> references.addObject().put("$ref", place));
            }
        });
        return any;
    }

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }
}
