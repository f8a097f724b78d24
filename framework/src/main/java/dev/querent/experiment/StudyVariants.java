package dev.querent.experiment;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.ConfigNode.Sequence;
import dev.querent.config.NearestName;
import dev.querent.config.Origin;
import dev.querent.config.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the variants and the grid of a study. */
final class StudyVariants {

    static final String VARIANTS = "variants";
    static final String VARIANTS_DOC =
            "changes of the experiment by the variant's name, beside the base, which changes nothing";
    static final String GRID = "grid";
    static final String GRID_DOC =
            "axes, of which every combination is a variant: a dotted key with a list of its values, or any name with changes by name";

    /** Of all runs of a grid; a mistake in a file must not fill the disk. */
    private static final int MOST_VARIANTS = 200;

    private final Problems problems;

    StudyVariants(Problems problems) {
        this.problems = problems;
    }

    /** One choice on each of some axes of the grid: its changes lie on one another, so that a later one may remove what an earlier sets. */
    private record Choice(String name, List<Mapping> layers) {
        Choice and(Choice other) {
            return new Choice(name.isEmpty() ? other.name : name + "_" + other.name, joined(layers, other.layers));
        }
    }

    /**
     * The base and all others.
     *
     * @param common changes of every variant, the base included
     */
    List<Study.Variant> of(Mapping root, Optional<Mapping> common) {
        List<Mapping> below = common.stream().toList();
        Map<String, Study.Variant> variants = new LinkedHashMap<>();
        variants.put(Study.BASE, new Study.Variant(Study.BASE, Optional.empty(), below));
        Map<String, ConfigNode> written = mapping(root, VARIANTS);
        written.forEach((name, node) -> {
            String key = VARIANTS + "." + name;
            if (name.equals(Study.BASE)) {
                problems.add(node.origin(), key, "base is the experiment as it is: give the variant another name");
            } else if (!StudyHead.isName(name)) {
                problems.add(node.origin(), key, nameRule());
            } else {
                variant(name, written, below).ifPresent(variant -> variants.put(name, variant));
            }
        });
        for (Choice choice : grid(mapping(root, GRID))) {
            Study.Variant variant =
                    new Study.Variant(choice.name(), Optional.of(Study.BASE), joined(below, choice.layers()));
            if (variants.put(choice.name(), variant) != null) {
                problems.add(
                        root.origin(), GRID, "the grid makes a variant " + choice.name() + ", which is there already");
            }
        }
        return List.copyOf(variants.values());
    }

    private static String nameRule() {
        return "a variant's name is of letters, digits, dots, underscores and single hyphens, at most "
                + StudyHead.LONGEST_NAME + " characters: it names folders";
    }

    private Map<String, ConfigNode> mapping(Mapping root, String key) {
        ConfigNode node = root.entries().get(key);
        if (node == null || node.isNull()) {
            return Map.of();
        }
        if (node instanceof Mapping mapping) {
            return mapping.entries();
        }
        problems.add(node.origin(), key, "expected a map by name, found " + node.shown());
        return Map.of();
    }

    /** With the changes of the variants that it extends below its own. */
    private Optional<Study.Variant> variant(String name, Map<String, ConfigNode> written, List<Mapping> common) {
        List<Mapping> own = new ArrayList<>();
        Set<String> chain = new LinkedHashSet<>();
        String at = name;
        Optional<String> against = Optional.empty();
        while (!at.equals(Study.BASE)) {
            ConfigNode node = written.get(at);
            if (!(node instanceof Mapping changes)) {
                if (at.equals(name)) {
                    problems.add(
                            origin(node),
                            VARIANTS + "." + name,
                            "expected a map of changed settings, found " + (node == null ? "nothing" : node.shown()));
                }
                return Optional.empty();
            }
            if (!chain.add(at)) {
                problems.add(
                        changes.origin(),
                        VARIANTS + "." + name + "." + ExperimentKeys.EXTENDS,
                        "goes in a circle: " + String.join(" extends ", chain) + " extends " + at);
                return Optional.empty();
            }
            own.add(0, changes.without(Set.of(ExperimentKeys.EXTENDS)));
            Optional<String> next = next(at, changes, written);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            at = next.get();
            against = against.or(() -> next);
        }
        return Optional.of(new Study.Variant(name, against, joined(common, own)));
    }

