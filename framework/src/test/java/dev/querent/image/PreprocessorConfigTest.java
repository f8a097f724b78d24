package dev.querent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files have the keys that transformers 5.23 writes, and those it wrote before sizes had names. */
class PreprocessorConfigTest {

    private static final String MOMENTS = "'image_mean': [0.5, 0.4, 0.3], 'image_std': [0.2, 0.3, 0.4], 'resample': 3";
    private static final String BLIP =
            "{'do_resize': true, 'do_rescale': true, 'do_normalize': true, 'do_convert_rgb': true, "
                    + "'image_processor_type': 'BlipImageProcessor', 'rescale_factor': 0.00392156862745098, "
                    + "'size': {'height': 364, 'width': 364}, " + MOMENTS + "}";
    private static final String CLIP =
            "{'do_center_crop': true, 'crop_size': {'height': 224, 'width': 224}, 'do_normalize': true, "
                    + "'image_processor_type': 'CLIPImageProcessor', 'size': {'shortest_edge': 256}, " + MOMENTS + "}";

    @TempDir
    Path folder;

    @Test
    void readsBlip() throws IOException {
        assertThat(read(BLIP)).isEqualTo(new Preprocessing(false, 1, List.of(0.5, 0.4, 0.3), List.of(0.2, 0.3, 0.4)));
    }

    @Test
    void readsClip() throws IOException {
        assertThat(read(CLIP))
                .isEqualTo(new Preprocessing(true, 256 / 224.0, List.of(0.5, 0.4, 0.3), List.of(0.2, 0.3, 0.4)));
    }

    @Test
    void aNumberAloneIsTheShorterSideForClipOnly() throws IOException {
        Preprocessing clip = read("{'feature_extractor_type': 'CLIPFeatureExtractor', 'size': 224, 'crop_size': 224, "
                + "'do_center_crop': true, " + MOMENTS + "}");
        assertThat(clip.keepsShape()).isTrue();
        assertThat(clip.margin()).isEqualTo(1);
        assertThat(read("{'image_processor_type': 'BlipImageProcessor', 'size': 384, " + MOMENTS + "}")
                        .keepsShape())
                .isFalse();
    }

    @Test
    void valuesAreLeftFromZeroToOneWhereNothingIsNormalised() throws IOException {
        Preprocessing plain = read(BLIP.replace("'do_normalize': true", "'do_normalize': false"));
        assertThat(plain.mean()).containsOnly(0.0);
        assertThat(plain.deviation()).containsOnly(1.0);
    }

    @Test
    void theFileOfTheWholeProcessorWins() throws IOException {
        write("processor_config.json", "{'processor_class': 'Blip2Processor', 'image_processor': " + BLIP + "}");
        assertThat(read(CLIP).keepsShape()).isFalse();
        write("processor_config.json", "{'processor_class': 'Blip2Processor', 'num_query_tokens': 32}");
        assertThat(read(CLIP).keepsShape()).isTrue();
    }

    @Test
    void aFolderWithoutTheFilesSaysNothing() {
        assertThat(PreprocessorConfig.read(folder)).isEmpty();
        assertThat(PreprocessorConfig.read(folder.resolve("weights.safetensors")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'resample': 3 | 'resample': 2 | resample: expected 3 (bicubic), found 2",
                "'do_resize': true | 'do_resize': false | do_resize: expected true, found false",
                "0.00392156862745098 | 1.0 | rescale_factor: expected 1/255, found 1.0",
                "'height': 364 | 'height': 224 | size: expected equal height and width, found {",
                "'size': {'height': 364, 'width': 364} | 'do_pad': true | do_pad: expected false, found true",
                "'size': {'height': 364, 'width': 364} | 'a': 1 | size: expected a whole number of pixels, found nothing",
                "{'height': 364, 'width': 364} | {'shortest_edge': 9} | do_center_crop: expected true beside",
                "{'height': 364, 'width': 364} | 100, 'crop_size': 224, 'do_center_crop': true | crop_size: expected at most",
                "[0.2, 0.3, 0.4] | [0.2, 0, 0.4] | image_std: expected three numbers above 0, found [0.2,0,0.4]",
                "'image_mean': [0.5, 0.4, 0.3], | '': 0, | image_mean: expected three numbers, found nothing",
            })
    void whatCannotBeDoneIsSaid(String from, String to, String sentence) {
        assertThat(BLIP).contains(from);
        assertThatThrownBy(() -> read(BLIP.replace(from, to)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(folder.resolve("preprocessor_config.json") + ": " + sentence);
    }

    @Test
    void whatIsNoJsonIsSaid() {
        assertThatThrownBy(() -> read("{"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("preprocessor_config.json is not readable JSON");
    }

    private Preprocessing read(String content) throws IOException {
        write("preprocessor_config.json", content);
        return PreprocessorConfig.read(folder).orElseThrow();
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content.replace('\'', '"'));
    }
}
