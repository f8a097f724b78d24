package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One of the training steps of {@code shapes/tiny.yaml} alone, on fresh parts. */
final class OneStep {

    /** A setting: T5 instead of OPT, without dropout. */
    static final String T5 = "language={plugin: t5, width: 32, head-size: 16, heads: 2, layers: 2, dropout: 0}";

    private static final List<String> STEPS = List.of(
            "vision-pretraining",
            "language-pretraining",
            "representation",
            "generative",
            "retrieval",
            "captioning",
            "questions");

    private OneStep() {}

    /**
     * Runs it.
     *
     * @param folder of runs and data
     * @param name of the run
     * @return the step's folder
     */
    static Path train(Path folder, String name, String step, Stream<String> settings) {
        List<String> arguments = new ArrayList<>(List.of("run", "shapes/tiny.yaml"));
        arguments.addAll(List.of("--runs", folder.toString(), "--data", folder.toString()));
        Stream<String> without =
                STEPS.stream().filter(other -> !other.equals(step)).map(other -> "steps." + other + "=null");
        Stream.of(Stream.of("name=" + name), without, settings)
                .flatMap(all -> all)
                .forEach(setting -> arguments.addAll(List.of("--set", setting)));
        CommandLineRun command = new CommandLineRun();
        assertThat(command.run(arguments.toArray())).as(command.err()).isZero();
        return folder.resolve(name).resolve("steps").resolve(step);
    }

    /** What it logged, line by line. */
    static List<JsonNode> metrics(Path step) {
        try (Stream<String> lines = Files.lines(step.resolve("metrics.jsonl"))) {
            return lines.map(line -> JsonMapper.shared().readTree(line)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
