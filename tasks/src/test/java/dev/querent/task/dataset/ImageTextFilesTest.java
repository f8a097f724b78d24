package dev.querent.task.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.data.DataFolder;
import dev.querent.data.MissingDataException;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.data.TextPair;
import dev.querent.image.BadImageException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageTextFilesTest {

    private static final String TWO_LINES = """
            {"image": "a/one.png", "captions": ["Ein Bär – one", "a bear"], "questions": [{"question": "what?", "answer": "bear"}]}
            {"image": "a/two.png", "caption": "two", "id": "second", "group": "g", "questions": [{"question": "how many", "answer": "2", "type": "count"}]}
            """;

    @TempDir
    Path folder;

    private Path images;

    @BeforeEach
    void drawImages() throws IOException {
        images = Files.createDirectories(folder.resolve("images/a")).getParent();
        ImageIO.write(
                new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB),
                "png",
                images.resolve("a/one.png").toFile());
        Files.writeString(folder.resolve("secret.png"), "not for them");
    }

    private ImageTextFiles data(String train) throws IOException {
        Path file = Files.writeString(folder.resolve("train.jsonl"), train);
        return new ImageTextFiles(
                new ImageTextFiles.Config(images, file, Optional.empty(), Optional.of(file)), new DataFolder(folder));
    }

    @Test
    void everyLineIsASample() throws IOException {
        ImageTextFiles data = data(TWO_LINES + "\n");

        assertThat(data.splits()).containsExactly("train", "test");
        SampleList samples = data.split("train");
        assertThat(samples.size()).isEqualTo(2);
        Sample first = samples.get(0);
        assertThat(first.id()).isEqualTo("train-1");
        assertThat(first.group()).isEqualTo("train-1");
        assertThat(first.captions()).containsExactly("Ein Bär – one", "a bear");
        assertThat(first.questions()).containsExactly(new Sample.Question("all", "what?", "bear"));
        assertThat(first.image().get().width()).isEqualTo(3);
        Sample second = samples.get(1);
        assertThat(second.id()).isEqualTo("second");
        assertThat(second.group()).isEqualTo("g");
        assertThat(second.captions()).containsExactly("two");
        assertThat(second.questions()).containsExactly(new Sample.Question("count", "how many", "2"));
        assertThatThrownBy(() -> second.image().get())
                .isInstanceOf(BadImageException.class)
                .hasMessageContaining("no such file");
        assertThat(data.textCount()).isEqualTo(2);
        assertThat(data.text(1)).isEqualTo(new TextPair("", "", "two"));
        assertThat(data.words()).contains("bär", "bear", "two", "many", "2", "question");
    }

    @ParameterizedTest
    @CsvSource({"../secret.png", "a/../../secret.png", "/etc/passwd"})
    void noImageIsReadFromOutsideTheFolder(String image) throws IOException {
        Sample sample = data("{\"image\": \"" + image + "\", \"caption\": \"x\"}")
                .split("train")
                .get(0);

        assertThatThrownBy(() -> sample.image().get())
                .isInstanceOf(BadImageException.class)
                .hasMessageContaining("is not in " + images);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"caption\": \"x\"}|image: expected text, found nothing",
                "{\"image\": \"a\"}|caption: expected text, found nothing",
                "{\"image\": \"a\", \"captions\": []}|captions: expected at least one, found none",
                "{\"image\": \"a\", \"captions\": [\"x\", 7]}|captions: expected text, found 7",
                "{\"image\": \"a\", \"caption\": \"x\", \"questions\": [{\"question\": \"q\"}]}|questions.answer: expected text, found nothing",
                "{\"image\": |is not JSON",
                "[]|caption: expected text, found nothing",
            })
    void aWrongLineIsNamed(String line, String sentence) {
        assertThatThrownBy(() -> data(TWO_LINES + line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(folder.resolve("train.jsonl") + ":3: " + sentence);
    }

    @Test
    void missingAndEmptyFilesAreTold() {
        assertThatThrownBy(() -> data("")).hasMessageContaining("train.jsonl: holds no line");
        assertThatThrownBy(() -> data("\n" + TWO_LINES)).hasMessageContaining("train.jsonl:1: the line is empty");
        assertThatThrownBy(() -> data("x".repeat((1 << 20) + 1))).hasMessageContaining("more than 1048576 bytes");
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> new ImageTextFiles(
                        new ImageTextFiles.Config(images, none, Optional.empty(), Optional.empty()),
                        new DataFolder(folder)))
                .isInstanceOf(MissingDataException.class)
                .hasMessage("data.train: there is no file " + none);
        assertThatThrownBy(() -> data(TWO_LINES).split("validation"))
                .hasMessageContaining("no split \"validation\". Known: train, test");
    }
}
