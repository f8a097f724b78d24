package dev.querent.task.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class CaptionScoringTest {

    @TempDir
    private Path folder;

    @Test
    void cocosOwnFilesScoreAsInCocoCaption() {
        Scores scores = new CaptionScoring(Fixture.file("coco-annotations.json"), false)
                .score(Fixture.file("coco-results.json"), Optional.empty());
        assertThat(scores.items()).isEqualTo(245);
        Map<String, Double> expected = Map.of(
                "Bleu_1", 0.5669259107652203,
                "Bleu_2", 0.3933914660014089,
                "Bleu_3", 0.2694934367905993,
                "Bleu_4", 0.18259215388334796,
                "ROUGE_L", 0.3840297440963926,
                "CIDEr", 0.5825010071991139);
        assertThat(scores.overall()).hasSameSizeAs(expected);
        scores.overall()
                .forEach((name, value) -> assertThat(value).as(name).isCloseTo(expected.get(name), within(1e-9)));
        assertThat(scores.groups()).isEmpty();
    }

    /** CIDEr-D has the document frequencies of all images in each domain, BLEU its own totals. */
    @Test
    void nocapsIsScoredByDomain() throws IOException {
        JsonNode set = JsonMapper.shared()
                .readTree(CaptionScoringTest.class.getResourceAsStream(
                        "/dev/querent/task/metric/caption/cap-coco-leave-one-out600.json"));
        JsonNode domains = Fixture.json("nocaps-domains.json");
        ObjectNode annotations = JsonMapper.shared().createObjectNode();
        ArrayNode references = annotations.putArray("annotations"); // before the images: the order is free
        ArrayNode images = annotations.putArray("images");
        ArrayNode results = JsonMapper.shared().createArrayNode();
        set.path("images").forEach(image -> {
            int id = image.path("image_id").intValue();
            images.addObject()
                    .put("id", id)
                    .put(
                            "domain",
                            domains.path("domain").path(String.valueOf(id)).stringValue());
            image.path("refs")
                    .forEach(it -> references.addObject().put("image_id", id).put("caption", it.stringValue()));
            results.addObject()
                    .put("image_id", id)
                    .put("caption", image.path("candidate").stringValue());
        });
        Scores scores = new CaptionScoring(write("annotations.json", annotations), true)
                .score(write("results.json", results), Optional.empty());
        assertThat(scores.groups().keySet()).containsExactly("in-domain", "near-domain", "out-domain");
        scores.groups().forEach((domain, measures) -> {
            JsonNode pooled = domains.path("pooled").path(domain);
            JsonNode alone = domains.path("subset").path(domain);
            assertThat(measures.get("CIDEr")).isCloseTo(pooled.path("CIDEr").doubleValue(), within(1e-8));
            assertThat(measures.get("ROUGE_L")).isCloseTo(pooled.path("ROUGE_L").doubleValue(), within(1e-8));
            for (int n = 1; n <= 4; n++) {
                assertThat(measures.get("Bleu_" + n))
                        .isCloseTo(alone.path("Bleu_" + n).doubleValue(), within(1e-8));
            }
        });
        assertThat(scores.overall().get("CIDEr"))
                .isCloseTo(domains.path("pooled").path("entire").path("CIDEr").doubleValue(), within(1e-8));
    }

    @Test
    void imagesOfNocapsNeedADomain() throws IOException {
        Path without = Files.writeString(
                folder.resolve("a.json"),
                "{\"images\": [{\"id\": 1}], \"annotations\": [{\"image_id\": 1, \"caption\": \"a\"}]}");
        assertThatThrownBy(() -> new CaptionScoring(without, true))
                .hasMessage(without + ": images, record 1 (line 1): has no domain; its keys are id");
        Path other = Files.writeString(
                folder.resolve("b.json"), "{\"images\": [{\"id\": 1, \"domain\": \"far\"}], \"annotations\": []}");
        assertThatThrownBy(() -> new CaptionScoring(other, true))
                .hasMessageContaining("expected one of in-domain, near-domain, out-domain, found \"far\"");
    }

    @Test
    void anImageWithoutReferencesIsNamed() throws IOException {
        Path file = Files.writeString(
                folder.resolve("a.json"),
                "{\"images\": [{\"id\": 7}, {\"id\": 8}], \"annotations\": [{\"image_id\": 8, \"caption\": \"a\"}]}");
        assertThatThrownBy(() -> new CaptionScoring(file, false)).hasMessageContaining("images: no caption for id 7");
    }

    @Test
    void anEmptyCaptionScoresNothing() throws IOException {
        Path annotations = Files.writeString(
                folder.resolve("a.json"),
                "{\"images\": [{\"id\": 1}], \"annotations\": [{\"image_id\": 1, \"caption\": \"a dog\"}]}");
        for (String caption : List.of("", "...", " ")) {
            Path results = Files.writeString(
                    folder.resolve("r.json"), "[{\"image_id\": 1, \"caption\": \"" + caption + "\"}]");
            Scores scores = new CaptionScoring(annotations, false).score(results, Optional.empty());
            assertThat(scores.overall().values())
                    .allSatisfy(it -> assertThat(it).isCloseTo(0, within(1e-6)));
        }
    }

    private Path write(String name, JsonNode value) throws IOException {
        return Files.writeString(folder.resolve(name), JsonMapper.shared().writeValueAsString(value));
    }
}
