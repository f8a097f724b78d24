package dev.querent.experiment;

import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The plain values of a study file. Public only for the binder's reflection.
 *
 * @param name see {@link Study}
 * @param base see {@link Study}
 * @param seeds see {@link Study}
 * @param parallel see {@link Study}
 * @param metrics see {@link Study}
 */
public record StudyHead(
        @Doc("begins the names of the runs; the file's own name where nothing is said")
        String name,

        @Doc("the experiment file, relative to the study's") Path base,
        @Doc("each is one run of every variant") List<Long> seeds,
        @Doc("runs at a time; 1 where nothing is said") Optional<Integer> parallel,

        @Doc("STEP.NUMBER to compare; all where nothing is said")
        Optional<List<String>> metrics) {

    static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._]*(?:-[A-Za-z0-9._]+)*");
    static final int LONGEST_NAME = 40;
    private static final int MOST_SEEDS = 100;
    private static final int MOST_PARALLEL = 64;

    public StudyHead {
        Check.that(
                isName(name),
                "name: expected at most " + LONGEST_NAME
                        + " letters, digits, dots, underscores and single hyphens, found \"" + name + "\"");
        Check.that(
                !seeds.isEmpty() && seeds.size() <= MOST_SEEDS,
                "seeds: expected 1 to " + MOST_SEEDS + " whole numbers, found " + seeds.size());
        Check.that(new HashSet<>(seeds).size() == seeds.size(), "seeds: expected each once, found " + seeds);
        parallel.ifPresent(runs -> Check.range("parallel", runs, 1, MOST_PARALLEL));
        seeds = List.copyOf(seeds);
    }

    static boolean isName(String name) {
        return name.length() <= LONGEST_NAME && NAME.matcher(name).matches();
    }
}
