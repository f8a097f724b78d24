package dev.querent.task.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.DatasetDigest;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The digest of a data set follows its content, not its place. */
class DatasetDigestTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        write(folder.resolve("a"), "a red square", Color.RED);
    }

    @Test
    void equalContentElsewhereHasTheSameDigest() throws IOException {
        write(folder.resolve("b"), "a red square", Color.RED);
        assertThat(digest("b")).isEqualTo(digest("a"));
    }

    @Test
    void captionsAndPixelsCount() throws IOException {
        write(folder.resolve("b"), "a blue square", Color.RED);
        write(folder.resolve("c"), "a red square", Color.BLUE);

        assertThat(digest("b")).isNotEqualTo(digest("a"));
        assertThat(digest("c")).isNotEqualTo(digest("a"));
    }

    @Test
    void imagesAloneAreTheSameWhateverIsSaidOfThem() throws IOException {
        write(folder.resolve("b"), "a blue square", Color.RED);
        write(folder.resolve("c"), "a red square", Color.BLUE);

        assertThat(ofImages("b")).isEqualTo(ofImages("a"));
        assertThat(ofImages("c")).isNotEqualTo(ofImages("a"));
    }

    private String ofImages(String place) {
        return DatasetDigest.ofImages(open(folder.resolve(place)).split("train"));
    }

    @Test
    void aBrokenImageIsNoObstacle() throws IOException {
        Files.writeString(folder.resolve("a/picture.png"), "no picture");
        assertThat(digest("a")).hasSize(64);
    }

    private String digest(String place) {
        return DatasetDigest.of(open(folder.resolve(place)));
    }

    private static Dataset open(Path place) {
        ImageTextFiles.Config config =
                new ImageTextFiles.Config(place, place.resolve("train.jsonl"), Optional.empty(), Optional.empty());
        return new ImageTextFiles(config, new DataFolder(place));
    }

    private static void write(Path place, String caption, Color colour) throws IOException {
        Files.createDirectories(place);
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64; i++) {
            image.setRGB(i % 8, i / 8, colour.getRGB());
        }
        ImageIO.write(image, "png", place.resolve("picture.png").toFile());
        Files.writeString(
                place.resolve("train.jsonl"), "{\"image\": \"picture.png\", \"caption\": \"" + caption + "\"}\n");
    }
}
