package dev.querent.experiment;

import dev.querent.plugin.ConfigSchema;
import dev.querent.plugin.PluginRegistry;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON Schemas (draft 2020-12) of experiment and study files, for editors. What one file can't tell is left to {@link ExperimentLoader}:
 * what the file below brings, and whether the parts fit together.
 */
public final class ExperimentSchema {

    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";
    private static final String CHANGES = "changes";
    private static final String VARIANT = "variant";

    static final String STUDY_EXTENDS = "a study file to start from, relative to this one";
    static final String VARIANT_EXTENDS =
            "the variant whose changes lie below, and with which this one is compared; the base where nothing is said";

    private ExperimentSchema() {}

    /** The schema of experiment files. */
    public static ObjectNode of(PluginRegistry registry) {
        ObjectNode schema = schema("An experiment of Querent");
        ObjectNode properties = schema.putObject("properties");
        extending(properties, ExperimentLayout.EXTENDS);
        properties.setAll(keys());
        closed(schema);
        ObjectNode whole = wholeFile(schema, List.of(ExperimentKeys.DATA, ExperimentKeys.STEPS));
        ObjectNode parts = whole.putObject("properties");
        choosing(parts.putObject(ExperimentKeys.DATA));
        ExperimentLoader.ROLES.keySet().stream().sorted().forEach(role -> choosing(parts.putObject(role)));
        choosing(parts.putObject(ExperimentKeys.STEPS).put("minProperties", 1).putObject("additionalProperties"));
        schema.set("$defs", PluginSchemas.of(registry));
        return schema;
    }

    /** The schema of study files. */
    public static ObjectNode ofStudy(PluginRegistry registry) {
        ObjectNode schema = schema("A study of Querent");
        ObjectNode properties = schema.putObject("properties");
        extending(properties, STUDY_EXTENDS);
        properties.setAll(ConfigSchema.properties(StudyHead.class));
        pattern(properties, StudyHead.NAME.pattern());
        properties.set(StudyLoader.CHANGES, reference(CHANGES).put("description", StudyLoader.CHANGES_DOC));
        ObjectNode variants = byName(properties, StudyVariants.VARIANTS, StudyVariants.VARIANTS_DOC);
        variants.putObject("propertyNames")
                .put("pattern", whole(StudyHead.NAME.pattern()))
                .put("maxLength", StudyHead.LONGEST_NAME)
                .putObject("not")
                .put("const", Study.BASE);
        variants.set("additionalProperties", reference(VARIANT));
        ArrayNode choices = byName(properties, StudyVariants.GRID, StudyVariants.GRID_DOC)
                .putObject("additionalProperties")
                .putArray("anyOf");
        scalar(choices.addObject().put("type", "array").put("minItems", 1).putObject("items"));
        choices.addObject()
                .put("type", "object")
                .put("minProperties", 1)
                .set("additionalProperties", reference(CHANGES));
        closed(schema);
        wholeFile(schema, List.of("base", "seeds"));
        ObjectNode definitions = schema.putObject("$defs");
        definitions.set(CHANGES, changes(keys()));
        ObjectNode keys = keys();
        extending(keys, VARIANT_EXTENDS);
        definitions.set(VARIANT, changes(keys));
        definitions.setAll(PluginSchemas.of(registry));
        return schema;
    }

    /** What an experiment says, but for what it builds on. */
    private static ObjectNode keys() {
        ObjectNode keys = ConfigSchema.properties(ExperimentHead.class);
        for (String key : ExperimentHead.WITHOUT_DEFAULT) {
            ObjectNode schema = (ObjectNode) keys.get(key);
            schema.remove("default");
            schema.put("description", schema.get("description").asString().replaceFirst(" \\(default .*\\)$", ""));
        }
        pattern(keys, ExperimentHead.NAME.pattern());
        keys.setAll(ConfigSchema.properties(ExperimentLayout.class));
        ((ObjectNode) keys.get(ExperimentKeys.STEPS))
                .putObject("propertyNames")
                .put("pattern", whole(StepBinder.NAME.pattern()))
                .put("maxLength", StepBinder.LONGEST_NAME);
        return keys;
    }

    private static void pattern(ObjectNode keys, String pattern) {
        ((ObjectNode) keys.get(ExperimentKeys.NAME)).put("pattern", whole(pattern));
    }

    /** A JSON Schema's pattern may match anywhere in a text. */
    private static String whole(String pattern) {
        return "^(?:" + pattern + ")$";
    }

    private static ObjectNode schema(String title) {
        ObjectNode schema = JsonMapper.shared().createObjectNode();
        return schema.put("$schema", DIALECT).put("title", title).put("type", "object");
    }

    private static ObjectNode changes(ObjectNode keys) {
        ObjectNode changes = JsonMapper.shared().createObjectNode();
        changes.putArray("type").add("object").add("null");
        changes.set("properties", keys);
        return closed(changes);
    }

    private static ObjectNode closed(ObjectNode schema) {
        return schema.put("additionalProperties", false);
    }

    /** What holds for a file with nothing below it. */
    private static ObjectNode wholeFile(ObjectNode schema, List<String> required) {
        schema.putObject("if").putObject("not").putArray("required").add(ExperimentKeys.EXTENDS);
        ObjectNode whole = schema.putObject("then");
        ArrayNode keys = whole.putArray("required");
        required.forEach(keys::add);
        return whole;
    }

    private static void choosing(ObjectNode schema) {
        schema.putArray("required").add(ExperimentKeys.PLUGIN);
    }

    private static void extending(ObjectNode properties, String doc) {
        scalar(properties.putObject(ExperimentKeys.EXTENDS)).put("description", doc);
    }

    private static ObjectNode byName(ObjectNode properties, String key, String doc) {
        ObjectNode schema = properties.putObject(key).put("description", doc);
        schema.putArray("type").add("object").add("null");
        return schema;
    }

    /** Any single value: what it means is decided by the type that it is bound to. */
    private static ObjectNode scalar(ObjectNode schema) {
        schema.putArray("type").add("string").add("number").add("boolean").add("null");
        return schema;
    }

    private static ObjectNode reference(String definition) {
        return JsonMapper.shared().createObjectNode().put("$ref", ConfigSchema.DEFINITIONS + definition);
    }
}
