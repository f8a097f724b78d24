package dev.querent.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeenSamplesTest {

    @Test
    void countsExactlyAtFirstAndEachSampleOnce() {
        SeenSamples seen = new SeenSamples();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 60_000; i++) {
                seen.add("sample-" + i, i % 100 == 0);
            }
        }
        assertThat(seen.all()).isEqualTo(60_000);
        assertThat(seen.bad()).isEqualTo(600);
    }

    @Test
    void estimatesTheNumberOfManySamplesWithinAFewPercent() {
        SeenSamples seen = new SeenSamples();
        for (int i = 0; i < 3_000_000; i++) {
            seen.add("00012.tar:" + i, i % 50 == 0);
        }
        assertThat(seen.all()).isBetween(2_900_000L, 3_100_000L);
        assertThat((double) seen.bad() / seen.all()).isBetween(0.018, 0.022);
    }
}
