package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.experiment.RunDirectory;
import dev.querent.experiment.SharedSteps;
import dev.querent.experiment.StepRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Studies whose runs are processes: what is computed, and what is taken over instead. */
class StudyIT {

    private static final String BASE = """
            threads: 1
            data: {plugin: shapes, image-size: 32, train-samples: 40, validation-samples: 4, test-samples: 6}
            vision: {plugin: clip-vit, image-size: 32, patch-size: 16, width: 16, layers: 1, heads: 2, mlp: 32, skipped-blocks: 0}
            language: {plugin: opt, hidden-size: 16, layers: 1, heads: 2, feed-forward-size: 32, max-positions: 64}
            bridge: {plugin: q-former, queries: 2, width: 16, layers: 1, heads: 2, mlp: 32, shared-width: 8, max-positions: 32}
            steps:
              vision-pretraining: {plugin: vision-pretraining, batch-size: 4, training: {steps: 4, log-every: 1}}
              language-pretraining: {plugin: text-pretraining, batch-size: 4, training: {steps: 4}}
              representation: {plugin: representation, batch-size: 4, training: {steps: STEPS, log-every: 1, checkpoint-every: 2}}
              generative: {plugin: generative, batch-size: 4, training: {steps: 4}}
              captioning: {plugin: captioning-evaluation, split: test, decoding: {num-beams: 1, max-new-tokens: 4}}
            """;
    private static final String T5 =
            "{plugin: t5, width: 16, head-size: 8, heads: 2, feed-forward-size: 32, layers: 1, max-positions: 64}";

    @TempDir
    private static Path folder;

    /** Of a study that ended well; tests that add runs to it share what it has computed. */
    private static Path runs;

    private static JsonNode first;
    private static String firstPage;

    private final CommandLineRun command = new CommandLineRun();

    @BeforeAll
    static void aStudyOfTwoVariants() throws IOException {
        runs = folder.resolve("runs");
        Files.writeString(folder.resolve("base.yaml"), BASE.replace("STEPS", "4"));
        Files.writeString(folder.resolve("long.yaml"), BASE.replace("STEPS", "150"));
        first = new StudyIT()
                .study(runs, "seeds: [1]\nparallel: 2", "without-itg: {steps: {representation: {generation: 0}}}");
        firstPage = Files.readString(Path.of(first.path("report").asString("")));
    }

