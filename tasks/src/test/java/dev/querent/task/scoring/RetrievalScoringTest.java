package dev.querent.task.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import dev.querent.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetrievalScoringTest {

    private static final int IMAGES = 12;

    /** Captions an image: 1, 2, 3, 1, 2, 3, ... */
    private static final int CAPTIONS = 24;

    @TempDir
    private Path folder;

    private Path annotations = Path.of("");
    private final int[] owners = new int[CAPTIONS];
    private final float[][] toText = new float[IMAGES][CAPTIONS];
    private final float[][] toImage = new float[CAPTIONS][IMAGES];

    @BeforeEach
    void randomScores() throws IOException {
        StringBuilder text = new StringBuilder("[");
        int caption = 0;
        for (int image = 0; image < IMAGES; image++) {
            int own = image % 3 + 1;
            text.append(image == 0 ? "" : ",\n")
                    .append("{\"image\": \"" + image + ".jpg\", \"caption\": [")
                    .append(String.join(", ", Collections.nCopies(own, "\"a\"")))
                    .append("]}");
            for (int k = 0; k < own; k++) {
                owners[caption++] = image;
            }
        }
        assertThat(caption).isEqualTo(CAPTIONS);
        annotations = Files.writeString(folder.resolve("annotations.json"), text.append("]"));
        Random random = new Random(7);
        for (int i = 0; i < IMAGES; i++) {
            for (int t = 0; t < CAPTIONS; t++) {
                float right = owners[t] == i ? 0.3f : 0;
                toText[i][t] = random.nextFloat() + right;
                toImage[t][i] = random.nextFloat() + right;
            }
        }
    }

    private Path matrices(Map<String, float[][]> all) throws IOException {
        Path file = folder.resolve("scores.safetensors");
        Files.deleteIfExists(file);
        try (NDManager manager = Torch.newManager()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            all.forEach((name, rows) -> {
                FloatBuffer values = FloatBuffer.allocate(rows.length * rows[0].length);
                for (float[] row : rows) {
                    values.put(row);
                }
                tensors.put(name, Torch.tensor(manager, values.flip(), rows.length, rows[0].length));
            });
            SafetensorsWriter.write(file, tensors, Map.of());
        }
        return file;
    }

    /** Written plainly: sort, look at the first k. */
    private double recall(float[][] scores, int k, boolean texts) {
        int found = 0;
        for (int query = 0; query < scores.length; query++) {
            int it = query;
            List<Integer> first = order(scores[query]).subList(0, k);
            found += first.stream().anyMatch(item -> texts ? owners[item] == it : owners[it] == item) ? 1 : 0;
        }
        return 100.0 * found / scores.length;
    }

    private static List<Integer> order(float[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted((a, b) -> Float.compare(scores[b], scores[a]))
                .toList();
    }

    private void assertScores(Scores scores, float[][] images) {
        Map<String, Double> overall = scores.overall();
        assertThat(overall.keySet())
                .containsExactly(
                        "txt_r1",
                        "txt_r5",
                        "txt_r10",
                        "txt_r_mean",
                        "img_r1",
                        "img_r5",
                        "img_r10",
                        "img_r_mean",
                        "r_mean");
        double sum = 0;
        for (int k : List.of(1, 5, 10)) {
            assertThat(overall.get("txt_r" + k)).isCloseTo(recall(toText, k, true), within(1e-9));
            assertThat(overall.get("img_r" + k)).isCloseTo(recall(images, k, false), within(1e-9));
            sum += overall.get("txt_r" + k) + overall.get("img_r" + k);
        }
        assertThat(overall.get("r_mean")).isCloseTo(sum / 6, within(1e-9));
        assertThat(overall.get("txt_r1")).isBetween(1.0, 99.0); // neither trivial
    }

    @Test
    void matricesOfBothDirectionsAreScoredEachByItself() throws IOException {
        Path file = matrices(Map.of("image-to-text", toText, "text-to-image", toImage));
        assertScores(new RetrievalScoring(annotations).score(file), toImage);
    }

    @Test
    void oneMatrixServesBothDirections() throws IOException {
        float[][] columns = new float[CAPTIONS][IMAGES];
        for (int t = 0; t < CAPTIONS; t++) {
            for (int i = 0; i < IMAGES; i++) {
                columns[t][i] = toText[i][t];
            }
        }
        assertScores(new RetrievalScoring(annotations).score(matrices(Map.of("image-to-text", toText))), columns);
    }

    @Test
    void rankingsGiveTheSame() throws IOException {
        assertScores(new RetrievalScoring(annotations).score(rankings(10)), toImage);
        assertScores(new RetrievalScoring(annotations).score(rankings(12)), toImage);
    }

    private Path rankings(int length) throws IOException {
        StringBuilder text = new StringBuilder("[");
        for (int t = 0; t < CAPTIONS; t++) {
            text.append("{\"caption_id\": " + t + ", \"ranking\": "
                    + order(toImage[t]).subList(0, length) + "},\n");
        }
        for (int i = 0; i < IMAGES; i++) {
            text.append("{\"image_id\": " + i + ", \"ranking\": "
                    + order(toText[i]).subList(0, length) + "}" + (i + 1 < IMAGES ? ",\n" : "]"));
        }
        return Files.writeString(folder.resolve("rankings.json"), text);
    }

    @Test
    void cocosFormatHasItsOwnIds() throws IOException {
        Path coco = Files.writeString(
                folder.resolve("coco.json"),
                "{\"annotations\": [{\"id\": 70, \"image_id\": 9, \"caption\": \"a\"}, {\"id\": 71, \"image_id\": 8, \"caption\": \"b\"},"
                        + " {\"id\": 72, \"image_id\": 9, \"caption\": \"c\"}], \"images\": [{\"id\": 8}, {\"id\": 9}]}");
        Path file = Files.writeString(
                folder.resolve("r.json"),
                "[{\"image_id\": 8, \"ranking\": [70, 71, 72]}, {\"image_id\": 9, \"ranking\": [71, 72, 70]}]");
        Map<String, Double> overall = new RetrievalScoring(coco).score(file).overall();
        assertThat(overall.keySet()).containsExactly("txt_r1", "txt_r5", "txt_r10", "txt_r_mean");
        assertThat(overall.get("txt_r1")).isZero();
        assertThat(overall.get("txt_r5")).isEqualTo(100);
        Path stray = Files.writeString(
                folder.resolve("stray.json"),
                "{\"annotations\": [{\"id\": 70, \"image_id\": 7, \"caption\": \"a\"}], \"images\": [{\"id\": 8}]}");
        assertThatThrownBy(() -> new RetrievalScoring(stray))
                .hasMessage(stray + ": annotations of images that aren't there: id 7");
    }

    @Test
    void rankingsThatAreNoneAreRefused() throws IOException {
        RetrievalScoring scoring = new RetrievalScoring(annotations);
        String ten = IntStream.range(0, 10).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        assertThatThrownBy(() -> scoring.score(write("[{\"image_id\": 0, \"ranking\": [1, 2]}]")))
                .hasMessageEndingWith("ranking: has 2 ids; expected at least 10");
        assertThatThrownBy(() -> scoring.score(write("[{\"image_id\": 0, \"ranking\": [" + ten + ", 3]}]")))
                .hasMessageEndingWith("ranking: id 3 stands twice");
        assertThatThrownBy(() -> scoring.score(write("[{\"image_id\": 0, \"ranking\": [" + ten + ", 99]}]")))
                .hasMessageEndingWith("ranking: id 99 is not in " + annotations);
        String good = "{\"image_id\": 0, \"ranking\": [" + ten + "]}";
        assertThatThrownBy(() -> scoring.score(write("[" + good + "," + good + ", " + good.replace("0,", "77,") + "]")))
                .hasMessageContaining("image_id: no prediction for 11 ids, the first ten: 1, 2, 3")
                .hasMessageContaining("more than one prediction for id 0; not in " + annotations + ": id 77");
        assertThatThrownBy(() -> scoring.score(write("[]"))).hasMessageEndingWith(": holds no ranking");
    }

    @Test
    void matricesThatDoNotFitAreRefused() throws IOException {
        RetrievalScoring scoring = new RetrievalScoring(annotations);
        assertThatThrownBy(() -> scoring.score(matrices(Map.of("image-to-text", toImage))))
                .hasMessageContaining("image-to-text: expected (12, 24) for the 12 images and 24 captions of ")
                .hasMessageEndingWith("found [24, 12]");
        assertThatThrownBy(() -> scoring.score(matrices(Map.of("x", toText))))
                .hasMessageEndingWith("has no tensor image-to-text and none text-to-image; it has x");
        toText[3][4] = Float.NaN;
        assertThatThrownBy(() -> scoring.score(matrices(Map.of("image-to-text", toText))))
                .hasMessageEndingWith("image-to-text[3, 4] is no number");
        assertThatThrownBy(() -> scoring.score(Files.writeString(folder.resolve("no.safetensors"), "[]")))
                .isInstanceOf(ScoringException.class)
                .hasMessageContaining("no.safetensors is damaged");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("rankings.json"), text);
    }
}
