package dev.querent.app.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Statistics as scipy 1.17 has them. */
class SeedSampleTest {

    /** {@code scipy.stats.t.ppf((1 + share) / 2, freedom)} */
    @ParameterizedTest
    @CsvSource({
        "0.95, 1, 12.706204736174694",
        "0.95, 2, 4.302652729749462",
        "0.95, 3, 3.1824463052837078",
        "0.95, 4, 2.7764451051977934",
        "0.95, 9, 2.262157162798205",
        "0.95, 30, 2.0422724563012373",
        "0.95, 101, 1.983731002955606",
        "0.5, 1, 1.0",
        "0.99, 5, 4.032142983555228",
    })
    void quantilesOfStudentsT(double share, int freedom, double expected) {
        assertThat(StudentT.within(share, freedom)).isCloseTo(expected, within(1e-9));
    }

    /** {@code numpy.std(ddof=1)} and {@code scipy.stats.t.interval(0.95, 3, mean, scipy.stats.sem(values))} */
    @Test
    void meanDeviationAndInterval() {
        SeedSample sample = new SeedSample(List.of(0.5, 0.75, 0.25, 0.9));

        assertThat(sample.mean()).isEqualTo(0.6);
        assertThat(sample.deviation().orElseThrow()).isCloseTo(0.2857738033247042, within(1e-12));
        assertThat(sample.margin().orElseThrow()).isCloseTo(0.4547298922687887, within(1e-9));
    }

    @Test
    void oneValueHasNoSpread() {
        SeedSample sample = new SeedSample(List.of(0.5));

        assertThat(sample.mean()).isEqualTo(0.5);
        assertThat(sample.deviation()).isEmpty();
        assertThat(sample.margin()).isEmpty();
    }
}