    private static Path file(String head, String... variants) {
        StringBuilder text = new StringBuilder(
                (head.contains("base:") ? "" : "base: base.yaml\n") + "name: s\n" + head + "\nvariants:\n");
        for (String variant : variants) {
            text.append("  ").append(variant).append('\n');
        }
        try {
            return Files.writeString(Files.createTempFile(folder, "study", ".yaml"), text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object[] arguments(Path in, Path file, String... more) {
        List<Object> arguments =
                new ArrayList<>(List.of("study", file, "--runs", in, "--data", folder.resolve("data")));
        arguments.addAll(List.of(more));
        return arguments.toArray();
    }

    private JsonNode study(Path in, String head, String... variants) {
        return study(in, file(head, variants));
    }

    private JsonNode study(Path in, Path file, String... more) {
        command.clear();
        List<String> options = new ArrayList<>(List.of(more));
        options.add("--json");
        int code = command.run(arguments(in, file, options.toArray(String[]::new)));
        assertThat(code).as(command.out() + command.err()).isZero();
        return JsonMapper.shared().readTree(command.out());
    }

    private static void assertCounters(JsonNode outcome, int computed, int takenOver, int there) {
        assertThat(List.of(
                        outcome.path("computed").asInt(-1),
                        outcome.path("taken-over").asInt(-1),
                        outcome.path("there").asInt(-1)))
                .as("computed, taken over, there")
                .containsExactly(computed, takenOver, there);
    }

    @Test
    void whatBothVariantsNeedIsComputedOnce() throws IOException {
        assertCounters(first, 8, 2, 0);
        assertThat(firstPage).contains("<svg", "<caption>captioning.", "<td>without-itg</td>");
        assertThat(Outputs.hashes(runs.resolve("s--base--seed1")))
                .containsEntry(
                        "steps/vision-pretraining/output/vision.safetensors",
                        Outputs.hashes(runs.resolve("s--without-itg--seed1"))
                                .get("steps/vision-pretraining/output/vision.safetensors"));
        Path file = file("seeds: [1]", "without-itg: {steps: {representation: {generation: 0}}}");
        command.clear();
        assertThat(command.run("study", "status", file, "--runs", runs)).isZero();
        assertThat(command.out().lines().toList())
                .hasSize(3)
                .last()
                .satisfies(line ->
                        assertThat(line).containsPattern("without-itg +1 +finished +shared +shared +done +done +done"));
        assertThat(command.run("status", runs.resolve("s--without-itg--seed1"))).isZero();
        assertThat(command.out()).contains("vision-pretraining: taken over from s--base--seed1");
    }

    @Test
    void aFinishedStudyComputesNothing() {
        assertCounters(study(runs, "seeds: [1]", "without-itg: {steps: {representation: {generation: 0}}}"), 0, 0, 10);
    }

    @Test
    void aSeedThatIsAddedIsComputed() {
        assertCounters(study(runs, "seeds: [1, 2]"), 5, 0, 5);
    }

    @Test
    void aRunThatFindsAllItsStepsIsWhole() throws IOException {
        Path own = folder.resolve("found");
        copy(runs.resolve("s--base--seed1"), own.resolve("other"));

        assertCounters(study(own, "seeds: [1]"), 0, 5, 0);
        assertThat(own.resolve("s--base--seed1/vocabulary.txt"))
                .hasSameTextualContentAs(runs.resolve("s--base--seed1/vocabulary.txt"));
        assertThat(own.resolve("s--base--seed1/report/index.html")).exists();
        assertThat(own.resolve("s--base--seed1/provenance.json")).exists();
    }

    /** Three kinds of change that reach nothing before stage 2: how it is trained, the model that it is trained for, its test. */
    @Test
    void variantsThatChangeOnlyStage2ComputeNoEarlierStep() {
        JsonNode outcome = study(
                runs,
                "seeds: [1]",
                "slow: {steps: {generative: {training: {learning-rate: 1.0e-4}}}}",
                "beams: {steps: {captioning: {decoding: {num-beams: 2}}}}",
                "t5: {language: " + T5 + "}");

        assertCounters(outcome, 2 + 1 + 3, 3 + 4 + 2, 5);
        for (String variant : List.of("slow", "beams", "t5")) {
            RunDirectory run = new RunDirectory(runs.resolve("s--" + variant + "--seed1"));
            for (String step : List.of("vision-pretraining", "representation")) {
                assertThat(StepRecord.read(run.step(step)).orElseThrow().run())
                        .as(variant + " " + step)
                        .isEqualTo("s--base--seed1");
            }
        }
    }

    @Test
    void aDamagedStepIsComputedAnew() throws IOException {
        Path own = folder.resolve("damaged");
        copy(runs.resolve("s--base--seed1"), own.resolve("other"));
        Path weights = own.resolve("other/steps/vision-pretraining/output/vision.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.seek(file.length() - 1);
            int last = file.read();
            file.seek(file.length() - 1);
            file.write(last ^ 1);
        }

        assertCounters(study(own, "seeds: [1]"), 1, 4, 0);
    }

    @Test
    void aRunOfOtherCodeIsMadeAnewFromWhatIsStillGood() throws IOException {
        Path own = folder.resolve("outdated");
        copy(runs.resolve("s--base--seed1"), own.resolve("s--base--seed1"));
        Path step = own.resolve("s--base--seed1/steps/generative");
        StepRecord record = StepRecord.read(step).orElseThrow();
        new StepRecord("older", record.run(), record.seconds(), record.inputs(), record.files()).write(step);

        JsonNode outcome = study(own, "seeds: [1]");

        assertCounters(
                outcome, 1, 4, 0); // captioning has the same key: the older code's weights are not its input by name
        assertThat(command.err()).contains("step generative was computed by another version of the code");
        assertThat(new SharedSteps(own).asideRuns()).hasSize(1);
        command.clear();
        assertThat(command.run("gc", "--runs", own, "--data", folder.resolve("data")))
                .isZero();
        assertThat(command.out()).contains("s--base--seed1-1").contains("found 1");
        assertThat(command.run("gc", "--runs", own, "--data", folder.resolve("data"), "--delete"))
                .isZero();
        assertThat(new SharedSteps(own).asideRuns()).isEmpty();
        assertThat(own.resolve("s--base--seed1/steps/generative/done")).exists();
    }

    @Test
    void aKilledStudyGoesOn() throws InterruptedException, IOException {
        Path own = folder.resolve("killed");
        Path file =
                file("base: long.yaml\nseeds: [1]", "slow: {steps: {generative: {training: {learning-rate: 1.0e-4}}}}");
        List<String> arguments =
                Stream.of(arguments(own, file)).map(Object::toString).toList();
        try (RunProcess process = new RunProcess(folder, arguments)) {
            process.await(
                    "training", () -> Files.exists(own.resolve("s--base--seed1/steps/representation/checkpoints")));
            process.kill();
        }

        JsonNode outcome = study(own, file);

        assertThat(outcome.path("failures").isEmpty()).isTrue();
        assertThat(outcome.path("computed").asInt(0)).isBetween(2, 7);
        assertThat(outcome.path("taken-over").asInt(0)).isEqualTo(3);
        assertCounters(study(own, file), 0, 0, 10);
    }

    @Test
    void aStudyThatIsToldToEndStopsItsRuns() throws InterruptedException {
        Path own = folder.resolve("stopped");
        Path file = file("base: long.yaml\nseeds: [1]");
        List<String> arguments =
                Stream.of(arguments(own, file)).map(Object::toString).toList();
        try (RunProcess process = new RunProcess(folder, arguments)) {
            process.await(
                    "training", () -> Files.exists(own.resolve("s--base--seed1/steps/representation/checkpoints")));
            process.terminate();
            process.end();
            assertThat(process.output()).contains("Continue with the same command");
        }
        command.clear();
        assertThat(command.run("status", own.resolve("s--base--seed1"))).isZero();
        assertThat(command.out()).contains("stopped, step representation");
    }

    @Test
    void aRunThatFailsIsASentenceAndTheOthersGoOn() {
        Path file = file(
                "seeds: [1]",
                "wrong: {steps: {generative: {features: nowhere}}}",
                "slower: {steps: {generative: {training: {learning-rate: 5.0e-5}}}}");

        command.clear();
        assertThat(command.run(arguments(runs, file))).isEqualTo(1);
        assertThat(command.out())
                .contains("s--wrong--seed1 failed (exit code 1): features: expected the name of a step before this one")
                .contains("s--slower--seed1 is finished")
                .contains("computed 2 steps, took 6 over from other runs")
                .doesNotContain("\tat ");
    }

    @Test
    void aRunIsReproducedToTheBit() {
        Path run = runs.resolve("s--base--seed1");
        command.clear();
        int code = command.run("reproduce", run, "--runs", runs, "--data", folder.resolve("data"));

        assertThat(code).as(command.out() + command.err()).isZero();
        assertThat(command.out()).contains("has the same bits as " + run);
        assertThat(Outputs.hashes(runs.resolve("s--base--seed1-again"))).isEqualTo(Outputs.hashes(run));
        assertThat(StepRecord.read(runs.resolve("s--base--seed1-again/steps/representation"))
                        .orElseThrow()
                        .run())
                .isEqualTo("s--base--seed1-again");
    }

    @Test
    void theDifferenceOfTwoRunsIsNamed() {
        command.clear();
        assertThat(command.run("diff", "s--base--seed1", "s--without-itg--seed1", "--runs", runs))
                .isZero();
        assertThat(command.out())
                .contains("steps.representation.generation: 1.0 -> 0.0")
                .contains("surroundings: equal")
                .containsPattern("representation/output/bridge.safetensors: .* tensors differ, by at most ")
                .doesNotContain("vision-pretraining/output");
        command.clear();
        assertThat(command.run("diff", "s--base--seed1", "s--base--seed1", "--runs", runs, "--json"))
                .isZero();
        assertThat(command.out()).contains("\"equal-results\":true");
    }

    @Test
    void garbageIsWhatNoRunNeeds() throws IOException {
        Path own = folder.resolve("garbage");
        copy(runs.resolve("s--base--seed1"), own.resolve("kept"));
        Path data = folder.resolve("garbage-data");
        Path used = Files.createDirectories(data.resolve("features/used"));
        Path unused = Files.createDirectories(data.resolve("features/unused"));
        Files.write(unused.resolve("part"), new byte[3 << 20]);
        Files.createDirectories(own.resolve("kept/steps/caching"));
        Files.writeString(own.resolve("kept/steps/caching/cache.txt"), "used");
        Path half = Files.writeString(own.resolve("kept/steps/generative/bridge.tmp"), "half");
        Path halfTaken = Files.createDirectories(own.resolve("kept/steps/.taking-over-x"));

        try (RunDirectory.Lock lock =
                new RunDirectory(own.resolve("kept")).tryLock().orElseThrow()) {
            command.clear();
            assertThat(command.run("gc", "--runs", own, "--data", data, "--delete"))
                    .isZero();
            assertThat(command.out()).contains("kept is being worked on").contains("deleted 0");
        }
        command.clear();
        assertThat(command.run("gc", "--runs", own, "--data", data)).isZero();
        assertThat(command.out())
                .contains(unused.toString(), half.toString(), halfTaken.toString())
                .contains("3.0 MiB")
                .contains("found 3");
        assertThat(unused).exists();
        assertThat(command.run("gc", "--runs", own, "--data", data, "--delete")).isZero();
        assertThat(unused).doesNotExist();
        assertThat(half).doesNotExist();
        assertThat(halfTaken).doesNotExist();
        assertThat(used).exists();
        assertThat(Outputs.hashes(own.resolve("kept"))).isEqualTo(Outputs.hashes(runs.resolve("s--base--seed1")));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(from)) {
            for (Path path : tree.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }
}
