package dev.querent.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.PluginSetting;
import dev.querent.generation.DecodingConfig;
import dev.querent.generation.GeneratedTokens;
import dev.querent.generation.Generator;
import dev.querent.model.Bridge;
import dev.querent.model.LanguageInput;
import dev.querent.model.LanguageModel;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.TextDecoder;
import dev.querent.model.VisionEncoder;
import dev.querent.pipeline.ModelBuilder;
import dev.querent.plugin.PluginRegistry;
import dev.querent.random.RunSeed;
import dev.querent.testing.Golden;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Whole checkpoints as transformers saves them, and LAVIS's bridges beside them, against transformers' numbers. */
class WholeBlip2Test {

    private static final Map<String, DecodingConfig> METHODS = Map.of(
            "greedy", new DecodingConfig(1, 1, 0, 7),
            "beams", new DecodingConfig(5, -1, 0, 7),
            "long", new DecodingConfig(3, 2, 3, 7));
    private static final Map<String, String> PROMPTS = Map.of("bare", "", "prompted", "w7 w9 w11 w6");

    private final PluginRegistry registry = PluginRegistry.builtIn();
    private final NDManager manager = Torch.newManager();

    @AfterEach
    void close() {
        manager.close();
        registry.close();
    }

    private static Path folder(String name) {
        return Golden.folder(WholeBlip2Test.class, "/dev/querent/app/blip2/" + name);
    }

    /**
     * @param bridge a weight file for the bridge, with the tokenizer of the checkpoint; the checkpoint's own where empty
     */
    private ModelBuilder models(String name, String bridge) {
        return models(name, bridge, Optional.of(folder(name)));
    }

    private ModelBuilder models(String name, String bridge, Optional<Path> tokenizer) {
        Map<String, PluginSetting> settings = new LinkedHashMap<>(
                new ExperimentLoader(registry).components(CheckpointParts.components(folder(name))));
        if (!bridge.isEmpty()) {
            settings.computeIfPresent(
                    "bridge",
                    (role, setting) -> new PluginSetting(
                            setting.plugin(),
                            setting.config(),
                            Optional.of(folder(name).resolve(bridge)),
                            tokenizer,
                            Precision.FP32));
        }
        List<String> words = IntStream.range(6, 24).mapToObj(id -> "w" + id).toList();
        return new ModelBuilder(settings, new RunSeed(1), () -> words);
    }

    @ParameterizedTest
    @CsvSource({"opt, ''", "opt, lavis-stage2.pth", "t5, ''", "t5, lavis-stage2.pth"})
    void fromPixelsToTokensAsInTransformers(String name, String bridgeFile) {
        ModelBuilder models = models(name, bridgeFile);
        VisionEncoder vision = models.vision(manager, Optional.empty());
        LanguageModel language = models.language(manager, Optional.empty());
        try (Golden golden = new Golden(folder(name).resolve("golden.safetensors"))) {
            NDArray prompt =
                    models.bridge(manager, Optional.empty()).softPrompt(vision.encode(golden.tensor("pixels")));
            golden.check("soft-prompt", prompt);
            PROMPTS.forEach((kind, text) -> {
                try (TextDecoder decoder = language.decoder(input(prompt, text))) {
                    golden.check(kind + ".next", decoder.logits());
                }
                METHODS.forEach((method, config) -> {
                    try (TextDecoder decoder = language.decoder(input(prompt, text))) {
                        long end = decoder.endToken();
                        List<List<Long>> found = new Generator(config)
                                .generate(decoder).stream()
                                        .map(GeneratedTokens::tokens)
                                        .map(tokens -> until(end, tokens))
                                        .toList();
                        assertThat(found)
                                .as(name + " " + kind + " " + method)
                                .isEqualTo(expected(golden, kind + "." + method, name.equals("t5") ? 1 : 0, end));
                    }
                });
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"opt", "t5"})
    void softPromptInBfloat16AsInTransformers(String name) {
        Map<String, PluginSetting> settings = new LinkedHashMap<>();
        new ExperimentLoader(registry)
                .components(CheckpointParts.components(folder(name)))
                .forEach((role, setting) -> settings.put(
                        role,
                        new PluginSetting(
                                setting.plugin(),
                                setting.config(),
                                setting.checkpoint(),
                                setting.tokenizer(),
                                Precision.BF16)));
        ModelBuilder models = new ModelBuilder(settings, new RunSeed(1), List::of);
        VisionEncoder vision = models.vision(manager, Optional.empty());
        Bridge bridge = models.bridge(manager, Optional.empty());
        assertThat(bridge.parameters().list()).noneMatch(parameter -> parameter.getDataType() == DataType.FLOAT32);
        try (Golden golden = new Golden(folder(name).resolve("golden.safetensors"))) {
            golden.check(Precision.BF16, "soft-prompt", bridge.softPrompt(vision.encode(golden.tensor("pixels"))));
        }
    }

    private static LanguageInput input(NDArray prompt, String text) {
        return LanguageInput.decoding(prompt, Collections.nCopies(3, text));
    }

    /**
     * @param start tokens that the decoder begins with
     */
    private static List<List<Long>> expected(Golden golden, String tensor, int start, long end) {
        return Arrays.stream(golden.longs(tensor))
                .map(row -> until(end, Arrays.copyOfRange(row, start, row.length)))
                .toList();
    }

    private static List<Long> until(long end, long[] tokens) {
        return Arrays.stream(tokens).takeWhile(token -> token != end).boxed().toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "lavis-stage1.pth"})
    void matchingAndContrastAsInTransformers(String bridgeFile) throws IOException {
        ModelBuilder models = models("itm", bridgeFile);
        VisionEncoder vision = models.vision(manager, Optional.empty());
        RepresentationLearner bridge = (RepresentationLearner) models.bridge(manager, Optional.empty());
        List<String> texts = JsonMapper.shared()
                .readTree(Files.readString(folder("itm").resolve("texts.json")))
                .valueStream()
                .map(text -> text.asString())
                .toList();
        TokenBatch batch = bridge.encode(texts);
        try (Golden golden = new Golden(folder("itm").resolve("golden.safetensors"))) {
            RepresentationLearner.ImageView view = bridge.look(vision.encode(golden.tensor("pixels")));
            golden.check("images", view.embeddings());
            golden.check("texts", bridge.embedText(manager, batch));
            golden.check("match", view.match(new int[] {0, 1, 2}, batch));
            assertThatThrownBy(() -> view.captionLoss(batch, 0.1)).hasMessageContaining("language-modelling head");
        }
    }

    @Test
    void weightsAloneNeedTheSettingTokenizer() {
        ModelBuilder models = models("itm", "lavis-stage1.pth", Optional.empty());
        assertThatThrownBy(() -> models.bridge(manager, Optional.empty()))
                .hasMessage(
                        "bridge.tokenizer: expected tokenizer.json or vocab.txt, found none with a checkpoint of weights"
                                + " alone. Name a folder or file that has the tokenizer as bridge.tokenizer");
        Path empty = folder("");
        ModelBuilder misled = models("itm", "lavis-stage1.pth", Optional.of(empty));
        assertThatThrownBy(() -> misled.bridge(manager, Optional.empty()))
                .hasMessageContaining("found none in " + empty);
    }

    @Test
    void aBridgeOfStageTwoSaysThatItReadsNoText() {
        RepresentationLearner bridge = (RepresentationLearner) models("opt", "").bridge(manager, Optional.empty());
        assertThatThrownBy(() -> bridge.encode(List.of("w7"))).hasMessageContaining("checkpoint of stage 2");
    }
}