    private static Origin origin(@org.jspecify.annotations.Nullable ConfigNode node) {
        return node == null ? Origin.of(VARIANTS) : node.origin();
    }

    /** The variant below; the base where none is named. */
    private Optional<String> next(String name, Mapping changes, Map<String, ConfigNode> written) {
        ConfigNode node = changes.entries().get(ExperimentKeys.EXTENDS);
        if (node == null || node.isNull()) {
            return Optional.of(Study.BASE);
        }
        if (node instanceof Scalar scalar && (scalar.text().equals(Study.BASE) || written.containsKey(scalar.text()))) {
            return Optional.of(scalar.text());
        }
        String text = node instanceof Scalar scalar ? scalar.text() : "";
        problems.add(
                node.origin(),
                VARIANTS + "." + name + "." + ExperimentKeys.EXTENDS,
                "expected the name of another variant, found " + node.shown() + "."
                        + NearestName.question(text, written.keySet()));
        return Optional.empty();
    }

    /** Every combination of one choice of each axis. */
    private List<Choice> grid(Map<String, ConfigNode> axes) {
        List<Choice> combinations = List.of(new Choice("", List.of()));
        for (Map.Entry<String, ConfigNode> axis : axes.entrySet()) {
            List<Choice> choices = choices(axis.getKey(), axis.getValue());
            if ((long) combinations.size() * choices.size() > MOST_VARIANTS) {
                problems.add(
                        axis.getValue().origin(),
                        GRID + "." + axis.getKey(),
                        "the grid has more than " + MOST_VARIANTS + " combinations");
                return List.of();
            }
            List<Choice> longer = new ArrayList<>();
            for (Choice shorter : combinations) {
                choices.forEach(choice -> longer.add(shorter.and(choice)));
            }
            combinations = longer;
        }
        List<Choice> named =
                combinations.stream().filter(choice -> !choice.name().isEmpty()).toList();
        named.stream()
                .filter(choice -> !StudyHead.isName(choice.name()))
                .forEach(choice -> problems.add(
                        Origin.of(GRID), GRID, "makes a variant called \"" + choice.name() + "\": " + nameRule()));
        return named;
    }

    /** {@code bridge.queries: [16, 32]}, or named maps of changes. */
    private List<Choice> choices(String axis, ConfigNode node) {
        List<Choice> choices = new ArrayList<>();
        String key = GRID + "." + axis;
        if (node instanceof Mapping named) {
            named.entries().forEach((name, changes) -> {
                if (changes instanceof Mapping mapping) {
                    choices.add(new Choice(name, List.of(mapping)));
                } else {
                    problems.add(
                            changes.origin(),
                            key + "." + name,
                            "expected a map of changed settings, found " + changes.shown());
                }
            });
        } else if (node instanceof Sequence values && values.items().stream().allMatch(Scalar.class::isInstance)) {
            for (ConfigNode item : values.items()) {
                String name = axis.substring(axis.lastIndexOf('.') + 1) + "-" + ((Scalar) item).text();
                choices.add(new Choice(name, List.of(new Overrides(problems).at(axis, item))));
            }
        } else {
            problems.add(
                    node.origin(),
                    key,
                    "expected a list of values of this setting, or a map of changes by name, found " + node.shown());
        }
        if (choices.isEmpty() && problems.isEmpty()) {
            problems.add(node.origin(), key, "expected at least one choice, found none");
        }
        return choices;
    }

    private static List<Mapping> joined(List<Mapping> below, List<Mapping> top) {
        return Stream.concat(below.stream(), top.stream()).toList();
    }
}
