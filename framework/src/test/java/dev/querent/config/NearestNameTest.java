package dev.querent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {

    @Test
    void countsEdits() {
        assertThat(NearestName.edits("", "abc")).isEqualTo(3);
        assertThat(NearestName.edits("kitten", "sitting")).isEqualTo(3);
        assertThat(NearestName.edits("haeds", "heads")).isEqualTo(1);
        assertThat(NearestName.of("x".repeat(500_000), List.of("y".repeat(500_000))))
                .isEmpty();
        assertThat(NearestName.edits("same", "same")).isZero();
    }

    @Test
    void findsTheNearestOrNone() {
        List<String> known = List.of("queries", "layers", "heads");

        assertThat(NearestName.of("querys", known)).contains("queries");
        assertThat(NearestName.of("layer", known)).contains("layers");
        assertThat(NearestName.of("zebra", known)).isEmpty();
        assertThat(NearestName.question("haeds", known)).isEqualTo(" Did you mean heads?");
        assertThat(NearestName.question("xyz", known)).isEmpty();
    }
}
