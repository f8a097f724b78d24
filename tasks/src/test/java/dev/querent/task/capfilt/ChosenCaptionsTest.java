package dev.querent.task.capfilt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.data.Sample;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChosenCaptionsTest {

    private static final Sample SAMPLE = new Sample(
            "train-7",
            "train-7",
            () -> {
                throw new AssertionError("the image is not looked at");
            },
            List.of("web"),
            List.of());

    @Test
    void keepsTheBestWithTheirScoresAndOrigins() {
        ChosenCaptions chosen = ChosenCaptions.best(
                7, SAMPLE, List.of("web", "a", "b", "c"), new float[] {0.5f, 0.25f, 0.75f, 0.5f}, Set.of("web"), 2);
        assertThat(chosen.captions()).as("of equals the earlier").containsExactly("b", "web");
        assertThat(chosen.scores()).containsExactly(0.75, 0.5);
        assertThat(chosen.own()).containsExactly(false, true);
    }

    @Test
    void keepsWhatThereIsWhereCaptionsAreFew() {
        ChosenCaptions chosen = ChosenCaptions.best(7, SAMPLE, List.of("web"), new float[] {-3}, Set.of("web"), 2);
        assertThat(chosen.captions()).containsExactly("web");
    }

    @Test
    void aLineComesBackEqual() {
        ChosenCaptions chosen = ChosenCaptions.best(
                7, SAMPLE, List.of("\"web\"\n", "ä"), new float[] {1 / 3f, -0.1f}, Set.of("\"web\"\n"), 2);
        assertThat(chosen.line()).doesNotContain("\n");
        assertThat(ChosenCaptions.of(chosen.line())).isEqualTo(chosen);
        ChosenCaptions none = ChosenCaptions.none(8, SAMPLE, "is no picture");
        assertThat(ChosenCaptions.of(none.line())).isEqualTo(none);
    }
}
