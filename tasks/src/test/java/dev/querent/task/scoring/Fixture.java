package dev.querent.task.scoring;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files beside the tests of this package. */
final class Fixture {

    private Fixture() {}

    static Path file(String name) {
        try {
            return Path.of(Objects.requireNonNull(Fixture.class.getResource(name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static JsonNode json(String name) {
        return JsonMapper.shared().readTree(file(name));
    }
}
