package dev.querent.collective;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds out from its launcher whether this process is one of several. */
public final class Ranks {

    private Ranks() {}

    /**
     * Joins the other processes that one launcher started: {@code mpirun} of Open MPI or MPICH, {@code srun}, or a Kubernetes MPI
     * job.
     *
     * @param environment of this process
     * @return a single process where there are no others
     * @throws MpiException where there are others and they can't be spoken to
     */
    public static Collectives join(Map<String, String> environment) {
        int expected = size(environment);
        if (expected == 1) {
            return new SingleProcess();
        }
        MpiLibrary library = MpiLibrary.start(startedByMpich(environment));
        Mpi mpi = new Mpi(library);
        if (mpi.size() != expected) {
            throw new MpiException("the launcher started " + expected + " processes, but " + library.version()
                    + " sees " + mpi.size() + ": each would train alone. The launcher has to be that of the same MPI"
                    + " library (under Slurm: srun --mpi=pmix)");
        }
        return mpi;
    }

    /**
     * What a user should know of how the launcher started the ranks.
     *
     * @param threads that each rank computes with
     */
    public static Optional<String> warning(int threads) {
        return Binding.current().flatMap(binding -> binding.warning(threads));
    }

    /** MPICH's launcher, and Slurm in its manner (srun --mpi=pmi2), speak PMI; that of Open MPI sets names of its own. */
    private static boolean startedByMpich(Map<String, String> environment) {
        return environment.containsKey("PMI_SIZE") && !environment.containsKey("OMPI_COMM_WORLD_SIZE");
    }

    /** What the launcher says. Slurm names a size for a batch script too, which runs alone: its step's size counts. */
    static int size(Map<String, String> environment) {
        return first(environment, "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS")
                .orElse(1);
    }

    /** This process's rank as the launcher says it, without joining the others; 0 of a single process. */
    public static int rank(Map<String, String> environment) {
        return size(environment) == 1
                ? 0
                : first(environment, "OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID")
                        .orElse(0);
    }

    private static Optional<Integer> first(Map<String, String> environment, String... names) {
        return Stream.of(names)
                .flatMap(name -> Optional.ofNullable(environment.get(name)).stream())
                .findFirst()
                .map(Integer::parseInt);
    }
}
