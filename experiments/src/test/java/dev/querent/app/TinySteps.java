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

/** Runs of some of the steps of {@code shapes/tiny.yaml}, on fresh parts. */
final class TinySteps {

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

    private TinySteps() {}

    /** Settings that leave out all other steps. */
    static Stream<String> only(List<String> steps) {
        return STEPS.stream().filter(step -> !steps.contains(step)).map(step -> "steps." + step + "=null");
    }

    /**
     * Runs one training step alone.
     *
     * @param folder of runs and data
     * @param name of the run
     * @return the step's folder
     */
    static Path train(Path folder, String name, String step, Stream<String> settings) {
        List<String> arguments = new ArrayList<>(List.of("run", "shapes/tiny.yaml"));
        arguments.addAll(List.of("--runs", folder.toString(), "--data", folder.toString()));
        Stream.of(Stream.of("name=" + name), only(List.of(step)), settings)
                .flatMap(all -> all)
                .forEach(setting -> arguments.addAll(List.of("--set", setting)));
        CommandLineRun command = new CommandLineRun();
        assertThat(command.run(arguments.toArray())).as(command.err()).isZero();
        return folder.resolve(name).resolve("steps").resolve(step);
    }

    /** What a training step logged, line by line. */
    static List<JsonNode> metrics(Path step) {
        try (Stream<String> lines = Files.lines(step.resolve("metrics.jsonl"))) {
            return lines.map(line -> JsonMapper.shared().readTree(line)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
