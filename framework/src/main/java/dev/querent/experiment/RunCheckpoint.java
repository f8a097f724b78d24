package dev.querent.experiment;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.YamlReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What another run has made of a component, as the checkpoint of one: the run's folder, which stands for its latest finished step that
 * trained the component, or one step's {@code output/ROLE.safetensors}.
 *
 * @param run that made it
 * @param component as the run's {@code resolved.yaml} has it
 * @param weights empty where no finished step has trained it
 */
public record RunCheckpoint(RunDirectory run, Mapping component, Optional<Path> weights) {

    /**
     * Recognises one.
     *
     * @param role {@code vision}, {@code bridge} or {@code language}
     * @return empty where the path leads to no run
     * @throws dev.querent.config.YamlException where the run's settings can't be read
     */
    public static Optional<RunCheckpoint> of(Path checkpoint, String role) {
        boolean alone = Files.isRegularFile(checkpoint);
        Optional<RunDirectory> run = alone ? above(checkpoint) : Optional.of(new RunDirectory(checkpoint));
        return run.filter(RunDirectory::exists).flatMap(found -> {
            Mapping resolved = settings(found);
            return resolved.entries().get(role) instanceof Mapping component
                    ? Optional.of(new RunCheckpoint(
                            found, component, alone ? Optional.of(checkpoint) : latest(found, resolved, role)))
                    : Optional.empty();
        });
    }

    /** The file to read the weights of a checkpoint from, or the folder of a published one. */
    public static Path weights(Path checkpoint, String role) {
        return of(checkpoint, role)
                .map(found ->
                        found.weights().orElseThrow(() -> new IllegalArgumentException(found.nothingTrained(role))))
                .orElse(checkpoint);
    }

    String nothingTrained(String role) {
        return role + ".checkpoint: no finished step of " + run.root() + " has trained its " + role
                + ". Finish the run, or name what it started from";
    }

    /** {@code RUN/steps/STEP/output/ROLE.safetensors} */
    private static Optional<RunDirectory> above(Path file) {
        return Optional.ofNullable(file.toAbsolutePath().normalize().getParent())
                .filter(folder -> folder.endsWith("output"))
                .map(Path::getParent)
                .map(Path::getParent)
                .filter(folder -> folder.endsWith("steps"))
                .map(Path::getParent)
                .map(RunDirectory::new);
    }

    private static Mapping settings(RunDirectory run) {
        try {
            return YamlReader.document(
                    Files.readString(run.resolved()), run.resolved().toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + run.resolved(), e);
        }
    }

    private static Optional<Path> latest(RunDirectory run, Mapping resolved, String role) {
        Map<String, ConfigNode> steps =
                resolved.entries().get(ExperimentKeys.STEPS) instanceof Mapping mapping ? mapping.entries() : Map.of();
        return steps.keySet().stream()
                .filter(run::isDone)
                .map(step -> run.output(step, role))
                .filter(Files::exists)
                .reduce((earlier, later) -> later);
    }

    /** The component's settings that go with its weights. */
    Mapping sizes() {
        return component.without(Set.of(
                ExperimentKeys.PLUGIN, ExperimentKeys.CHECKPOINT, ExperimentKeys.TOKENIZER, ExperimentKeys.PRECISION));
    }

    /** The path that one of the component's settings names. */
    Optional<Path> path(String key) {
        return component.entries().get(key) instanceof Scalar scalar && !scalar.isNull()
                ? Optional.of(Path.of(scalar.text()))
                : Optional.empty();
    }
}
