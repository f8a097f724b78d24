package dev.querent.experiment;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.NearestName;
import dev.querent.config.Origin;
import dev.querent.config.Problems;
import dev.querent.plugin.PluginException;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PipelineStep;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Binds the steps, and asks each whether it can do its work with the experiment's other parts. */
final class StepBinder {

    static final Pattern NAME = Pattern.compile("[a-z0-9]+(?:-[a-z0-9]+)*");
    static final int LONGEST_NAME = 60;

    private final SettingBinder settings;
    private final Problems problems;

    StepBinder(SettingBinder settings, Problems problems) {
        this.settings = settings;
        this.problems = problems;
    }

    /**
     * Binds the steps in their order; one with a problem is left out.
     *
     * @param parts what the steps may ask for; empty where a component has a problem, so that nothing is asked
     */
    Map<String, PluginSetting> bind(Mapping root, Optional<ExperimentParts> parts) {
        Map<String, PluginSetting> steps = new LinkedHashMap<>();
        ConfigNode node = root.entries().get(ExperimentKeys.STEPS);
        if (node == null || node.isNull()) {
            problems.add(root.origin(), ExperimentKeys.STEPS, "missing; expected a map of steps in their order");
            return steps;
        }
        if (!(node instanceof Mapping mapping)) {
            problems.add(
                    node.origin(),
                    ExperimentKeys.STEPS,
                    "expected a map of steps in their order, found " + node.shown());
            return steps;
        }
        if (mapping.entries().isEmpty()) {
            problems.add(mapping.origin(), ExperimentKeys.STEPS, "expected at least one step, found none");
        }
        mapping.entries().forEach((name, step) -> {
            String path = ExperimentKeys.STEPS + "." + name;
            if (step.isNull()) {
                problems.add(step.origin(), path, nothingToRemove(name, mapping));
            } else if (isPlain(name, step.origin(), path)) {
                settings.part(step, path, PipelineStep.class).ifPresent(setting -> {
                    steps.put(name, setting);
                    parts.ifPresent(given -> check(setting, given, step.origin(), path));
                });
            }
        });
        return steps;
    }

    private static String nothingToRemove(String name, Mapping steps) {
        Collection<String> known = steps.entries().entrySet().stream()
                .filter(entry -> !entry.getValue().isNull())
                .map(Map.Entry::getKey)
                .toList();
        return "there is no step of that name to remove. Steps: "
                + (known.isEmpty() ? "none" : String.join(", ", known)) + "." + NearestName.question(name, known);
    }

    private boolean isPlain(String name, Origin origin, String path) {
        boolean plain = NAME.matcher(name).matches() && name.length() <= LONGEST_NAME;
        if (!plain) {
            problems.add(
                    origin,
                    path,
                    "a step's name is of a-z, 0-9 and hyphens, at most " + LONGEST_NAME
                            + " characters: it names a folder");
        }
        return plain;
    }

    private void check(PluginSetting setting, ExperimentParts parts, Origin origin, String path) {
        try {
            for (String sentence : setting.create(PipelineStep.class).problems(parts)) {
                problems.add(origin, path, sentence);
            }
        } catch (IllegalArgumentException | PluginException e) {
            problems.add(origin, path, String.valueOf(e.getMessage()));
        }
    }
}
