package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.djl.ndarray.NDManager;
import dev.querent.testing.Mpirun;
import dev.querent.testing.Mpirun.Family;
import dev.querent.torch.Torch;
import dev.querent.weights.SafetensorsReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ranks under mpirun against one process with the whole batch: fifty optimiser steps of 8 samples at the paper's rate. */
class DataParallelIT {

    private static final List<String> OTHER_STEPS =
            List.of("vision-pretraining", "language-pretraining", "retrieval", "captioning", "questions");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "representation, 2, contrast-gradient=exact",
        "representation, 2, contrast-gradient=lavis",
        "representation, 3, micro-batch-size=2", // shares of 2, 3 and 3
        "representation, 3, 'vision-tuning={layer-decay: 0.5}'",
        "generative, 2, question-share=0.5",
        "generative, 2, 'vision-tuning={recompute: true}'",
        "generative, 3, micro-batch-size=2"
    })
    void ranksTrainAsOneProcessDoes(String step, int ranks, String setting) throws Exception {
        Path alone = train("alone", step, 1, setting);
        Path together = train("together", step, ranks, setting);
        List<JsonNode> expected = metrics(alone);
        List<JsonNode> found = metrics(together);
        assertThat(found).hasSize(50);
        for (int i = 0; i < 50; i++) {
            assertThat(found.get(i).path("loss").asDouble())
                    .as("loss of step " + (i + 1))
                    .isCloseTo(expected.get(i).path("loss").asDouble(), withPercentage(0.001));
        }
        double difference = difference("bridge", alone, together);
        assertThat(difference).isCloseTo(0, within(1e-4)).isPositive(); // equal bits would be one process twice
        if (setting.startsWith("vision-tuning")) {
            assertThat(difference("vision", alone, together))
                    .isCloseTo(0, within(1e-4))
                    .isPositive();
        }
    }

    /** The largest of two trainings' weights. */
    private static double difference(String role, Path alone, Path together) {
        double difference = 0;
        try (NDManager manager = Torch.newManager();
                SafetensorsReader a = weights(alone, role);
                SafetensorsReader b = weights(together, role)) {
            for (String name : a.names()) {
                float[] wanted = a.read(name, manager).toFloatArray();
                float[] weights = b.read(name, manager).toFloatArray();
                for (int i = 0; i < wanted.length; i++) {
                    difference = Math.max(difference, Math.abs(wanted[i] - weights[i]));
                }
            }
        }
        return difference;
    }

    @Test
    void aKilledRankEndsTheRunAndTheNextGoesOnToTheSameBits() throws Exception {
        Path unbroken = train("unbroken", "representation", 2, "training.checkpoint-every=10");
        List<String> again = arguments("broken", "representation", "training.checkpoint-every=10");
        Path checkpoint = folder.resolve("broken/steps/representation/checkpoints/step-00000020");
        try (RunProcess run = new RunProcess(folder, Mpirun.launcher(Family.OPEN_MPI, 2), again)) {
            run.await("step 20", () -> Files.exists(checkpoint));
            run.ranks().get(1).destroyForcibly();
            long killed = System.nanoTime();
            assertThat(run.end()).isNotZero();
            assertThat((System.nanoTime() - killed) / 1e9).as("seconds to end").isLessThan(20);
        }
        assertThat(folder.resolve("broken/steps/representation/output")).doesNotExist();
        Path broken = train("broken", "representation", 2, "training.checkpoint-every=10");
        assertThat(Files.readAllBytes(broken.resolve("output/bridge.safetensors")))
                .isEqualTo(Files.readAllBytes(unbroken.resolve("output/bridge.safetensors")));
    }

    /** Slurm's launcher tells the other ranks of a death by SIGTERM. They wait for the dead one and come to no checkpoint any more. */
    @Test
    void aRankThatIsToldToEndDoesNotWaitForADeadOne() throws Exception {
        List<String> arguments = arguments("stuck", "representation", "training.checkpoint-every=10");
        Path checkpoint = folder.resolve("stuck/steps/representation/checkpoints/step-00000010");
        try (RunProcess run = new RunProcess(folder, Mpirun.launcher(Family.OPEN_MPI, 2), arguments)) {
            run.await("step 10", () -> Files.exists(checkpoint));
            List<ProcessHandle> ranks = run.ranks();
            RunProcess.freeze(ranks.get(1), true);
            ranks.get(0).destroy();
            long told = System.nanoTime();
            assertThat(run.end()).isNotZero();
            assertThat((System.nanoTime() - told) / 1e9).as("seconds to end").isLessThan(30);
        }
        assertThat(folder.resolve("stuck/steps/representation/output")).doesNotExist();
    }

    @Test
    void aRunOfTwoRanksIsStoppedAndContinuedByOneProcess() throws Exception {
        Path unbroken = train("unbroken", "generative", 1, "training.checkpoint-every=10");
        List<String> arguments = arguments("moved", "generative", "training.checkpoint-every=10");
        Path run = folder.resolve("moved");
        try (RunProcess ranks = new RunProcess(folder, Mpirun.launcher(Family.OPEN_MPI, 2), arguments)) {
            ranks.await("step 10", () -> Files.exists(run.resolve("steps/generative/checkpoints/step-00000010")));
            assertThat(new CommandLineRun().run("stop", run)).isZero();
            assertThat(ranks.end()).as(ranks.output()).isEqualTo(1);
            assertThat(ranks.output()).contains("stopped at a checkpoint");
        }
        Path moved = train("moved", "generative", 1, "training.checkpoint-every=10");
        List<JsonNode> expected = metrics(unbroken);
        List<JsonNode> found = metrics(moved);
        assertThat(found).hasSize(50);
        assertThat(found.get(49).path("loss").asDouble())
                .isCloseTo(expected.get(49).path("loss").asDouble(), withPercentage(0.001));
    }

    /** As a user starts it. Without {@code --bind-to none} each rank is bound, often to one processor, and somebody should hear of it. */
    @Test
    void theScriptTrainsUnderMpirunAndTellsItsBinding() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.copy(Path.of("../querent"), home.resolve("querent"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(home.resolve("pom.xml"), "");
        Files.createDirectories(home.resolve("framework/src/main"));
        Files.writeString(home.resolve("framework/pom.xml"), "");
        Path target = Files.createDirectories(home.resolve("experiments/target"));
        for (String built : List.of("classes", "lib")) {
            Files.createSymbolicLink(
                    target.resolve(built), Path.of("target", built).toAbsolutePath());
        }
        Files.writeString(target.resolve("querent.built"), ""); // newer than all sources: nothing is built
        List<String> command = new ArrayList<>(List.of("mpirun.openmpi", "--allow-run-as-root", "--oversubscribe"));
        command.addAll(List.of("--bind-to", "hwthread:overload-allowed", "-np", "2"));
        command.add(home.resolve("querent").toString());
        command.addAll(arguments("script", "generative", "training.steps=5"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(folder.resolve("script/steps/generative/output/bridge.safetensors"))
                .as(output)
                .exists();
        if (Runtime.getRuntime().availableProcessors() > 1) {
            assertThat(output).contains("the launcher bound each rank to 1 of ");
        }
    }

    @Test
    void aMistakeIsToldByOneRankAndEndsAll() throws Exception {
        List<String> arguments = arguments("small", "representation", "batch-size=2");
        try (RunProcess ranks = new RunProcess(folder, Mpirun.launcher(Family.OPEN_MPI, 3), arguments)) {
            assertThat(ranks.end()).isNotZero();
            assertThat(ranks.output()).contains("a batch of 2 can't be shared by 3 ranks");
        }
    }

    private Path train(String name, String step, int ranks, String setting) throws InterruptedException {
        List<String> launcher = ranks == 1 ? List.of() : Mpirun.launcher(Family.OPEN_MPI, ranks);
        try (RunProcess run = new RunProcess(folder, launcher, arguments(name, step, setting))) {
            assertThat(run.end()).as(run.output()).isZero();
        }
        return folder.resolve(name).resolve("steps").resolve(step);
    }

    private List<String> arguments(String name, String step, String setting) {
        List<String> arguments = new ArrayList<>(List.of("run", "shapes/tiny.yaml"));
        arguments.addAll(List.of("--runs", folder.toString(), "--data", folder.toString()));
        List<String> settings = new ArrayList<>(List.of("name=" + name, "threads=1"));
        OTHER_STEPS.forEach(other -> settings.add("steps." + other + "=null"));
        settings.add("steps." + (step.equals("generative") ? "representation" : "generative") + "=null");
        String prefix = "steps." + step + ".";
        settings.add(prefix + "training.steps=50");
        settings.add(prefix + "training.log-every=1");
        settings.add(prefix + "training.learning-rate=1e-4");
        settings.add(prefix + setting);
        settings.forEach(value -> arguments.addAll(List.of("--set", value)));
        return arguments;
    }

    private static SafetensorsReader weights(Path step, String role) {
        return new SafetensorsReader(step.resolve("output/" + role + ".safetensors"));
    }

    private static List<JsonNode> metrics(Path step) throws IOException {
        return Files.readAllLines(step.resolve("metrics.jsonl")).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }
}
