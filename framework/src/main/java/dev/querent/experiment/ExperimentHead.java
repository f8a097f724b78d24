package dev.querent.experiment;

import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The plain values at the top of an experiment file. Public only for the binder's reflection.
 *
 * @param name see {@link Experiment}
 * @param seed see {@link Experiment}
 * @param threads see {@link Experiment}
 * @param badSampleLimit see {@link Experiment}
 */
public record ExperimentHead(
        @Doc("names the run folder; the file's own name where nothing is said")
        String name,

        @Doc("of every random choice") long seed,

        @Doc("libtorch threads; as many as processors where nothing is said")
        int threads,

        @Doc("share of unusable samples that stops the run") double badSampleLimit) {

    static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /** The name is the file's where it gives none. */
    public static final ExperimentHead DEFAULTS =
            new ExperimentHead("experiment", 1, Runtime.getRuntime().availableProcessors(), 0.05);

    /** What takes the place of these keys is found when a file is read. */
    static final Set<String> WITHOUT_DEFAULT = Set.of(ExperimentKeys.NAME, ExperimentKeys.THREADS);

    public ExperimentHead {
        Check.that(
                NAME.matcher(name).matches(),
                "name: expected at most 100 letters, digits, dots, hyphens and underscores, a letter or digit first, found \""
                        + name + "\"");
        Check.range("threads", threads, 1, 4096);
        Check.range("badSampleLimit", badSampleLimit, 0, 1);
    }
}
