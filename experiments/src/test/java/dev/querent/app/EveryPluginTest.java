package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.Origin;
import dev.querent.config.Problems;
import dev.querent.config.YamlReader;
import dev.querent.config.YamlWriter;
import dev.querent.plugin.ConfigBinder;
import dev.querent.plugin.ConfigTree;
import dev.querent.plugin.PluginDescriptor;
import dev.querent.plugin.PluginRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every plugin's configuration must do. */
class EveryPluginTest {

    static Stream<PluginDescriptor> plugins() {
        return PluginRegistry.builtIn().plugins().stream();
    }

    @Test
    void thereArePlugins() {
        assertThat(plugins()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void everyFieldIsDocumented(PluginDescriptor plugin) {
        assertThat(plugin.fields()).allSatisfy(field -> {
            assertThat(field.doc()).as(field.key()).isNotBlank();
            assertThat(field.key()).matches("[a-z0-9.-]+");
        });
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void whatIsBoundComesBackThroughYaml(PluginDescriptor plugin) {
        Problems problems = new Problems();
        Optional<Record> defaults = bind(nothing(), plugin, problems);
        if (defaults.isPresent()) {
            String yaml = YamlWriter.write(ConfigTree.of(defaults.get(), plugin));

            Optional<Record> again = bind(YamlReader.document(yaml, "again.yaml"), plugin, problems);

            assertThat(problems.list()).isEmpty();
            assertThat(again).contains(defaults.get());
        } else {
            // without defaults an empty map is refused, and for nothing but the keys that are required
            assertThat(problems.list())
                    .isNotEmpty()
                    .allSatisfy(problem -> assertThat(problem.sentence()).startsWith("missing; expected"));
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void anUnknownKeyIsRefused(PluginDescriptor plugin) {
        Problems problems = new Problems();
        Map<String, ConfigNode> entries = new LinkedHashMap<>();
        entries.put("no-such-key", new Scalar("1", false, new Origin("file.yaml", 3)));

        bind(new Mapping(entries, new Origin("file.yaml", 2)), plugin, problems);

        assertThat(problems.list())
                .anySatisfy(problem -> assertThat(problem.toString())
                        .startsWith("file.yaml:3: part.no-such-key: unknown key. Known: "));
    }

    private static Mapping nothing() {
        return new Mapping(Map.of(), new Origin("file.yaml", 1));
    }

    private static Optional<Record> bind(Mapping mapping, PluginDescriptor plugin, Problems problems) {
        return new ConfigBinder(problems).bind(mapping, "part", plugin, Set.of());
    }
}
