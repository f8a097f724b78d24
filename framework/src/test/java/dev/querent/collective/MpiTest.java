package dev.querent.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.testing.Mpirun;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes under mpirun. */
class MpiTest {

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void allCollectivesHoldOnEveryRank(int ranks) {
        Mpirun.Ended ended = Mpirun.run(ranks, CollectivesCheck.class);
        assertThat(ended.output()).contains("rank " + (ranks - 1) + " is content");
        assertThat(ended.code()).as(ended.output()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit", "halt"})
    void aRankThatIsGoneBringsTheJobDown(String how) {
        long start = System.nanoTime();
        Mpirun.Ended ended = Mpirun.run(2, CollectivesCheck.class, how);
        assertThat(ended.code()).as(ended.output()).isNotZero();
        assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(60);
    }

    /** mpirun tells its size by the environment; the library, started without mpirun, finds itself alone. */
    @Test
    void aLauncherOfAnotherLibraryIsRefused() {
        Mpirun.Ended ended = Mpirun.run(2, WrongLauncher.class);
        assertThat(ended.output()).contains("each would train alone");
        assertThat(ended.code()).isNotZero();
    }

    /** Forgets who started it before it speaks to MPI, as if another family's mpirun had. */
    static final class WrongLauncher {
        public static void main(String[] arguments) throws Exception {
            ProcessBuilder alone = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Alone.class.getName())
                    .inheritIO();
            alone.environment().keySet().removeIf(name -> name.startsWith("OMPI_") || name.startsWith("PMIX_"));
            System.exit(alone.start().waitFor());
        }
    }

    /** Believes to be one of two. */
    static final class Alone {
        public static void main(String[] arguments) {
            Ranks.join(Map.of("PMI_SIZE", "2"));
        }
    }

    @Test
    void whoIsStartedAloneIsAlone() {
        assertThat(Ranks.size(Map.of())).isEqualTo(1);
        assertThat(Ranks.size(Map.of("SLURM_NTASKS", "16"))).isEqualTo(1); // a batch script, not a step
        assertThat(Ranks.size(Map.of("OMPI_COMM_WORLD_SIZE", "16"))).isEqualTo(16);
        assertThat(Ranks.size(Map.of("PMI_SIZE", "3", "SLURM_STEP_NUM_TASKS", "3")))
                .isEqualTo(3);
        try (Collectives alone = Ranks.join(Map.of())) {
            assertThat(alone.size()).isEqualTo(1);
            assertThat(alone.share(5)).isEqualTo(new Share(0, 5));
        }
    }

    @Test
    void sharesCoverTheBatchInOrder() {
        for (int rows : new int[] {1, 2, 5, 64, 1680}) {
            for (int size : new int[] {1, 2, 3, 16}) {
                int end = 0;
                for (int rank = 0; rank < size; rank++) {
                    Share share = Share.of(rows, rank, size);
                    assertThat(share.start()).isEqualTo(end);
                    assertThat(share.rows()).isBetween(rows / size, rows / size + 1);
                    end = share.end();
                }
                assertThat(end).isEqualTo(rows);
            }
        }
        assertThatThrownBy(() -> Ranks.size(Map.of("PMI_SIZE", "many"))).isInstanceOf(NumberFormatException.class);
    }
}
