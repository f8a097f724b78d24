package dev.querent.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {

    @Test
    void warmsUpLinearlyThenFallsAlongHalfACosine() {
        LearningRateSchedule schedule = new LearningRateSchedule(105, 4, 1.0, 0.2);
        assertThat(schedule.at(0)).isEqualTo(0.25);
        assertThat(schedule.at(3)).isEqualTo(1.0);
        assertThat(schedule.at(4)).isEqualTo(1.0);
        assertThat(schedule.at(54)).isCloseTo(0.6, offset(1e-12)); // half way
        assertThat(schedule.at(104)).isCloseTo(0.2, offset(1e-12));
    }

    @Test
    void copesWithNoWarmUpAndWithNothingButWarmUp() {
        assertThat(new LearningRateSchedule(1, 0, 1.0, 0).at(0)).isEqualTo(1.0);
        assertThat(new LearningRateSchedule(3, 10, 1.0, 0).at(2)).isCloseTo(0.3, offset(1e-12));
    }
}
