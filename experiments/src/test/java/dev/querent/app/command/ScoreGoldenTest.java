package dev.querent.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.querent.app.command.PairScorer.Score;
import dev.querent.plugin.PluginRegistry;
import dev.querent.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Scores of images and texts against transformers' on whole checkpoints. */
class ScoreGoldenTest {

    private static Path folder(String name) {
        return Golden.folder(ScoreGoldenTest.class, "/dev/querent/app/blip2/" + name);
    }

    private static List<List<Score>> scores(String name, List<String> texts) {
        try (PluginRegistry registry = PluginRegistry.builtIn();
                PairScorer scorer = new PairScorer(ModelFolder.open(folder(name), registry));
                Golden golden = new Golden(folder(name).resolve("golden.safetensors"))) {
            return scorer.scores(golden.tensor("pixels"), texts);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"opt", "t5"})
    void likelihoodsOfTexts(String name) {
        List<List<Score>> scores = scores(name, List.of("w7", "w9  w8 w23 w7", " w10 w11", ""));
        try (Golden golden = new Golden(folder(name).resolve("score.safetensors"))) {
            float[] expected = golden.tensor("likelihood").toFloatArray(); // (3, 4)
            int at = 0;
            for (List<Score> image : scores) {
                assertThat(image)
                        .hasSize(4)
                        .allMatch(score -> score.representation().isEmpty());
                for (Score score : image) {
                    double wanted = expected[at++];
                    assertThat(score.likelihood().orElseThrow().sum()).isCloseTo(wanted, within(1e-4));
                }
            }
            assertThat(at).isEqualTo(expected.length);
        }
        assertThat(scores.get(0).get(1).likelihood().orElseThrow().tokens()).isEqualTo(5);
    }

    @Test
    void contrastAndMatching() throws IOException {
        List<String> texts = JsonMapper.shared()
                .readTree(Files.readString(folder("itm").resolve("texts.json")))
                .valueStream()
                .map(text -> text.asString())
                .toList();
        List<List<Score>> scores = scores("itm", texts);
        try (Golden golden = new Golden(folder("itm").resolve("golden.safetensors"))) {
            float[] similarity = golden.tensor("similarity").toFloatArray(); // (3, 3)
            float[] match = golden.tensor("match").toFloatArray(); // (3, 2), of each text with the image of its place
            for (int image = 0; image < 3; image++) {
                for (int text = 0; text < 3; text++) {
                    Score score = scores.get(image).get(text);
                    assertThat(score.likelihood()).isEmpty();
                    assertThat(score.representation().orElseThrow().itc())
                            .isCloseTo(similarity[3 * image + text], within(1e-5));
                }
                double no = Math.exp(match[2 * image]);
                double yes = Math.exp(match[2 * image + 1]);
                assertThat(scores.get(image)
                                .get(image)
                                .representation()
                                .orElseThrow()
                                .itm())
                        .isCloseTo(yes / (yes + no), within(1e-5));
            }
        }
    }

    @Test
    void similarityByClip() {
        Path clip = Golden.folder(ScoreGoldenTest.class, "/dev/querent/vision/clip-quick-gelu");
        try (PluginRegistry registry = PluginRegistry.builtIn();
                PairScorer scorer = new PairScorer(ModelFolder.open(clip, registry));
                Golden golden = new Golden(clip.resolve("golden.safetensors"))) {
            List<String> texts = JsonMapper.shared()
                    .readTree(golden.metadata().get("texts"))
                    .valueStream()
                    .map(text -> text.asString())
                    .toList();
            float[] expected = golden.tensor("logits").toFloatArray(); // (B, C)
            int at = 0;
            for (List<Score> image : scorer.scores(golden.tensor("pixels"), texts)) {
                for (Score score : image) {
                    assertThat(score.similarity().orElseThrow()).isCloseTo(expected[at++], within(1e-4f));
                }
            }
            assertThat(at).isEqualTo(expected.length);
        }
    }
}
