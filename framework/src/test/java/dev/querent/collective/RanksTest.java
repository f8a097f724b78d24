package dev.querent.collective;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RanksTest {

    @Test
    void theLauncherSaysWhichRankAProcessIs() {
        assertThat(Ranks.rank(Map.of())).isZero();
        assertThat(Ranks.rank(Map.of("OMPI_COMM_WORLD_SIZE", "3", "OMPI_COMM_WORLD_RANK", "2")))
                .isEqualTo(2);
        assertThat(Ranks.rank(Map.of("PMI_SIZE", "2", "PMI_RANK", "1"))).isEqualTo(1);
        assertThat(Ranks.rank(Map.of("SLURM_STEP_NUM_TASKS", "4", "SLURM_PROCID", "3")))
                .isEqualTo(3);
        assertThat(Ranks.rank(Map.of("SLURM_NTASKS", "4", "SLURM_PROCID", "3")))
                .as("a batch script of a job of four runs alone")
                .isZero();
    }
}
