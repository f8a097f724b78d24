package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.plugin.PluginJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PlanCommandTest {

    private static final String STAGE_1 = "blip2/stage-1-vit-g.yaml";

    @TempDir
    Path folder;

    private final CommandLineRun command = new CommandLineRun();

    @Test
    void thePapersStageOneAsATable() {
        assertThat(command.run("plan", STAGE_1, "--hardware", "a100-40g-x16")).isZero();

        assertThat(command.out())
                .containsPattern("representation: 250,000 steps of 1,680 samples")
                .containsPattern("vision +eva-vit-g14 +fp16 +fp16 +985,949,440 +0 +520.7 +0")
                .containsPattern("bridge +q-former +fp32 +bf16 +186,705,470 +186,705,470 ")
                .containsPattern("a100-40g-x16 .* hours")
                .contains("not planned, for it is no training that is known: retrieval")
                .contains("bridge.tokenizer isn't there: 30523 tokens assumed")
                .doesNotContain("h100");
    }

    @Test
    void everyTrainingStepOfAWholeExperimentOnEveryHardware() {
        assertThat(command.run("plan", "shapes/tiny.yaml", "--json")).isZero();

        JsonNode plan = JsonMapper.shared().readTree(command.out());
        assertThat(plan.path("steps").propertyNames())
                .containsExactly("vision-pretraining", "language-pretraining", "representation", "generative");
        for (JsonNode step : plan.path("steps")) {
            assertThat(step.path("on").propertyNames()).containsExactly("a100-40g-x16", "h100-x8", "this-machine");
            for (JsonNode on : step.path("on")) {
                assertThat(on.path("fits").asBoolean()).isTrue();
                assertThat(on.path("seconds-per-step").asDouble()).isPositive();
            }
        }
        assertThat(plan.path("hardware").path("this-machine").path("peak").propertyNames())
                .containsExactly("fp32");
    }

    @Test
    void theMeasuredMachineIsMeasuredInThePrecisionsThatAreUsed() {
        assertThat(command.run(
                        "plan",
                        "blip2/stage-2-vit-l-flan-t5-xl.yaml",
                        "--hardware",
                        "this-machine",
                        "--set",
                        "vision.precision=bf16",
                        "--json"))
                .isZero();

        JsonNode peak = JsonMapper.shared()
                .readTree(command.out())
                .path("hardware")
                .path("this-machine")
                .path("peak");
        assertThat(peak.path("fp32").asDouble()).isBetween(1e8, 1e15);
        assertThat(peak.path("bf16").asDouble()).isBetween(1e6, 1e15);
        assertThat(peak.has("fp16")).isFalse();
    }

    @Test
    void whatDoesNotFitIsAWarning() {
        assertThat(command.run(
                        "plan", STAGE_1, "--hardware", "h100-x8", "--set", "steps.representation.batch-size=100000"))
                .isZero();

        assertThat(command.err())
                .containsPattern("warning: representation doesn't fit h100-x8: [\\d.]+ GiB a device of 80.0; by this"
                        + " estimate the largest batch-size that fits is \\d+\n");
    }

    @Test
    void unknownHardwareIsRefusedWithTheNamesThereAre() {
        assertThat(command.run("plan", STAGE_1, "--hardware", "h100-x9")).isEqualTo(2);

        assertThat(command.err())
                .isEqualTo("no hardware called \"h100-x9\". Known: a100-40g-x16, h100-x8, this-machine. Did you mean"
                        + " h100-x8?\n");
        assertThat(command.out()).isEmpty();
    }

    @Test
    void mistakesAreToldAsValidateTellsThem() {
        assertThat(command.run("plan", "shapes/demo.yaml", "--set", "bridge.plugin=linear"))
                .isEqualTo(2);
        String told = command.err();
        command.clear();

        assertThat(command.run("validate", "shapes/demo.yaml", "--set", "bridge.plugin=linear"))
                .isEqualTo(2);
        assertThat(told).contains("steps.representation").isEqualTo(command.err());
    }

    /** It projects to a language model, which the only step doesn't need. */
    @Test
    void aBridgeThatNoStepUsesIsNotBuilt() {
        assertThat(command.run(
                        "plan",
                        "shapes/demo.yaml",
                        "--hardware",
                        "h100-x8",
                        "--set",
                        "bridge.plugin=linear",
                        "--set",
                        "language=null",
                        "--set",
                        "steps={vision-pretraining: {plugin: vision-pretraining}, language-pretraining: null,"
                                + " representation: null, retrieval: null, probe: null, generative: null, captioning:"
                                + " null, questions: null, attention: null}"))
                .as(command.err())
                .isZero();
        assertThat(command.out()).contains("vision-pretraining: 1,000 steps of 64 samples");
    }

    @Test
    void aCheckpointOfWeightsAloneIsTakenForNoTokenizer() throws IOException {
        Path weights = Files.writeString(folder.resolve("blip2_pretrained.pth"), "weights");

        assertThat(command.run("plan", STAGE_1, "--hardware", "h100-x8", "--set", "bridge.checkpoint=" + weights))
                .as(command.err())
                .isZero();
        assertThat(command.out()).contains("bridge.tokenizer isn't there: 30523 tokens assumed");
    }

    @Test
    void aDataSetThatIsNotThereIsNoted() {
        assertThat(command.run("plan", "emoji/demo.yaml", "--hardware", "h100-x8"))
                .isZero();
        assertThat(command.out()).contains("a vocabulary of 1000 words assumed");
    }

    @Test
    void ofAPluginFromElsewhereParametersAreCountedAndTheRestIsNotKnown() throws IOException {
        PluginJar.write(folder.resolve("other.jar"), folder.resolve("work"), Map.of("elsewhere.Other", """
                package elsewhere;

                import ai.djl.ndarray.NDArray;
                import dev.querent.model.ComponentContext;
                import dev.querent.model.PublishedPart;
                import dev.querent.model.VisionEncoder;
                import dev.querent.plugin.Doc;
                import dev.querent.plugin.Plugin;
                import dev.querent.weights.Initializer;
                import dev.querent.weights.ParameterSet;

                @Plugin("other")
                public final class Other implements VisionEncoder {
                    public record Config(@Doc("width") int width) {
                        public static final Config DEFAULTS = new Config(16);
                    }

                    private final ParameterSet parameters;

                    public Other(Config config, ComponentContext context) {
                        context.weights().parameter("weight", Initializer.zeros(), 7, config.width());
                        parameters = context.weights().parameters();
                    }

                    public NDArray encode(NDArray pixels) { throw new AssertionError("a plan encodes nothing"); }
                    public int width() { return 16; }
                    public int tokens() { return 5; }
                    public int imageSize() { return 8; }
                    public int patchSize() { return 4; }
                    public ParameterSet parameters() { return parameters; }
                    public PublishedPart published() { throw new AssertionError("a plan exports nothing"); }
                }
                """));
        String[] arguments = {
            "plan",
            "shapes/tiny.yaml",
            "--plugins",
            folder.toString(),
            "--hardware",
            "a100-40g-x16",
            "--set",
            "vision.plugin=other",
            "--set",
            "steps.vision-pretraining=null"
        };

        assertThat(command.run((Object[]) arguments)).isZero();
        assertThat(command.out())
                .containsPattern("vision +other +fp32 +fp32 +112 +0 +not known +not known")
                .containsPattern("a100-40g-x16 +not known +not known");
        command.clear();

        assertThat(command.run(Stream.concat(Arrays.stream(arguments), Stream.of("--json"))
                        .toArray()))
                .isZero();
        JsonNode step =
                JsonMapper.shared().readTree(command.out()).path("steps").path("representation");
        assertThat(step.path("parts").path("vision").path("parameters").asLong())
                .isEqualTo(112);
        assertThat(step.path("flop-per-sample").isNull()).isTrue();
        assertThat(step.path("on").path("a100-40g-x16").path("fits").isNull()).isTrue();
        assertThat(step.path("parts")
                        .path("bridge")
                        .path("flop-per-sample")
                        .path("forward")
                        .asDouble())
                .isPositive();
    }
}
