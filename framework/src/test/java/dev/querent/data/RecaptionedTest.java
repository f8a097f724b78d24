package dev.querent.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.image.RgbImage;
import dev.querent.testing.GivenSamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecaptionedTest {

    private static final RgbImage IMAGE = new RgbImage(1, 1, new byte[] {1, 2, 3});

    @TempDir
    private Path folder;

    @Test
    void trainsOnTheCaptionsOfTheFileAndOnNoOtherSamples() throws IOException {
        Recaptioned data = recaptioned("""
                {"index": 0, "id": "train-0", "captions": ["new", "newer"], "scores": [2, 1]}
                {"index": 2, "id": "train-2", "captions": ["third"]}
                """);
        SampleList train = data.split("train");
        assertThat(train.size()).isEqualTo(2);
        assertThat(train.get(0).captions()).containsExactly("new", "newer");
        assertThat(train.get(1).id()).isEqualTo("train-2");
        assertThat(train.get(1).captions()).containsExactly("third");
        assertThat(train.get(1).group()).isEqualTo("group");
        assertThat(train.get(1).image().get()).isSameAs(IMAGE);
        assertThat(data.split("test").get(1).captions()).containsExactly("old 1");
        assertThat(data.words()).containsExactly("word");
    }

    @Test
    void whatIsWrongWithALineIsSaid() {
        assertThatThrownBy(() -> recaptioned("{\"index\": 3, \"id\": \"train-3\", \"captions\": [\"a\"]}\n"))
                .hasMessageContaining("captions.jsonl:1: index: expected 0 to 2, found 3");
        assertThatThrownBy(() -> recaptioned("{\"index\": 1, \"id\": \"train-1\", \"captions\": []}\n"))
                .hasMessageContaining("captions.jsonl:1: captions: expected at least one");
    }

    @Test
    void captionsOfOtherDataAreRefused() throws IOException {
        Recaptioned data = recaptioned("{\"index\": 1, \"id\": \"other-1\", \"captions\": [\"a\"]}\n");
        assertThatThrownBy(() -> data.split("train").get(0))
                .hasMessageContaining("captions.jsonl:1: these captions are of other data: expected \"train-1\"");
    }

    private Recaptioned recaptioned(String lines) throws IOException {
        return new Recaptioned(three(), Files.writeString(folder.resolve("captions.jsonl"), lines));
    }

    private static GivenSamples three() {
        return new GivenSamples(
                split -> IntStream.range(0, 3)
                        .mapToObj(index -> new Sample(
                                split + "-" + index, "group", () -> IMAGE, List.of("old " + index), List.of()))
                        .toList(),
                List.of("word"));
    }
}
