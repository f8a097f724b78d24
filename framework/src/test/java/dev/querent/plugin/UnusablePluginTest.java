package dev.querent.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.step.PipelineStep;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with one plugin of a jar is told with jar and class, and every other plugin works. */
class UnusablePluginTest {

    private static final String NEEDED = "package org.example; public class Needed {}";

    @TempDir
    Path folder;

    private Path jars;
    private Path jar;

    @BeforeEach
    void makeFolder() throws IOException {
        jars = Files.createDirectory(folder.resolve("plugins"));
        jar = jars.resolve("third.jar");
    }

    /** A step and, in the same jar, one without mistakes called good. */
    private void write(String source, String... more) throws IOException {
        write(jar, source, more);
    }

    private void write(Path to, String source, String... more) throws IOException {
        Map<String, String> sources = new HashMap<>();
        sources.put("org.example.Third", source);
        String tag = to.getFileName().toString().replace(".jar", "");
        sources.put("org.example.Good", step("good-" + tag).replace("Third", "Good"));
        if (more.length > 0) {
            sources.put("org.example.Needed", more[0]);
        }
        PluginJar.write(to, Files.createTempDirectory(folder, "work"), sources);
    }

    private static String step(String name) {
        return """
                package org.example;

                import dev.querent.plugin.*;
                import dev.querent.step.*;

                @Plugin("%s")
                public final class Third implements PipelineStep {
                    public record Config() {}

                    public Third(Config config) {}

                    public void run(StepContext context) {}
                }
                """.formatted(name);
    }

    private void without(String entry) throws IOException {
        try (FileSystem inside = FileSystems.newFileSystem(jar)) {
            Files.delete(inside.getPath(entry));
        }
    }

