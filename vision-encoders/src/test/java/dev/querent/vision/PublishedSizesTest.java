package dev.querent.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.querent.config.Problems;
import dev.querent.model.Captioner;
import dev.querent.model.ComponentContext;
import dev.querent.model.ImageTextScorer;
import dev.querent.nn.Activation;
import dev.querent.plugin.CheckpointConfig;
import dev.querent.plugin.ConfigBinder;
import dev.querent.plugin.PluginRegistry;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The published sizes of CLIP and BLIP, and what {@code config.json} means where it is silent. */
class PublishedSizesTest {

    @TempDir
    private Path folder;

    private <C extends Record> C read(Class<C> type, String json) throws IOException {
        Files.writeString(folder.resolve("config.json"), json);
        Problems problems = new Problems();
        return CheckpointConfig.read(folder, type, problem -> {
                    throw new AssertionError(problem);
                })
                .flatMap(fields -> new ConfigBinder(problems).bind(fields, "", type, Set.of()))
                .orElseThrow(() -> new AssertionError(problems.list().toString()));
    }

    /** transformers' CLIPConfig() */
    @Test
    void aClipThatSaysNothingIsVitB32() throws IOException {
        Clip.Config config =
                read(Clip.Config.class, "{\"model_type\": \"clip\", \"text_config\": {}, \"vision_config\": {}}");
        assertThat(config)
                .isEqualTo(new Clip.Config(
                        new ClipVit.Config(224, 32, 768, 12, 12, 3072, Activation.QUICK_GELU, 1e-5, 0),
                        new Clip.Text(49408, 77, 512, 12, 8, 2048, Activation.QUICK_GELU, 1e-5, 49407),
                        512));
    }

    @Test
    void towersAreWrittenUnderTheKeysTheyAreReadFrom() {
        Map<String, Object> values = CheckpointConfig.values(Clip.Config.DEFAULTS);
        assertThat(values)
                .containsEntry("vision_config.patch_size", 14)
                .containsEntry("text_config.hidden_size", 768)
                .containsEntry("projection_dim", 768);
    }

    /** transformers' BlipConfig() */
    @Test
    void aBlipThatSaysNothingIsBaseWithEightHeads() throws IOException {
        Blip.Config config =
                read(Blip.Config.class, "{\"model_type\": \"blip\", \"text_config\": {}, \"vision_config\": {}}");
        assertThat(config)
                .isEqualTo(new Blip.Config(
                        new EvaClipVit.Config(384, 16, 768, 12, 12, 3072, Activation.GELU, 1e-5),
                        new Blip.Text(30524, 512, 768, 12, 8, 3072, Activation.GELU, 1e-12),
                        "a picture of"));
    }

    /** The counts of transformers' classes. */
    @Test
    void presetsHaveAsManyParametersAsTheirModels() {
        try (NDManager manager = Torch.newManager();
                PluginRegistry registry = PluginRegistry.builtIn()) {
            Clip.Config l14 = (Clip.Config) preset(registry, ImageTextScorer.class, "clip-l14");
            assertThat(count(new Clip(l14, context(manager)).parameters())).isEqualTo(427_616_513L);
            for (String size : List.of("base", "large")) {
                Blip.Config config = (Blip.Config) preset(registry, Captioner.class, "blip-" + size);
                assertThat(count(new Blip(config, context(manager)).parameters()))
                        .isEqualTo(size.equals("base") ? 223_971_644L : 446_290_492L);
            }
        }
    }

    private static Record preset(PluginRegistry registry, Class<?> kind, String name) {
        return registry.find(kind, name).standard().orElseThrow();
    }

    private static ComponentContext context(NDManager manager) {
        return new ComponentContext(
                ParameterScope.shapesOnly(manager), layout -> WordLevelTokenizer.of(List.of("a"), layout));
    }

    private static long count(ParameterSet parameters) {
        return parameters.list().stream()
                .mapToLong(parameter -> parameter.getShape().size())
                .sum();
    }

    @Test
    void aVocabularySmallerThanTheTokenizersIsRefused() {
        try (NDManager manager = Torch.newManager()) {
            Clip.Text text = new Clip.Text(2, 5, 4, 1, 2, 3, Activation.GELU, 1e-5, 1);
            ClipVit.Config vision = new ClipVit.Config(4, 2, 4, 1, 2, 3, Activation.GELU, 1e-5, 0);
            assertThatThrownBy(() -> new Clip(new Clip.Config(vision, text, 3), context(manager)))
                    .hasMessageContaining("text.vocabulary-size: expected at least the tokenizer's 3, found 2");
        }
    }
}
