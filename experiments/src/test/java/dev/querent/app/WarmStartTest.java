package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting from another run's weights, and going on with a run's own. */
class WarmStartTest {

    private static final String SENTENCE = " (warm start: optimiser and schedule begin anew)";

    @TempDir
    private Path folder;

    private final CommandLineRun command = new CommandLineRun();

    private int run(String name, List<String> steps, String... settings) {
        List<String> arguments = new ArrayList<>(List.of("run", "shapes/tiny.yaml", "--runs", folder.toString()));
        arguments.addAll(List.of("--data", folder.toString(), "--set", "name=" + name));
        Stream<String> trainings = steps.stream()
                .map(step -> "steps." + step + ".training.")
                .flatMap(training ->
                        Stream.of(training + "steps=4", training + "checkpoint-every=2", training + "keep-best=1"));
        Stream.of(TinySteps.only(steps), trainings, Stream.of(settings))
                .flatMap(all -> all)
                .forEach(setting -> arguments.addAll(List.of("--set", setting)));
        command.clear();
        return command.run(arguments.toArray());
    }

    private String said() {
        return command.out() + command.err();
    }

    private Path output(String name, String step, String role) {
        return folder.resolve(name).resolve("steps").resolve(step).resolve("output/" + role + ".safetensors");
    }

    /** Weights, sizes and the words of the tokenizer are the other run's; its language model is read in 16 bits. */
    @Test
    void aRunStartsFromAnothersWeights() throws IOException {
        assertThat(run(
                        "first",
                        List.of("vision-pretraining", "language-pretraining", "representation"),
                        "data.seed=3",
                        "bridge.queries=5"))
                .as(said())
                .isZero();
        assertThat(said()).doesNotContain("warm start");
        assertThat(command.run("status", folder.resolve("first"))).isZero();
        assertThat(command.out()).contains("best checkpoint of representation: ");

        Path first = folder.resolve("first");
        Path trained = output("first", "representation", "bridge");
        List<byte[]> results = new ArrayList<>();
        for (Path checkpoint : List.of(first, trained)) {
            String name = checkpoint.equals(first) ? "by-folder" : "by-file";
            Path file = Files.writeString(folder.resolve(name + ".yaml"), """
                    data: {plugin: shapes, train-samples: 200, validation-samples: 20, test-samples: 40}
                    vision: {plugin: clip-vit, checkpoint: %1$s}
                    language: {plugin: opt, precision: fp16, checkpoint: %1$s}
                    bridge: {plugin: q-former, dropout: 0, checkpoint: %2$s}
                    steps:
                      generative:
                        plugin: generative
                        batch-size: 8
                        recompute: true
                        training: {steps: 4, checkpoint-every: 2, log-every: 1}
                    """.formatted(first, checkpoint));
            command.clear();
            assertThat(command.run("run", file, "--runs", folder, "--data", folder))
                    .as(said())
                    .isZero();
            assertThat(said()).contains("bridge starts from " + trained + SENTENCE);
            assertThat(said())
                    .contains("language starts from " + output("first", "language-pretraining", "language") + SENTENCE);
            Path run = folder.resolve(name);
            assertThat(run.resolve("provenance.json")).content().contains("bridge starts from " + trained + SENTENCE);
            assertThat(run.resolve("resolved.yaml")).content().contains("queries: 5");
            assertThat(run.resolve("steps/generative/metrics.jsonl")).content().contains("\"loss-scale\":");
            results.add(Files.readAllBytes(output(name, "generative", "bridge")));
        }
        assertThat(results.get(1)).isEqualTo(results.get(0));
    }

    @Test
    void aRunThatIsContinuedSaysSo() throws IOException {
        List<String> step = List.of("vision-pretraining");
        assertThat(run("broken", step)).as(said()).isZero();
        byte[] expected = Files.readAllBytes(output("broken", step.get(0), "vision"));
        Path run = folder.resolve("broken");
        deleteWhere(run, "repository.*|done|step-00000004|.*\\.safetensors|report.*", "step-00000002");
        assertThat(run("broken", step)).as(said()).isZero();
        assertThat(said())
                .contains("vision-pretraining continues from checkpoint of step 2")
                .doesNotContain("warm start");
        assertThat(Files.readAllBytes(output("broken", step.get(0), "vision"))).isEqualTo(expected);
    }

    private static void deleteWhere(Path root, String names, String spared) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                boolean chosen = path.getFileName().toString().matches(names)
                        || String.valueOf(path.getParent()).matches(".*/(step-00000004|report)");
                if (chosen && !path.toString().contains(spared)) {
                    Files.delete(path);
                }
            }
        }
    }

    @Test
    void whatCannotBeStartedFromIsRefused() {
        assertThat(run("first", List.of("vision-pretraining"))).as(said()).isZero();
        Path first = folder.resolve("first");
        String linear = "bridge={plugin: linear, checkpoint: " + first + "}";
        assertThat(run("second", List.of("generative"), linear)).isEqualTo(2);
        assertThat(command.err()).contains("has trained a q-former, which is no linear. Write plugin: q-former");
        assertThat(run("second", List.of("generative"), "bridge={plugin: q-former, checkpoint: " + first + "}"))
                .isEqualTo(2);
        assertThat(command.err())
                .contains("bridge.checkpoint: no finished step of " + first + " has trained its bridge");
    }
}
