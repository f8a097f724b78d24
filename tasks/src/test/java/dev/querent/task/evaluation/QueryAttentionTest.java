package dev.querent.task.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.querent.model.AttentionMaps;
import dev.querent.model.Bridge;
import dev.querent.progress.StoppedException;
import dev.querent.report.ResultPicture;
import dev.querent.report.StepResults;
import dev.querent.step.ExperimentParts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueryAttentionTest {

    @TempDir
    private Path folder;

    private static QueryAttention step(int images, int queries) {
        return new QueryAttention(new QueryAttention.Config("test", images, queries, 2));
    }

    @Test
    void theFirstUsableImagesAreDrawnWithTheMeanAndEveryQuery() throws IOException {
        ColourWorld world = new ColourWorld(folder, 1);
        world.addBroken("bad");
        world.add("after", "blue", "blue");
        step(3, 32).run(world);
        StepResults results = StepResults.read(folder).orElseThrow();
        assertThat(results.pictures())
                .extracting(ResultPicture::caption)
                .containsExactly("i0 (a red thing)", "after (a blue thing)");
        assertThat(results.numbers()).containsEntry("images", 2.0).containsEntry("patches", 1.0);
        assertThat(results.numbers().get("patches-read")).isCloseTo(1, within(1e-6));
        assertThat(results.numbers().get("not-on-patches")).isCloseTo(0.375, within(1e-6));
        assertThat(results.tables().get(0).rows())
                .containsExactly(
                        List.of("1", "1.0", "50.0 %"), List.of("2", "1.0", "25.0 %"), List.of("mean", "1.0", "37.5 %"));
        var sheet = ImageIO.read(Files.newInputStream(folder.resolve("attention/001.png")));
        assertThat(sheet.getWidth()).isEqualTo(4 * 96 + 3 * 4); // image, mean, two queries
        assertThat(sheet.getHeight()).isEqualTo(96);
        assertThat(world.quarantined).containsExactly("bad: broken picture");
    }

    @Test
    void queriesBeyondTheMostAreInTheTableAlone() throws IOException {
        step(1, 1).run(new ColourWorld(folder, 1));
        StepResults results = StepResults.read(folder).orElseThrow();
        assertThat(results.tables().get(0).rows()).hasSize(3);
        assertThat(results.notes().get(1)).contains("the first 1 of them");
        var sheet = ImageIO.read(Files.newInputStream(folder.resolve("attention/000.png")));
        assertThat(sheet.getWidth()).isEqualTo(3 * 96 + 2 * 4);
    }

    @Test
    void aStopLeavesNoResults() {
        ColourWorld world = new ColourWorld(folder, 2);
        world.stop = true;
        assertThatThrownBy(() -> step(2, 32).run(world)).isInstanceOf(StoppedException.class);
        assertThat(StepResults.read(folder)).isEmpty();
    }

    @Test
    void aBridgeWithoutQueriesIsRefusedBeforeAnythingIsLoaded() {
        assertThat(step(1, 1).problems(new ExperimentParts(Map.of("bridge", Bridge.class))))
                .singleElement()
                .asString()
                .contains("q-former");
        assertThat(step(1, 1).problems(new ExperimentParts(Map.of("bridge", AttentionMaps.class))))
                .isEmpty();
    }

    @Test
    void patchesAreTheTokensAtTheEnd() {
        // two tokens in front, four patches; the second query reads one patch only
        float[] shares = {0.1f, 0.1f, 0.2f, 0.2f, 0.2f, 0.2f, 0.25f, 0.25f, 0, 0.5f, 0, 0};
        QueryMaps maps = QueryMaps.of(shares, 6, 4);
        assertThat(maps.ofQueries().get(1)).containsExactly(0, 0.5f, 0, 0);
        assertThat(maps.elsewhere().get(0)).isCloseTo(0.2, within(1e-6));
        assertThat(maps.elsewhere().get(1)).isCloseTo(0.5, within(1e-6));
        assertThat(maps.patchesRead(0)).isCloseTo(4, within(1e-6));
        assertThat(maps.patchesRead(1)).isCloseTo(1, within(1e-6));
        assertThat(maps.mean()).containsExactly(new float[] {0.1f, 0.35f, 0.1f, 0.1f}, within(1e-6f));
    }

    @Test
    void aQueryThatReadsNoPatchReadsNone() {
        QueryMaps maps = QueryMaps.of(new float[] {1, 0, 0}, 3, 2);
        assertThat(maps.patchesRead(0)).isZero();
    }
}
