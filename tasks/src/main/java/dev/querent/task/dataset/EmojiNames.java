package dev.querent.task.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Names, keywords and kinds of the emoji, from the tables of the package {@code emojibase-data} (MIT). */
final class EmojiNames {

    static final NpmPackage SOURCE = new NpmPackage(
            "emojibase-data",
            "17.0.0",
            "sha512-Yvgb5AWoHViHV/gq1qr5ZAarcBip+B27/ZLRsUJkbgAEaLlZ/fof9g882LTpmEpyhBNEC0m2SEmItljHsTygjA==");

    private static final String TABLE = "package/en/data.json";
    private static final String MESSAGES = "package/en/messages.json";
    private static final String GROUPS = "package/meta/groups.json";

    private EmojiNames() {}

    /**
     * Reads the concepts: neither skin tones, which are no concepts of their own, nor components such as a lone hair style.
     *
     * @return in the table's order, drawn by nobody yet
     * @throws IOException where the package is not what it was
     */
    static List<EmojiConcept> read(PackageArchive archive) throws IOException {
        Map<String, JsonNode> files = new HashMap<>();
        try {
            archive.read(
                    Set.of(TABLE, MESSAGES, GROUPS)::contains,
                    (name, content) -> files.put(name, JsonMapper.shared().readTree(content)));
        } catch (JacksonException e) {
            throw new IOException(SOURCE.specification() + ": " + e.getOriginalMessage(), e);
        }
        JsonNode table = files.get(TABLE);
        JsonNode messages = files.get(MESSAGES);
        JsonNode groups = files.get(GROUPS);
        if (table == null || messages == null || groups == null) {
            throw new IOException(SOURCE.specification() + ": lacks " + TABLE + ", " + MESSAGES + " or " + GROUPS);
        }
        Map<String, String> words = new HashMap<>();
        for (JsonNode message : messages.path("subgroups")) {
            words.put(message.path("key").asString(""), message.path("message").asString(""));
        }
        List<EmojiConcept> concepts = new ArrayList<>();
        for (JsonNode row : table) {
            String group =
                    groups.path("groups").path(row.path("group").asString("")).asString("");
            String subgroup = groups.path("subgroups")
                    .path(row.path("subgroup").asString(""))
                    .asString("");
            if (!group.isEmpty() && !group.equals("component")) {
                concepts.add(concept(row, group, subgroup, words.getOrDefault(subgroup, subgroup)));
            }
        }
        return concepts;
    }

    private static EmojiConcept concept(JsonNode row, String group, String subgroup, String subcategory) {
        List<String> keywords = new ArrayList<>();
        row.path("tags").forEach(tag -> keywords.add(tag.asString("").toLowerCase(Locale.ROOT)));
        return new EmojiConcept(
                EmojiStyle.key(row.path("hexcode").asString("")),
                row.path("label").asString("").toLowerCase(Locale.ROOT),
                keywords,
                category(group, subgroup),
                subcategory.toLowerCase(Locale.ROOT).replace(" / ", " or ").replace(" & ", " and "),
                Set.of());
    }

    /** A noun that answers "what kind of thing is this". */
    private static String category(String group, String subgroup) {
        return switch (group) {
            case "smileys-emotion" -> subgroup.contains("face") ? "face" : "symbol";
            case "people-body" -> subgroup.startsWith("hand") || subgroup.equals("body-parts") ? "body part" : "person";
            case "animals-nature" -> subgroup.startsWith("plant") ? "plant" : "animal";
            case "food-drink" -> "food";
            case "travel-places" -> travel(subgroup);
            case "activities" -> "activity";
            case "objects" -> "object";
            case "flags" -> "flag";
            default -> "symbol";
        };
    }

    private static String travel(String subgroup) {
        if (subgroup.startsWith("transport")) {
            return "vehicle";
        }
        return switch (subgroup) {
            case "sky-weather" -> "weather";
            case "time" -> "clock";
            case "hotel" -> "object";
            default -> "place";
        };
    }
}
