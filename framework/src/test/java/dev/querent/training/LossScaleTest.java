package dev.querent.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.querent.collective.Collectives;
import dev.querent.collective.Ranks;
import dev.querent.collective.SingleProcess;
import dev.querent.nn.Tensors;
import dev.querent.progress.Progress;
import dev.querent.progress.StopSignal;
import dev.querent.progress.StoppedException;
import dev.querent.random.RunSeed;
import dev.querent.testing.Mpirun;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossScaleTest {

    @TempDir
    private Path folder;

    /** A trained vector, seen through a frozen factor of 16 bits. */
    private static final class Toy implements AutoCloseable {
        private final NDManager manager = Torch.newManager();
        private final NDArray trained = manager.create(new float[] {0.5f, -1, 2});
        private final NDArray factor;
        private final ParameterSet trainable = new ParameterSet(Map.of("trained.weight", trained));

        Toy(double factor, DataType type) {
            this.factor = manager.create((float) factor).toType(type, true);
        }

        ParameterSet frozen() {
            return new ParameterSet(Map.of("factor", factor));
        }

        /** The sum of squares, times {@code factor} in its precision, times {@code weight} in fp32. */
        NDArray loss(NDManager owner, double weight) {
            NDArray narrow = Tensors.typeAs(owner, trained, factor).mul(factor);
            NDArray wide = Tensors.fp32(narrow);
            return Tensors.scale(wide.mul(Tensors.reshape(owner, trained, 3)).sum(), weight);
        }

        @Override
        public void close() {
            manager.close();
        }
    }

    private static Trainer trainer(Path place, int steps, StopSignal stop) {
        return trainer(place, steps, stop, new SingleProcess());
    }

    private static Trainer trainer(Path place, int steps, StopSignal stop, Collectives collectives) {
        TrainingConfig config =
                new TrainingConfig(steps, 0.01, 0.01, 0, 0.9, 0.98, 0, 1.0, false, 5, 2, 0, 1, NonFinite.STOP);
        return new Trainer(
                config,
                new Trainer.Surroundings(
                        place, new RunSeed(1), stop, Progress.SILENT, step -> List.of("sample " + step), collectives));
    }

    private List<String> metrics(Path place) throws IOException {
        return Files.readAllLines(place.resolve("metrics.jsonl"));
    }

    /** Half of the gradient comes through the factor: 1e-4 of the loss's weight 1e-5, a tenth of fp16's smallest number. */
    @Test
    void aGradientBelowTheRangeOfFp16Survives() throws IOException {
        List<Double> norms = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            Path place = folder.resolve(type.name());
            try (Toy toy = new Toy(1e-4, type)) {
                trainer(place, 1, StopSignal.NEVER)
                        .passingThrough(toy.frozen())
                        .train(toy.trainable, (step, owner) -> new Objective.Loss(toy.loss(owner, 1e-4), Map.of()));
            }
            String line = metrics(place).get(0);
            norms.add(Double.parseDouble(line.replaceAll(".*\"gradient-norm\":([^,}]*).*", "$1")));
            assertThat(line.contains("\"loss-scale\":65536.0")).isEqualTo(type == DataType.FLOAT16);
        }
        assertThat(norms.get(1)).isCloseTo(2e-8 * Math.sqrt(5.25), within(1e-10));
        assertThat(norms.get(0)).isCloseTo(norms.get(1), within(1e-3 * norms.get(1)));
    }

    @Test
    void anOverflowHalvesTheScaleAndChangesNothing() throws IOException {
        try (Toy toy = new Toy(8, DataType.FLOAT16)) {
            String before = toy.trainable.hash();
            List<String> hashes = new ArrayList<>();
            trainer(folder, 8, StopSignal.NEVER).passingThrough(toy.frozen()).train(toy.trainable, (step, owner) -> {
                hashes.add(toy.trainable.hash());
                return new Objective.Loss(toy.loss(owner, 1), Map.of());
            });
            // 2 * 65536 * 8 and so on: the first product within fp16's 65504 is 2 * 2048 * 8
            List<Boolean> same = hashes.stream().map(before::equals).toList();
            assertThat(same).startsWith(true, true).endsWith(false);
            int changed = same.indexOf(false);
            List<String> lines = metrics(folder);
            for (int step = 0; step < 8; step++) {
                boolean skipped = step < changed - 1;
                assertThat(lines.get(step))
                        .contains("\"loss-scale\":" + 65536.0 / (1 << Math.min(step, changed - 1)))
                        .matches(line -> line.contains("\"skipped\":1.0") == skipped);
            }
        }
        assertThat(folder.resolve("nonfinite.jsonl")).doesNotExist();
    }

    @Test
    void whatNoScaleHelpsIsAFaultOfTheBatch() throws IOException {
        try (Toy toy = new Toy(1, DataType.FLOAT16)) {
            Trainer trainer = trainer(folder, 40, StopSignal.NEVER).passingThrough(toy.frozen());
            assertThatThrownBy(() -> trainer.train(toy.trainable, (step, owner) -> {
                        // the root's slope at 0 is infinite, the loss is not
                        NDArray root = toy.trained.sub(toy.trained).mul(toy.loss(owner, 1));
                        return new Objective.Loss(root.abs().sqrt().sum(), Map.of());
                    }))
                    .isInstanceOf(DivergedException.class)
                    .hasMessageContaining("step 16");
        }
        assertThat(folder.resolve("nonfinite.jsonl"))
                .hasBinaryContent("{\"step\":16,\"what\":\"the gradient's norm is NaN\",\"samples\":[\"sample 16\"]}\n"
                        .getBytes());
    }

    @Test
    void aStoppedRunGoesOnWithItsScale() throws IOException {
        Path unbroken = folder.resolve("unbroken");
        String expected = train(unbroken, StopSignal.NEVER);
        Path stopped = folder.resolve("stopped");
        for (int after : new int[] {2, 1, 4}) {
            AtomicInteger asked = new AtomicInteger();
            assertThatThrownBy(() -> train(stopped, () -> asked.getAndIncrement() == after))
                    .isInstanceOf(StoppedException.class);
        }
        assertThat(train(stopped, StopSignal.NEVER)).isEqualTo(expected);
        assertThat(scales(stopped)).isEqualTo(scales(unbroken)).contains("65536.0", "16384.0");
    }

    private String train(Path place, StopSignal stop) {
        try (Toy toy = new Toy(3, DataType.FLOAT16)) {
            trainer(place, 12, stop)
                    .passingThrough(toy.frozen())
                    .train(toy.trainable, (step, owner) -> new Objective.Loss(toy.loss(owner, 1), Map.of()));
            return toy.trainable.hash();
        }
    }

    private List<String> scales(Path place) throws IOException {
        return metrics(place).stream()
                .map(line -> line.replaceAll(".*\"loss-scale\":([^,}]*).*", "$1"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1999})
    void doublesAfterAsManyFiniteSteps(int before) {
        try (LossScale scale = new LossScale()) {
            for (int step = 0; step < before; step++) {
                scale.passed();
            }
            assertThat(scale.overflowed()).isTrue();
            for (int step = 0; step < LossScale.STEPS_TO_DOUBLE - 1; step++) {
                scale.passed();
            }
            assertThat(scale.value()).isEqualTo(32768);
            scale.passed();
            assertThat(scale.value()).isEqualTo(65536);
        }
    }

    /** Half of 2 * 65536 * 8 on rank 1 is within 65504 after four halvings; the gradient of rank 0 never overflows. */
    @Test
    void allRanksSkipTheSameSteps() {
        Mpirun.Ended ended = Mpirun.run(Mpirun.Family.OPEN_MPI, 2, Rank.class, folder.toString());
        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("rank 0 skipped 4").contains("rank 1 skipped 4");
    }

    /** One of the ranks; the trainer itself compares their parameters at each checkpoint. */
    static final class Rank {
        public static void main(String[] arguments) {
            try (Collectives ranks = Ranks.join(System.getenv());
                    Toy toy = new Toy(ranks.rank() == 0 ? 0.01 : 8, DataType.FLOAT16)) {
                Set<String> hashes = new HashSet<>();
                trainer(Path.of(arguments[0]), 10, StopSignal.NEVER, ranks)
                        .passingThrough(toy.frozen())
                        .train(toy.trainable, (step, owner) -> {
                            hashes.add(toy.trainable.hash());
                            return new Objective.Loss(toy.loss(owner, 0.5), Map.of());
                        });
                System.out.println("rank " + ranks.rank() + " skipped " + (10 - hashes.size()));
            }
            System.exit(0);
        }
    }
}
