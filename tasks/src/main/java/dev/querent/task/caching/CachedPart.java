package dev.querent.task.caching;

import dev.querent.weights.DamagedFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a finished partition says: its features lie in a cache.
 *
 * @param cache the name of the cache's folder
 * @param bad why samples can't be used, by their index
 */
record CachedPart(String cache, Map<Integer, String> bad) {

    void write(Path file) throws IOException {
        ObjectNode node = JsonMapper.shared().createObjectNode().put("cache", cache);
        ObjectNode reasons = node.putObject("bad");
        new TreeMap<>(bad).forEach((index, reason) -> reasons.put(index.toString(), reason));
        Files.writeString(file, node.toString());
    }

    static CachedPart read(Path file) {
        try {
            JsonNode node = JsonMapper.shared().readTree(Files.readString(file));
            Map<Integer, String> bad = new TreeMap<>();
            node.path("bad")
                    .properties()
                    .forEach(entry -> bad.put(
                            Integer.valueOf(entry.getKey()), entry.getValue().asString("")));
            return new CachedPart(node.path("cache").asString(""), bad);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (JacksonException e) {
            throw new DamagedFileException(file, "it is not JSON. Delete it; it is made again");
        }
    }
}
