package dev.querent.experiment;

import dev.querent.config.ConfigNode.Mapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A validated study: variants of one experiment, each with every seed.
 *
 * @param name begins the names of its runs
 * @param base the experiment file
 * @param variants the base first, then as written, then those of the grid
 * @param seeds each is one run of every variant
 * @param parallel runs at a time
 * @param metrics {@code STEP.NUMBER} of the results to be compared; all if empty
 */
public record Study(
        String name, Path base, List<Variant> variants, List<Long> seeds, int parallel, List<String> metrics) {

    /** The variant that changes nothing. */
    public static final String BASE = "base";

    /**
     * A set of changes.
     *
     * @param against the variant that it is compared with, and whose changes lie below its own; empty for the base
     * @param layers its changes, to be put on the experiment one after the other
     */
    public record Variant(String name, Optional<String> against, List<Mapping> layers) {
        public Variant {
            layers = List.copyOf(layers);
        }
    }

    /**
     * One run of a study.
     *
     * @param experiment under the run's name, {@code STUDY--VARIANT--seedN}
     */
    public record Run(Variant variant, long seed, Experiment experiment) {}

    public Study {
        variants = List.copyOf(variants);
        seeds = List.copyOf(seeds);
        metrics = List.copyOf(metrics);
    }

    /** The same study with another number of runs at a time. */
    public Study withParallel(int runs) {
        return new Study(name, base, variants, seeds, runs, metrics);
    }

    /** The name of a run. */
    public String runName(Variant variant, long seed) {
        return name + "--" + variant.name() + "--seed" + seed;
    }
}
