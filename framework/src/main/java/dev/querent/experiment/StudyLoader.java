package dev.querent.experiment;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.Origin;
import dev.querent.config.Problem;
import dev.querent.config.Problems;
import dev.querent.plugin.ConfigBinder;
import dev.querent.plugin.PluginRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads and validates study files, and the experiments of their runs. */
public final class StudyLoader {

    static final String CHANGES = "changes";
    static final String CHANGES_DOC = "changes of the experiment for every variant, the base included";

    private static final Set<String> PARTS = Set.of(CHANGES, StudyVariants.VARIANTS, StudyVariants.GRID);
    private static final String SEED = "seed";

    private final ExperimentLoader experiments;
    private final PluginRegistry registry;

    public StudyLoader(PluginRegistry registry) {
        this.registry = registry;
        experiments = new ExperimentLoader(registry);
    }

    /**
     * Loads a study; its experiments are not looked at.
     *
     * @throws ExperimentException with everything that is wrong
     */
    public Study load(Path file) {
        Problems problems = new Problems();
        Mapping root = ExperimentFiles.named(new ExperimentFiles(problems).read(file), file);
        Optional<StudyHead> head = new ConfigBinder(problems, registry).bind(root, "", StudyHead.class, PARTS);
        List<Study.Variant> variants = new StudyVariants(problems).of(root, changes(root, problems));
        if (head.isEmpty() || !problems.isEmpty()) {
            throw new ExperimentException(problems.list());
        }
        Path base = file.resolveSibling(head.get().base()).normalize();
        return new Study(
                head.get().name(),
                base,
                variants,
                head.get().seeds(),
                head.get().parallel().orElse(1),
                head.get().metrics().orElse(List.of()));
    }

    private static Optional<Mapping> changes(Mapping root, Problems problems) {
        ConfigNode written = root.entries().get(CHANGES);
        if (written == null || written.isNull()) {
            return Optional.empty();
        }
        if (written instanceof Mapping mapping) {
            return Optional.of(mapping);
        }
        problems.add(
                written.origin(), CHANGES, "expected a map of settings for all variants, found " + written.shown());
        return Optional.empty();
    }

    /**
     * The experiments of all runs, variant by variant.
     *
     * @throws ExperimentException with everything that is wrong in any of them
     */
    public List<Study.Run> runs(Study study) {
        Problems problems = new Problems();
        List<Study.Run> runs = new ArrayList<>();
        for (Study.Variant variant : study.variants()) {
            for (long seed : study.seeds()) {
                try {
                    runs.add(new Study.Run(variant, seed, experiment(study, variant, seed)));
                } catch (ExperimentException e) {
                    e.problems().forEach(problem -> add(problem, variant, problems));
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new ExperimentException(problems.list());
        }
        return runs;
    }

    /** A mistake that is there without the variant is told once, as the base's. */
    private static void add(Problem problem, Study.Variant variant, Problems problems) {
        boolean known = problems.list().contains(problem);
        String sentence = known || variant.name().equals(Study.BASE)
                ? problem.sentence()
                : problem.sentence() + " (in the variant " + variant.name() + ")";
        problems.add(problem.origin(), problem.key(), sentence);
    }

    private Experiment experiment(Study study, Study.Variant variant, long seed) {
        List<Mapping> layers = new ArrayList<>(variant.layers());
        Origin origin = Origin.of("the study's seeds");
        layers.add(new Mapping(
                Map.of(
                        SEED,
                        new Scalar(Long.toString(seed), false, origin),
                        ExperimentKeys.NAME,
                        new Scalar(study.runName(variant, seed), true, origin)),
                origin));
        Experiment loaded = experiments.load(study.base(), new Problems(), layers);
        int most = Math.max(1, Runtime.getRuntime().availableProcessors() / study.parallel());
        return loaded.carriedOut(loaded.name(), Math.min(loaded.threads(), most));
    }
}