    /** The other plugin works, the one called third is left out, and whoever asks for it is told why. */
    private void leftOut(String sentence) {
        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            assertThat(build(registry, "good-third")).isInstanceOf(PipelineStep.class);
            assertThat(registry.leftOut()).singleElement().asString().startsWith(jar + ": " + sentence);
            assertThatThrownBy(() -> registry.find(PipelineStep.class, "third"))
                    .isInstanceOf(PluginException.class)
                    .hasMessageStartingWith("no step called \"third\". Known: ")
                    .hasMessageEndingWith(" Left out: " + registry.leftOut().get(0) + ".");
        }
    }

    private static PipelineStep build(PluginRegistry registry, String name) {
        PluginDescriptor plugin = registry.find(PipelineStep.class, name);
        Record config = ConfigRecord.construct(plugin.config(), new Object[0]);
        return registry.create(PipelineStep.class, name, config);
    }

    @Test
    void aClassWhoseSuperclassIsMissing() throws IOException {
        write(step("third").replace("implements", "extends Needed implements"), NEEDED);
        without("org/example/Needed.class");

        leftOut("org.example.Third needs org.example.Needed, which is neither in its jar nor part of Querent");
    }

    @Test
    void aClassWhoseConstructorAsksForWhatIsMissing() throws IOException {
        write(step("third").replace("Config config", "Config config, Needed needed"), NEEDED);
        without("org/example/Needed.class");

        leftOut("org.example.Third needs org.example.Needed, which is neither in its jar nor part of Querent");
    }

    @Test
    void aClassCompiledForANewerJava() throws IOException {
        write(step("third"));
        try (FileSystem inside = FileSystems.newFileSystem(jar)) {
            Path file = inside.getPath("org/example/Third.class");
            byte[] bytes = Files.readAllBytes(file);
            bytes[7] = (byte) (Runtime.version().feature() + 45); // the next version's class files
            Files.write(file, bytes);
        }

        leftOut("org.example.Third was compiled for a newer Java than the one that runs here");
    }

    @Test
    void aSettingsClassThatCantBeInitialised() throws IOException {
        write(step("third").replace("Config() {}", """
                Config() {
                    public static final Config DEFAULTS = new Config();
                    static final int PARTS = Integer.parseInt("many");
                }
                """));

        leftOut("org.example.Third$Config.DEFAULTS can't be read: java.lang.NumberFormatException");
    }

    @Test
    void aPresetOfAPluginThatIsLeftOut() throws IOException {
        String annotated = step("third").replace("@Plugin", "@Preset(name = \"third-2b\")\n@Plugin");
        write(annotated.replace("public record", "record"));
        asksInVain("third-2b", "org.example.Third must nest a public record called Config.");

        String twice = annotated.replace("@Plugin", "@Preset(name = \"third-7b\")\n@Plugin");
        write(twice.replace("public record", "record"));
        asksInVain("third-2b", "org.example.Third must nest a public record called Config.");
        asksInVain("third-7b", "org.example.Third must nest a public record called Config.");
    }

    private void asksInVain(String name, String why) {
        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            assertThatThrownBy(() -> registry.find(PipelineStep.class, name))
                    .isInstanceOf(PluginException.class)
                    .hasMessageEndingWith(" Left out: " + jar + ": " + why);
        }
    }

    @Test
    void aJarThatMightHoldThePluginIsTold() throws IOException {
        Files.writeString(jar, "no jar");
        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            assertThatThrownBy(() -> registry.find(PipelineStep.class, "third"))
                    .hasMessageContaining(" Left out: " + jar + ": is not a readable jar: ");
        }
    }

    @Test
    void aNameOfTwoJarsBelongsToNeither() throws IOException {
        write(step("twin"));
        Path second = jars.resolve("fourth.jar");
        write(second, step("twin"));

        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            assertThat(registry.names(PipelineStep.class))
                    .contains("good-third", "good-fourth")
                    .doesNotContain("twin");
            String another = "org.example.Third: another step is called \"twin\": org.example.Third (";
            assertThat(registry.leftOut())
                    .containsExactlyInAnyOrder(
                            jar + ": " + another + second + "). Rename or remove one",
                            second + ": " + another + jar + "). Rename or remove one");
            assertThatThrownBy(() -> registry.find(PipelineStep.class, "twin"))
                    .hasMessageContaining("Left out: " + jar + ": ")
                    .hasMessageContaining("Left out: " + second + ": ");
        }
    }

    @Test
    void aNameOfABuiltInPluginStaysItsOwn() throws IOException {
        PluginDescriptor own = builtIn();
        write(step(own.name()));

        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            assertThat(registry.find(PipelineStep.class, own.name()).type()).isEqualTo(own.type());
            assertThat(registry.names(PipelineStep.class)).contains("good-third");
            assertThat(registry.leftOut())
                    .containsExactly(jar + ": org.example.Third: another step is called \"" + own.name() + "\": "
                            + own.type().getName() + " (built in). Rename or remove one");
        }
    }

    @Test
    void querentsOwnClassesInAJarAreNotUsed() throws IOException {
        Class<?> own = builtIn().type();
        String entry = own.getName().replace('.', '/') + ".class";
        write(step("third"));
        try (FileSystem inside = FileSystems.newFileSystem(jar);
                InputStream bytes = own.getResourceAsStream("/" + entry)) {
            Path file = inside.getPath(entry);
            Files.createDirectories(file.getParent());
            Files.copy(bytes, file);
        }

        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            assertThat(registry.names(PipelineStep.class)).contains("third", "good-third");
            assertThat(registry.leftOut())
                    .containsExactly(jar + ": " + own.getName() + " is Querent's own and taken from there."
                            + " Leave Querent out of the jar (Maven: scope provided)");
        }
    }

    private static PluginDescriptor builtIn() {
        return PluginRegistry.builtIn().plugins().stream()
                .filter(plugin -> plugin.kind() == PipelineStep.class)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatFailsOnlyWhenItIsBuiltIsToldWithJarAndClass() throws IOException {
        write(step("third")
                .replace("public record", "static final int PARTS = Integer.parseInt(\"many\"); public record"));
        unbuilt("fails when its class is initialised: java.lang.NumberFormatException");

        write(step("third").replace("(Config config) {}", "(Config config) { new Needed(); }"), NEEDED);
        without("org/example/Needed.class");
        unbuilt("needs org.example.Needed, which is neither in its jar nor part of Querent");

        String older = NEEDED.replace("{}", "{ public void old() {} }");
        write(step("third").replace("(Config config) {}", "(Config config) { new Needed().old(); }"), older);
        Path other = folder.resolve("other.jar");
        PluginJar.write(other, Files.createTempDirectory(folder, "work"), Map.of("org.example.Needed", NEEDED));
        try (FileSystem from = FileSystems.newFileSystem(other);
                FileSystem to = FileSystems.newFileSystem(jar)) {
            Path needed = to.getPath("org/example/Needed.class");
            Files.write(needed, Files.readAllBytes(from.getPath("org/example/Needed.class")));
        }
        unbuilt("was built against another version of Querent or of a library: java.lang.NoSuchMethodError");
    }

    private void unbuilt(String predicate) {
        try (PluginRegistry registry = PluginRegistry.withJars(jars)) {
            assertThat(registry.leftOut()).isEmpty();
            assertThatThrownBy(() -> build(registry, "third"))
                    .isInstanceOf(PluginException.class)
                    .hasMessageStartingWith("third (org.example.Third, " + jar + ") " + predicate);
            assertThat(build(registry, "good-third")).isInstanceOf(PipelineStep.class);
        }
    }
}
