package dev.querent.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.Problems;
import dev.querent.config.YamlReader;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PipelineStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins in jars, which are compiled here: broken ones must not lie on the class path of other tests. */
class PluginRegistryTest {

    @TempDir
    Path folder;

    private Path jars;

    @BeforeEach
    void makeFolder() throws IOException {
        jars = Files.createDirectory(folder.resolve("plugins"));
    }

    @Test
    void aJarsPluginIsFoundDescribedBoundAndBuilt() {
        write("third.jar", "org.example.Third", step("third", "third", """
                public record Config(@Doc("how often") int times, @Doc("a word") java.util.Optional<String> word) {
                    public static final Config DEFAULTS = new Config(3, java.util.Optional.empty());
                }
                """));

        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            PluginDescriptor plugin = registry.find(PipelineStep.class, "third");

            assertThat(registry.leftOut()).isEmpty();
            assertThat(plugin.origin()).isEqualTo(jars.resolve("third.jar").toString());
            assertThat(plugin.type().getClassLoader().getName()).isEqualTo("plugin third.jar");
            assertThat(plugin.fields())
                    .extracting(PluginField::toString)
                    .containsExactly(
                            "PluginField[key=times, type=whole number, standard=Optional[3], required=false,"
                                    + " doc=how often]",
                            "PluginField[key=word, type=text, standard=Optional.empty, required=false, doc=a word]");
            Record config = ConfigRecord.defaults(plugin.config()).orElseThrow();
            PipelineStep step = registry.create(PipelineStep.class, "third", config);
            assertThat(step.problems(new ExperimentParts(Map.of()))).containsExactly("3 times third");
        }
    }

    @Test
    void aPresetIsThePluginWithOtherDefaults() {
        write("third.jar", "org.example.Third", preset("third-2.5b", "{times: 5}"));

        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            PluginDescriptor preset = registry.find(PipelineStep.class, "third-2.5b");

            assertThat(preset.type())
                    .isEqualTo(registry.find(PipelineStep.class, "third").type());
            assertThat(preset.fields()).extracting(PluginField::standard).containsExactly(Optional.of("5"));
            assertThat(bound(preset, "{}")).hasToString("Config[times=5]");
            assertThat(bound(preset, "{times: 7}")).hasToString("Config[times=7]");
            assertThat(bound(registry.find(PipelineStep.class, "third"), "{}")).hasToString("Config[times=3]");
        }
    }

    @Test
    void aPresetOfAnUnknownFieldIsRefused() {
        write("third.jar", "org.example.Third", preset("third-big", "{time: 5}"));

        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            assertThat(registry.leftOut())
                    .singleElement()
                    .asString()
                    .contains("preset third-big whose settings are no map of its fields")
                    .contains("time: unknown key. Known: times. Did you mean times?");
        }
    }

    private static String preset(String name, String settings) {
        String config = """
                public record Config(@Doc("how often") int times) {
                    public static final Config DEFAULTS = new Config(3);
                }
                """;
        String annotation =
                "@dev.querent.plugin.Preset(name = \"" + name + "\", settings = \"" + settings + "\")\n@Plugin";
        return step("third", "third", config).replace("@Plugin", annotation);
    }

    private static Record bound(PluginDescriptor plugin, String settings) {
        Problems problems = new Problems();
        Mapping mapping = (Mapping) YamlReader.value(settings, "test");
        return new ConfigBinder(problems).bind(mapping, "", plugin, Set.of()).orElseThrow();
    }

    @Test
    void twoJarsMayHoldClassesOfOneName() {
        write("a.jar", "org.example.Same", step("same-a", "a", EMPTY_CONFIG));
        write("b.jar", "org.example.Same", step("same-b", "b", EMPTY_CONFIG));

        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            assertThat(registry.names(PipelineStep.class)).contains("same-a", "same-b");
            assertThat(registry.find(PipelineStep.class, "same-a").type())
                    .isNotEqualTo(registry.find(PipelineStep.class, "same-b").type());
        }
    }

    @Test
    void aBrokenJarIsToldAndTheOthersAreUsed() throws IOException {
        Files.writeString(jars.resolve("a-text.jar"), "no jar");
        write("b-good.jar", "org.example.Good", step("good", "good", EMPTY_CONFIG));
        write("c-nothing.jar", "org.example.Nothing", "package org.example; public class Nothing {}");
        write("d-undocumented.jar", "org.example.Mute", step("mute", "mute", "public record Config(int times) {}"));

        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            assertThat(registry.names(PipelineStep.class)).contains("good").doesNotContain("mute");
            assertThat(registry.leftOut())
                    .satisfiesExactly(
                            told -> assertThat(told)
                                    .startsWith(jars.resolve("a-text.jar") + ": is not a readable jar: "),
                            told -> assertThat(told)
                                    .isEqualTo(jars.resolve("c-nothing.jar") + ": holds no class marked with @Plugin"),
                            told -> assertThat(told)
                                    .isEqualTo(jars.resolve("d-undocumented.jar")
                                            + ": org.example.Mute$Config must say with @Doc what times is"));
        }
    }

    @Test
    void anUnknownNameListsTheKnownAndTheNearest() {
        write("third.jar", "org.example.Third", step("third", "third", EMPTY_CONFIG));

        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            assertThatThrownBy(() -> registry.find(PipelineStep.class, "thrid"))
                    .isInstanceOf(PluginException.class)
                    .hasMessageStartingWith("no step called \"thrid\". Known: ")
                    .hasMessageEndingWith(" Did you mean third?");
        }
    }

    @Test
    void aFolderThatIsNotThereHoldsNothing() {
        try (PluginRegistry registry = PluginRegistry.withJars(folder.resolve("nowhere"))) {
            assertThat(registry.leftOut()).isEmpty();
            assertThat(registry.names(PipelineStep.class)).isEqualTo(builtIn());
        }
    }

    @Test
    void classesThatBreakARuleAreToldWhich() {
        refused(step("Third", "x", EMPTY_CONFIG), "is called \"Third\"; a plugin's name is of a-z, 0-9 and hyphens");
        refused(step("third", "x", "record Config() {}"), "must nest a public record called Config");
        refused(step("third", "x", "public record Config(@Doc(\"x\") Object thing) {}"), "can't be configured");
        refused(step("third", "x", "public record Config(@Doc(\"x\") int plugin) {}"), "the key that names the plugin");
        refused(
                step("third", "x", """
                        public record Config(@Doc("x") int times) {
                            public static final Config DEFAULTS = new Config(0);
                            public Config { Check.positive("times", times); }
                        }
                        """),
                "DEFAULTS can't be read: dev.querent.plugin.RangeException: times: expected a whole number");
        refused(
                step("third", "x", EMPTY_CONFIG).replace("public final class", "public abstract class"),
                "must be public and not abstract");
        refused(
                step("third", "x", EMPTY_CONFIG).replace("public Third(Config config)", "Third(Config config)"),
                "must have one public constructor, has 0");
        refused(
                step("third", "x", EMPTY_CONFIG)
                        .replace("implements PipelineStep", "implements Runnable")
                        .replace("public void run(StepContext context) {}", "public void run() {}"),
                "must implement one @PluginKind interface, implements none");
        refused(
                step("third", "x", EMPTY_CONFIG).replace("implements PipelineStep", "implements PipelineStep, Other")
                        + "@PluginKind(\"other\") interface Other {}",
                "must implement one @PluginKind interface, implements PipelineStep and Other");
    }

    @Test
    void aConstructorThatAsksForMoreThanItsKindGivesIsTold() {
        write(
                "third.jar",
                "org.example.Third",
                step("third", "x", EMPTY_CONFIG)
                        .replace("public Third(Config config)", "public Third(Config config, java.time.Clock clock)"));

        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            PluginDescriptor plugin = registry.find(PipelineStep.class, "third");
            Record config = ConfigRecord.construct(plugin.config(), new Object[0]);

            assertThatThrownBy(() -> plugin.create(config))
                    .isInstanceOf(PluginException.class)
                    .hasMessage(
                            "the constructor of third (org.example.Third) asks for a Clock, which a step isn't given");
            assertThat(plugin.create(config, java.time.Clock.systemUTC())).isInstanceOf(PipelineStep.class);
        }
    }

    private static final String EMPTY_CONFIG = "public record Config() {}";

    private static List<String> builtIn() {
        return PluginRegistry.builtIn().names(PipelineStep.class);
    }

    /** A step whose class is called as the test says when it writes the jar. */
    private static String step(String name, String tag, String config) {
        return """
                package org.example;

                import dev.querent.plugin.*;
                import dev.querent.step.*;
                import java.util.List;

                @Plugin("%s")
                public final class Third implements PipelineStep {
                    private final Config config;

                    %s

                    public Third(Config config) {
                        this.config = config;
                    }

                    public void run(StepContext context) {}

                    public List<String> problems(ExperimentParts parts) {
                        return List.of(times(config.toString()) + " times %s");
                    }

                    private static String times(String text) {
                        return text.replaceAll("\\\\D", "");
                    }
                }
                """.formatted(name, config, tag);
    }

    private void refused(String source, String sentence) {
        Path jar = jars.resolve("third.jar");
        write("third.jar", "org.example.Third", source);
        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            assertThat(registry.leftOut())
                    .singleElement()
                    .asString()
                    .startsWith(jar + ": org.example.Third")
                    .contains(sentence);
        }
    }

    private void write(String jar, String type, String source) {
        String name = type.substring(type.lastIndexOf('.') + 1);
        try {
            Path work = Files.createTempDirectory(folder, "work");
            PluginJar.write(jars.resolve(jar), work, Map.of(type, source.replaceAll("\\bThird\\b", name)));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
