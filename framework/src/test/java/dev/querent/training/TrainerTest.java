package dev.querent.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.collective.SingleProcess;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.progress.Progress;
import dev.querent.progress.StopSignal;
import dev.querent.progress.StoppedException;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TrainerTest {

    private static final RunSeed SEED = new RunSeed(7);
    private static final TrainingConfig CONFIG =
            new TrainingConfig(20, 0.01, 0.001, 3, 0.9, 0.98, 0.05, 1.0, false, 5, 2, 0, 4, NonFinite.STOP);

    private static final LongFunction<List<String>> NAMES = step -> List.of("sample " + step, "another");

    @TempDir
    private Path folder;

    /** A toy with dropout, so that a wrong seed after a restart would show. */
    private static final class Toy implements AutoCloseable {
        private final NDManager manager = Torch.newManager();
        private final Linear linear;
        private final ParameterSet parameters;

        Toy() {
            ParameterScope scope = ParameterScope.initialised(manager, SEED);
            linear = Linear.of(scope.child("toy"), 6, 3);
            parameters = scope.finish();
        }

        Objective.Loss loss(long step, NDManager owner) {
            SplittableRandom random = SEED.generator(Purpose.DATA_ORDER, step);
            float[][] x = new float[4][6];
            for (float[] row : x) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = (float) random.nextDouble(-1, 1);
                }
            }
            NDArray y = Tensors.dropout(linear.forward(Tensors.ofFloats(owner, x)), 0.3);
            NDArray loss = Tensors.crossEntropy(y, owner.create(new long[] {0, 1, 2, 0}), 0.1);
            return new Objective.Loss(loss, Map.of("part", loss));
        }

        @Override
        public void close() {
            manager.close();
        }
    }

    private static String train(Path folder, StopSignal stop) {
        try (Toy toy = new Toy()) {
            new Trainer(
                            CONFIG,
                            new Trainer.Surroundings(folder, SEED, stop, Progress.SILENT, NAMES, new SingleProcess()))
                    .train(toy.parameters, toy::loss);
            return toy.parameters.hash();
        }
    }

    @Test
    void aStoppedRunContinuesToTheSameBits() {
        String unbroken = train(folder.resolve("unbroken"), StopSignal.NEVER);
        Path stopped = folder.resolve("stopped");
        for (int stopAfter : new int[] {3, 0, 7}) { // 0: asked to stop before the first step of an attempt
            AtomicInteger asked = new AtomicInteger();
            assertThatThrownBy(() -> train(stopped, () -> asked.getAndIncrement() == stopAfter))
                    .isInstanceOf(StoppedException.class);
        }
        assertThat(train(stopped, StopSignal.NEVER)).isEqualTo(unbroken);
        assertThat(withoutTimes(stopped)).isEqualTo(withoutTimes(folder.resolve("unbroken")));
    }

    private static List<String> withoutTimes(Path folder) {
        try {
            return Files.readAllLines(folder.resolve("metrics.jsonl")).stream()
                    .map(line -> line.replaceAll("\"(seconds|samples-per-second|resident-mebibytes)\":[^,}]*", ""))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDamagedCheckpointIsPassedOverForTheOneBefore() throws IOException {
        String unbroken = train(folder, StopSignal.NEVER);
        Path newest = folder.resolve("checkpoints/step-00000020/state.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(newest.toFile(), "rw")) {
            file.seek(file.length() - 1);
            int last = file.read();
            file.seek(file.length() - 1);
            file.write(last ^ 1);
        }
        assertThat(new CheckpointStore(folder.resolve("checkpoints"), 2, 0)
                        .latest()
                        .orElseThrow()
                        .step())
                .isEqualTo(15);
        assertThat(train(folder, StopSignal.NEVER)).isEqualTo(unbroken);
    }

    @Test
    void aHalfWrittenCheckpointIsNeverPickedUp() throws IOException {
        Path half = folder.resolve("checkpoints/unfinished-step-00000010");
        Files.createDirectories(half);
        Files.writeString(half.resolve("state.safetensors"), "half");
        assertThat(new CheckpointStore(folder.resolve("checkpoints"), 2, 0).latest())
                .isEmpty();
        train(folder, StopSignal.NEVER); // and it is no obstacle
    }

    @Test
    void aLossThatIsNoNumberStopsTheTraining() {
        try (Toy toy = new Toy()) {
            Trainer trainer = new Trainer(
                    CONFIG,
                    new Trainer.Surroundings(
                            folder, SEED, StopSignal.NEVER, Progress.SILENT, NAMES, new SingleProcess()));
            assertThatThrownBy(() -> trainer.train(
                            toy.parameters,
                            (step, owner) -> new Objective.Loss(
                                    toy.loss(step, owner).total().mul(step == 6 ? Float.NaN : 1f), Map.of())))
                    .isInstanceOf(DivergedException.class)
                    .hasMessageContaining("step 6");
        }
        assertThat(folder.resolve("nonfinite.jsonl"))
                .hasContent("{\"step\":6,\"what\":\"the loss is NaN\",\"samples\":[\"sample 6\",\"another\"]}");
        assertThat(new CheckpointStore(folder.resolve("checkpoints"), 2, 0)
                        .latest()
                        .orElseThrow()
                        .step())
                .isEqualTo(5);
    }

    @Test
    void asManyCheckpointsAreKeptAsIsSaid() throws IOException {
        TrainingConfig keepsThree =
                new TrainingConfig(20, 0.01, 0.001, 3, 0.9, 0.98, 0.05, 1.0, false, 4, 3, 0, 4, NonFinite.STOP);
        try (Toy toy = new Toy()) {
            new Trainer(
                            keepsThree,
                            new Trainer.Surroundings(
                                    folder, SEED, StopSignal.NEVER, Progress.SILENT, NAMES, new SingleProcess()))
                    .train(toy.parameters, toy::loss);
        }
        try (Stream<Path> kept = Files.list(folder.resolve("checkpoints"))) {
            assertThat(kept.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("step-00000012", "step-00000016", "step-00000020");
        }
    }

    /** Losses by step, made to measure: the mean of steps 5 to 9 is lowest, then that of 10 to 14. */
    private static Objective.Loss madeToMeasure(Toy toy, long step, NDManager owner) {
        double wanted = step < 5 ? 4 : step < 10 ? 1 : step < 15 ? 2 : 3;
        NDArray loss = toy.loss(step, owner).total();
        return new Objective.Loss(
                loss.sub(loss.stopGradient()).add(Tensors.scale(owner.ones(new Shape()), wanted + step % 2)), Map.of());
    }

    private static void trainKeepingBest(Path place, StopSignal stop) {
        TrainingConfig keepsBest =
                new TrainingConfig(25, 0.01, 0.001, 3, 0.9, 0.98, 0.05, 1.0, false, 5, 1, 2, 4, NonFinite.STOP);
        try (Toy toy = new Toy()) {
            new Trainer(
                            keepsBest,
                            new Trainer.Surroundings(place, SEED, stop, Progress.SILENT, NAMES, new SingleProcess()))
                    .train(toy.parameters, (step, owner) -> madeToMeasure(toy, step, owner));
        }
    }

    @Test
    void theBestCheckpointsAreKeptHoweverOftenARunIsStopped() throws IOException {
        trainKeepingBest(folder.resolve("unbroken"), StopSignal.NEVER);
        Path stopped = folder.resolve("stopped");
        for (int stopAfter : new int[] {6, 1, 1, 9}) { // the mean at step 7 is lower than its section's
            AtomicInteger asked = new AtomicInteger();
            assertThatThrownBy(() -> trainKeepingBest(stopped, () -> asked.getAndIncrement() == stopAfter))
                    .isInstanceOf(StoppedException.class);
        }
        trainKeepingBest(stopped, StopSignal.NEVER);
        for (Path place : List.of(folder.resolve("unbroken"), stopped)) {
            Path checkpoints = place.resolve("checkpoints");
            try (Stream<Path> kept = Files.list(checkpoints)) {
                assertThat(kept.map(path -> path.getFileName().toString()))
                        .containsExactlyInAnyOrder("step-00000010", "step-00000015", "step-00000025");
            }
            assertThat(CheckpointStore.best(checkpoints)).contains(checkpoints.resolve("step-00000010"));
            assertThat(new CheckpointStore(checkpoints, 1, 2)
                            .latest()
                            .orElseThrow()
                            .step())
                    .isEqualTo(25);
        }
    }

    @Test
    void aCheckpointSaysWhereTrainingStands() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(() -> trainKeepingBest(folder, () -> asked.getAndIncrement() == 7))
                .isInstanceOf(StoppedException.class);
        JsonNode state =
                JsonMapper.shared().readTree(Files.readString(folder.resolve("checkpoints/step-00000007/state.json")));
        assertThat(state.path("step").asInt()).isEqualTo(7);
        assertThat(state.path("samples").asInt()).isEqualTo(14);
        assertThat(state.path("learning-rate").asDouble())
                .isEqualTo(new LearningRateSchedule(25, 3, 0.01, 0.001).at(6));
        assertThat(state.path("metrics").path("steps").asInt()).isEqualTo(2);
        assertThat(state.path("metrics").path("loss").asDouble()).isEqualTo(1.5);
        assertThat(state.path("best-step").asInt()).isEqualTo(5);
        assertThat(state.path("sha256").asString()).hasSize(64);
    }

    /** The write fails on its own thread; training hears of it. */
    @Test
    void aCheckpointThatCannotBeWrittenEndsTheTrainingAndKeepsTheOneBefore() throws IOException {
        String unbroken = train(folder.resolve("unbroken"), StopSignal.NEVER);
        Path broken = folder.resolve("broken");
        Path checkpoints = Files.createDirectories(broken.resolve("checkpoints"));
        Path obstacle = Files.createSymbolicLink(checkpoints.resolve("unfinished-step-00000010"), Path.of("nowhere"));
        assertThatThrownBy(() -> train(broken, StopSignal.NEVER))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot write the checkpoint")
                .hasMessageContaining("step-00000010");
        Files.delete(obstacle);
        assertThat(new CheckpointStore(checkpoints, 2, 0).latest().orElseThrow().step())
                .isEqualTo(5);
        assertThat(train(broken, StopSignal.NEVER)).isEqualTo(unbroken);
    }

    private static TrainingConfig skipping() {
        return new TrainingConfig(20, 0.01, 0.001, 3, 0.9, 0.98, 0.05, 1.0, false, 5, 2, 0, 1, NonFinite.SKIP);
    }

    private Trainer skippingTrainer(Path place) {
        return new Trainer(
                skipping(),
                new Trainer.Surroundings(place, SEED, StopSignal.NEVER, Progress.SILENT, NAMES, new SingleProcess()));
    }

    /** Passes before the bad one have left gradients behind. */
    @Test
    void aSkippedStepChangesNothing() throws IOException {
        AtomicReference<String> before = new AtomicReference<>("");
        AtomicReference<String> after = new AtomicReference<>("");
        try (Toy toy = new Toy()) {
            skippingTrainer(folder).trainAccumulating(toy.parameters, (step, shared) -> {
                if (step == 6) {
                    before.set(toy.parameters.hash());
                }
                if (step == 7) {
                    after.set(toy.parameters.hash());
                    toy.parameters
                            .list()
                            .forEach(parameter -> Torch.gradient(parameter)
                                    .ifPresent(gradient ->
                                            assertThat(gradient.toFloatArray()).containsOnly(0)));
                }
                float factor = step == 6 ? Float.POSITIVE_INFINITY : 1;
                return List.of(
                        owner -> toy.loss(step, owner),
                        owner ->
                                new Objective.Loss(toy.loss(step, owner).total().mul(factor), Map.of()));
            });
        }
        assertThat(after.get()).isEqualTo(before.get()).isNotEmpty();
        assertThat(folder.resolve("nonfinite.jsonl"))
                .content()
                .contains("\"step\":6")
                .hasLineCount(1);
        assertThat(folder.resolve("metrics.jsonl")).content().contains("{\"step\":7,\"skipped\":1.0");
        assertThat(new CheckpointStore(folder.resolve("checkpoints"), 2, 0)
                        .latest()
                        .orElseThrow()
                        .step())
                .isEqualTo(20);
    }

    @Test
    void skippingEndsWhereNothingElseHappens() {
        try (Toy toy = new Toy()) {
            assertThatThrownBy(() -> skippingTrainer(folder)
                            .train(
                                    toy.parameters,
                                    (step, owner) -> new Objective.Loss(
                                            toy.loss(step, owner).total().mul(step < 4 ? 1f : Float.NaN), Map.of())))
                    .isInstanceOf(DivergedException.class)
                    .hasMessageContaining("step 13");
        }
    }
}
