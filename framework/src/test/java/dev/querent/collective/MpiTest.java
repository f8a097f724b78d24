package dev.querent.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.testing.Mpirun;
import dev.querent.testing.Mpirun.Family;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real processes under mpirun. */
class MpiTest {

    @ParameterizedTest
    @CsvSource({"OPEN_MPI, 2", "OPEN_MPI, 3", "MPICH, 2", "MPICH, 3"})
    void allCollectivesHoldOnEveryRank(Family family, int ranks) {
        Mpirun.Ended ended = Mpirun.run(family, ranks, CollectivesCheck.class);
        assertThat(ended.output()).contains("rank " + (ranks - 1) + " is content");
        assertThat(ended.code()).as(ended.output()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"OPEN_MPI, exit", "OPEN_MPI, halt", "MPICH, halt"})
    void aRankThatIsGoneBringsTheJobDown(Family family, String how) {
        long start = System.nanoTime();
        Mpirun.Ended ended = Mpirun.run(family, 2, CollectivesCheck.class, how);
        assertThat(ended.code()).as(ended.output()).isNotZero();
        assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(60);
    }

    /** UCX, which MPICH uses here, takes SIGSEGV where the environment asks for it; it reads that before we can change it. */
    @Test
    void aLibraryThatTakesTheSignalsOfTheJvmIsRefused() {
        Mpirun.Ended ended =
                Mpirun.run(Family.MPICH, 2, Map.of("UCX_ERROR_SIGNALS", "SIGSEGV"), CollectivesCheck.class);
        assertThat(ended.output())
                .contains("has taken the JVM's handler of SIGSEGV")
                .contains("UCX_ERROR_SIGNALS=");
        assertThat(ended.code()).isNotZero();
    }

    /** The launcher tells its size by the environment; the library, of another family, finds itself alone. */
    @Test
    void aLauncherOfAnotherLibraryIsRefused() {
        Mpirun.Ended ended = Mpirun.run(Family.OPEN_MPI, 2, WrongLauncher.class);
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
    void ranksBoundToFewProcessorsAreTold() {
        assertThat(Binding.count("0-3,8")).isEqualTo(5);
        assertThat(Binding.count("7")).isEqualTo(1);
        assertThat(Binding.current())
                .hasValueSatisfying(binding -> assertThat(binding.own()).isPositive());
        assertThat(new Binding(1, 16).warning(1))
                .hasValueSatisfying(warning ->
                        assertThat(warning).contains("to 1 of 16 processors").contains("--bind-to none"));
        assertThat(new Binding(4, 16).warning(8)).isPresent();
        assertThat(new Binding(8, 16).warning(4)).isEmpty();
        assertThat(new Binding(16, 16).warning(16)).isEmpty();
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
