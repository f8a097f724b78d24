package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The committed schemas and pages are those of the code, and say of the repository's files what {@code validate} says. */
class SchemaTest {

    private static final Path DOCS = Path.of("..", "docs");
    private static final String EXPERIMENT = "schema/experiment.schema.json";
    private static final String STUDY = "schema/study.schema.json";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        EXPERIMENT + ",",
        STUDY + ",--study",
        "reference/experiment-keys.md,--reference",
        "reference/study-keys.md,--study --reference"
    })
    void whatIsCommittedIsWhatTheCodeWrites(String file, String options) throws Exception {
        String written = options == null ? "" : options + " ";
        assertThat(withoutTestsOwnPlugins("schema " + written + "--plugins " + folder))
                .as("renew it with: ./querent schema " + written + "--to docs/" + file)
                .isEqualTo(Files.readString(DOCS.resolve(file)));
    }

    /** In a process that has no class of a test, and so none of its plugins. */
    private static String withoutTestsOwnPlugins(String command) throws Exception {
        String classes = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("-tests.jar"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> whole = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes,
                Main.class.getName()));
        whole.addAll(List.of(command.split(" ")));
        Process process = new ProcessBuilder(whole)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output;
    }

    static List<Path> experiments() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(""))) {
            return files.filter(path -> path.toString().endsWith(".yaml"))
                    .filter(path -> !path.toString().matches("(src|target|cluster|studies)/.*"))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void everyExperimentIsValid(Path file) throws IOException {
        assertThat(mistakes(EXPERIMENT, Files.readString(file))).isEmpty();
    }

    static List<Path> studies() throws IOException {
        return ExperimentFilesTest.studies();
    }

    @ParameterizedTest
    @MethodSource("studies")
    void everyStudyIsValid(Path file) throws IOException {
        assertThat(mistakes(STUDY, Files.readString(file))).isEmpty();
    }

    @Test
    void whatOneMayWriteIsValid() {
        assertThat(mistakes(EXPERIMENT, """
                        name: 2026
                        seed: 10_000
                        bad-sample-limit: 1e-2
                        data:
                          plugin: mixture
                          parts:
                            drawn: {data: {plugin: shapes, train-samples: 50}, weight: 2}
                        vision: {plugin: eva-vit-g14, checkpoint: checkpoints/eva_vit_g.pth, precision: fp16}
                        language: null
                        steps: {probe: {plugin: probe}}
                        """)).isEmpty();
        assertThat(mistakes(EXPERIMENT, """
                        extends: demo.yaml
                        bridge: {queries: 16}
                        steps:
                          representation: {training: {steps: 100, checkpoint-every: null}}
                          captioning: null
                        """)).isEmpty();
        assertThat(mistakes(STUDY, """
                        base: demo.yaml
                        seeds: [1, 2]
                        variants: {a: {bridge: {queries: 16}}, b: {extends: a, steps: {probe: null}}}
                        grid:
                          bridge.queries: [16, 32]
                          encoder: {small: {vision: {width: 64}}}
                        """)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "extends: a.yaml\nbridges: {plugin: linear}",
                "extends: a.yaml\nseed: many",
                "extends: a.yaml\nseed: \"32\"",
                "extends: a.yaml\nseed: 1.5",
                "extends: a.yaml\nthreads: 0",
                "extends: a.yaml\nbad-sample-limit: 2",
                "extends: a.yaml\nname: a/b",
                "extends: a.yaml\nbridge: {plugin: q-fromer}",
                "extends: a.yaml\nbridge: {plugin: shapes}",
                "extends: a.yaml\nbridge: linear",
                "extends: a.yaml\nbridge: {plugin: q-former, querys: 16}",
                "extends: a.yaml\nbridge: {plugin: linear, queries: 16}",
                "extends: a.yaml\nbridge: {plugin: linear, tokenizer: t}",
                "extends: a.yaml\nbridge: {querys: 16}",
                "extends: a.yaml\nbridge: {plugin: q-former, queries: [16]}",
                "extends: a.yaml\nbridge: {plugin: q-former, queries: 5000}",
                "extends: a.yaml\nvision: {plugin: clip-vit, precision: fp8}",
                "extends: a.yaml\nsteps: {Stage One: {plugin: probe}}",
                "extends: a.yaml\nsteps: {a: {plugin: representation, training: {step: 5}}}",
                "extends: a.yaml\nsteps: {a: {training: {step: 5}}}",
                "extends: a.yaml\nsteps: {a: {plugin: retrieval-evaluation, data: {plugin: shapes, size: 5}}}",
                "extends: a.yaml\ndata: {plugin: mixture, parts: {a: {data: {plugin: none}}}}",
                "data: {plugin: shapes}",
                "data: {plugin: shapes}\nsteps: {}",
                "data: {train-samples: 5}\nsteps: {a: {plugin: probe}}",
                "data: {plugin: shapes}\nsteps: {a: {split: test}}"
            })
    void anExperimentWithAMistakeIsNotValid(String experiment) {
        assertThat(mistakes(EXPERIMENT, experiment)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "base: a.yaml",
                "base: a.yaml\nseeds: 1",
                "base: a.yaml\nseeds: [one]",
                "base: a.yaml\nseeds: [1]\nparalel: 2",
                "base: a.yaml\nseeds: [1]\nchanges: {bridge: {plugin: none}}",
                "base: a.yaml\nseeds: [1]\nchanges: {extends: b.yaml}",
                "base: a.yaml\nseeds: [1]\nvariants: {base: {seed: 1}}",
                "base: a.yaml\nseeds: [1]\nvariants: {a: {bridge: {querys: 16}}}",
                "base: a.yaml\nseeds: [1]\ngrid: {bridge.queries: 16}"
            })
    void aStudyWithAMistakeIsNotValid(String study) {
        assertThat(mistakes(STUDY, study)).isNotEmpty();
    }

    /** Of a file as editors read it, by the core schema of YAML 1.2; each begins with the place, as a JSON pointer. */
    private static List<String> mistakes(String schema, String yaml) {
        Object tree =
                new Load(LoadSettings.builder().setSchema(new CoreSchema()).build()).loadFromString(yaml);
        return Schemas.of(schema).validate(JsonMapper.shared().<JsonNode>valueToTree(tree)).stream()
                .map(Object::toString)
                .toList();
    }

    /** Read once, since they are large. */
    private static final class Schemas {
        private static final Schema OF_EXPERIMENTS = read(EXPERIMENT);
        private static final Schema OF_STUDIES = read(STUDY);

        static Schema of(String name) {
            return name.equals(STUDY) ? OF_STUDIES : OF_EXPERIMENTS;
        }

        private static Schema read(String name) {
            try {
                return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(Files.readString(DOCS.resolve(name)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
