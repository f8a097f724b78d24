package dev.querent.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The command of a run that soak tests break: both stages of {@code shapes/tiny.yaml} on fresh frozen parts, many steps. */
final class BothStages {

    /** Of each stage. */
    static final int STEPS = 600;

    private BothStages() {}

    /**
     * @param runs the folder of runs
     * @param name of this one
     */
    static List<String> arguments(Path runs, String name, String... settings) {
        List<String> arguments = new ArrayList<>(List.of("run", "shapes/tiny.yaml"));
        arguments.addAll(List.of("--runs", runs.toString(), "--data", runs.toString()));
        Stream.of(
                        TinySteps.only(List.of("representation", "generative")),
                        Stream.of(
                                "name=" + name,
                                "threads=1",
                                "bridge.dropout=0.1",
                                "steps.representation.training.steps=" + STEPS,
                                "steps.generative.training.steps=" + STEPS,
                                "steps.representation.training.checkpoint-every=10",
                                "steps.generative.training.checkpoint-every=10",
                                "steps.representation.training.log-every=1",
                                "steps.generative.training.log-every=1"),
                        Stream.of(settings))
                .flatMap(all -> all)
                .forEach(setting -> arguments.addAll(List.of("--set", setting)));
        return arguments;
    }
}
