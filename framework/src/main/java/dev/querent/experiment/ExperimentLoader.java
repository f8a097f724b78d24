package dev.querent.experiment;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.Problems;
import dev.querent.data.Dataset;
import dev.querent.model.Bridge;
import dev.querent.model.Captioner;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.ConfigBinder;
import dev.querent.plugin.PluginDescriptor;
import dev.querent.plugin.PluginRegistry;
import dev.querent.step.ExperimentParts;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads, binds and validates experiment files. No model is built, no weight and no data set read: only the {@code config.json}
 * of the checkpoints named.
 */
public final class ExperimentLoader {

    private static final Set<String> PARTS = Set.of(
            ExperimentKeys.EXTENDS,
            ExperimentKeys.DATA,
            ExperimentKeys.VISION,
            ExperimentKeys.LANGUAGE,
            ExperimentKeys.BRIDGE,
            ExperimentKeys.CAPTIONER,
            ExperimentKeys.SCORER,
            ExperimentKeys.STEPS);

    /** The kinds of the components, by role. */
    static final Map<String, Class<?>> ROLES = Map.of(
            ExperimentKeys.VISION, VisionEncoder.class,
            ExperimentKeys.LANGUAGE, LanguageModel.class,
            ExperimentKeys.BRIDGE, Bridge.class,
            ExperimentKeys.CAPTIONER, Captioner.class,
            ExperimentKeys.SCORER, ImageTextScorer.class);

    private final PluginRegistry registry;

    public ExperimentLoader(PluginRegistry registry) {
        this.registry = registry;
    }

    /** Loads a file as it stands. */
    public Experiment load(Path file) {
        return load(file, List.of());
    }

    /**
     * Loads a file with overrides.
     *
     * @param overrides {@code key=value} each, the key dotted; later ones win
     * @throws ExperimentException with everything that is wrong
     */
    public Experiment load(Path file, List<String> overrides) {
        Problems problems = new Problems();
        return load(file, problems, List.of(new Overrides(problems).tree(overrides)));
    }

    /** Loads a file with trees of settings on top, each on those before it. */
    Experiment load(Path file, Problems problems, List<Mapping> layers) {
        Mapping root = new ExperimentFiles(problems).read(file);
        for (Mapping layer : layers) {
            root = root.overlaid(layer);
        }
        Optional<Experiment> experiment = bind(root, file, problems);
        if (experiment.isEmpty() || !problems.isEmpty()) {
            throw new ExperimentException(problems.list());
        }
        return experiment.get();
    }

    /**
     * Binds components outside an experiment.
     *
     * @param root with those of an experiment's components that there are
     * @return the settings by role
     * @throws ExperimentException with everything that is wrong
     */
    public Map<String, PluginSetting> components(Mapping root) {
        Problems problems = new Problems();
        SettingBinder settings = new SettingBinder(registry, new ConfigBinder(problems, registry), problems);
        Map<String, PluginSetting> bound = new LinkedHashMap<>();
        ROLES.forEach(
                (role, kind) -> settings.component(root, role, kind).ifPresent(setting -> bound.put(role, setting)));
        if (!problems.isEmpty()) {
            throw new ExperimentException(problems.list());
        }
        return bound;
    }

    private Optional<Experiment> bind(Mapping root, Path file, Problems problems) {
        ConfigBinder binder = new ConfigBinder(problems, registry);
        Optional<ExperimentHead> head = binder.bind(ExperimentFiles.named(root, file), "", ExperimentHead.class, PARTS);
        SettingBinder settings = new SettingBinder(registry, binder, problems);
        Optional<PluginSetting> data = Optional.empty();
        ConfigNode written = root.entries().get(ExperimentKeys.DATA);
        if (written == null || written.isNull()) {
            problems.add(
                    root.origin(),
                    ExperimentKeys.DATA,
                    "missing; expected a map such as {plugin: NAME}. Known: "
                            + String.join(", ", registry.names(Dataset.class)));
        } else {
            data = settings.part(written, ExperimentKeys.DATA, Dataset.class);
        }
        Optional<PluginSetting> vision = settings.component(root, ExperimentKeys.VISION, VisionEncoder.class);
        Optional<PluginSetting> language = settings.component(root, ExperimentKeys.LANGUAGE, LanguageModel.class);
        Optional<PluginSetting> bridge = settings.component(root, ExperimentKeys.BRIDGE, Bridge.class);
        Optional<PluginSetting> captioner = settings.component(root, ExperimentKeys.CAPTIONER, Captioner.class);
        Optional<PluginSetting> scorer = settings.component(root, ExperimentKeys.SCORER, ImageTextScorer.class);
        Map<String, PluginSetting> steps = new StepBinder(settings, problems).bind(root, parts(root, settings));
        if (head.isEmpty() || data.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Experiment(
                head.get().name(),
                head.get().seed(),
                head.get().threads(),
                head.get().badSampleLimit(),
                data.get(),
                vision,
                language,
                bridge,
                captioner,
                scorer,
                steps));
    }

    /** The wired plugin classes; empty where one of them can't be known, so that no step is asked about half an experiment. */
    private static Optional<ExperimentParts> parts(Mapping root, SettingBinder settings) {
        Map<String, Class<?>> types = new LinkedHashMap<>();
        for (Map.Entry<String, Class<?>> role : ROLES.entrySet()) {
            ConfigNode node = root.entries().get(role.getKey());
            if (node != null && !node.isNull()) {
                Optional<PluginDescriptor> plugin = settings.plugin(node, role.getKey(), role.getValue());
                if (plugin.isEmpty()) {
                    return Optional.empty();
                }
                types.put(role.getKey(), plugin.get().type());
            }
        }
        return Optional.of(new ExperimentParts(types));
    }
}
