package dev.querent.task.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.data.Sample;
import dev.querent.report.Failures;
import dev.querent.report.Prediction;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplePicturesTest {

    private static final int IMAGES = 100;

    @TempDir
    private Path folder;

    private static Prediction prediction(String id, double score) {
        return new Prediction(id, "", "said", List.of("right"), score == 1, "").scored(score);
    }

    @Test
    void theFirstSamplesAndTheWorstFailuresHavePictures() {
        List<Sample> samples = new ColourWorld(folder, IMAGES).samples;
        List<Prediction> predictions = IntStream.range(0, IMAGES)
                .mapToObj(i -> prediction("i" + i, i < 60 ? 1 : (100 - i) / 100.0)) // the last is the worst
                .toList();

        List<Prediction> pictured = SamplePictures.illustrated(folder, samples, predictions);

        assertThat(pictured).hasSize(IMAGES).allSatisfy(prediction -> {
            int place = Integer.parseInt(prediction.id().substring(1));
            boolean shown = place < 24 || place >= IMAGES - Failures.SHOWN;
            assertThat(prediction.picture()).isEqualTo(shown ? "samples/%03d.png".formatted(place) : "");
            assertThat(folder.resolve("samples/%03d.png".formatted(place))
                            .toFile()
                            .exists())
                    .isEqualTo(shown);
        });
    }

    @Test
    void anImageThatCannotBeDecodedAnyMoreHasNoPicture() {
        ColourWorld world = new ColourWorld(folder, 1);
        world.addBroken("bad");
        List<Prediction> pictured =
                SamplePictures.illustrated(folder, world.samples, List.of(prediction("i0", 0), prediction("bad", 0)));
        assertThat(pictured).extracting(Prediction::picture).containsExactly("samples/000.png", "");
    }
}
