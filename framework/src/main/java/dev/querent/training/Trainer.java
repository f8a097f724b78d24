package dev.querent.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.querent.progress.Progress;
import dev.querent.progress.StopSignal;
import dev.querent.progress.StoppedException;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterSet;
import dev.querent.weights.SafetensorsReader;
import dev.querent.weights.WeightsMismatchException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The training loop: the same for every objective, resumable at any moment. A run that was stopped or killed and continued
 * ends with the same bits as an unbroken one, because a step depends on the parameters, the optimiser's state and the
 * step's number alone.
 */
public final class Trainer {

    /** Steps in a row that are skipped before training ends all the same. */
    public static final int MOST_SKIPPED = 10;

    private static final String PARAMETER = "parameter/";

    private final TrainingConfig config;
    private final Surroundings surroundings;
    private int skipped; // steps in a row

    /**
     * What a loop works in.
     *
     * @param folder gets {@code metrics.jsonl} and {@code checkpoints/}; {@code nonfinite.jsonl} too where a step's loss or
     *     gradient was no number
     * @param samples names those of a step's batch
     */
    public record Surroundings(
            Path folder, RunSeed seed, StopSignal stop, Progress progress, LongFunction<List<String>> samples) {}

    public Trainer(TrainingConfig config, Surroundings surroundings) {
        this.config = config;
        this.surroundings = surroundings;
    }

    /**
     * Trains to the configured number of steps, from the newest checkpoint if there is one.
     *
     * @param trainable the only parameters that change; they record gradients during this call and not after it
     * @throws IllegalArgumentException where a parameter isn't fp32
     * @throws StoppedException after a checkpoint, where a stop was requested
     * @throws DivergedException where loss or gradient is not finite, and such steps aren't skipped
     */
    public void train(ParameterSet trainable, Objective objective) {
        trainAccumulating(trainable, (step, shared) -> List.of(manager -> objective.loss(step, manager)));
    }

    /** As {@link #train}, a batch in several passes. */
    public void trainAccumulating(ParameterSet trainable, AccumulatedObjective objective) {
        refuseOtherPrecisions(trainable);
        CheckpointStore checkpoints =
                new CheckpointStore(surroundings.folder().resolve("checkpoints"), config.keepCheckpoints());
        trainable.setTrainable(true);
        try (AdamW optimizer = new AdamW(config, trainable);
                CheckpointWriter writer = new CheckpointWriter(checkpoints)) {
            Map<String, NDArray> state = state(trainable, optimizer);
            Optional<CheckpointStore.Checkpoint> start = checkpoints.latest();
            start.ifPresent(checkpoint -> restore(checkpoint, state));
            long first = start.map(CheckpointStore.Checkpoint::step).orElse(0L);
            MetricsLog log = new MetricsLog(surroundings.folder().resolve("metrics.jsonl"), first);
            LearningRateSchedule schedule = config.schedule();
            long since = System.nanoTime();
            skipped = 0;
            for (long step = first; step < config.steps(); step++) {
                writer.check();
                if (surroundings.stop().stopRequested()) {
                    writer.save(step, state);
                    writer.finish();
                    throw new StoppedException("stopped after step " + step + " of " + config.steps());
                }
                Map<String, Double> values = guarded(step, optimizer, objective, schedule.at(step));
                long done = step + 1;
                surroundings.progress().update(done, config.steps(), values);
                if (done % config.logEvery() == 0 || done == config.steps()) {
                    values.put("learning-rate", schedule.at(step));
                    values.put("seconds", (System.nanoTime() - since) / 1e9);
                    ResidentMemory.mebibytes().ifPresent(mebibytes -> values.put("resident-mebibytes", mebibytes));
                    log.write(done, values);
                }
                if (done % config.checkpointEvery() == 0 || done == config.steps()) {
                    writer.save(done, state);
                }
            }
            writer.finish();
        } finally {
            trainable.setTrainable(false);
        }
    }

    /** A step that may be skipped. */
    private Map<String, Double> guarded(
            long step, AdamW optimizer, AccumulatedObjective objective, double learningRate) {
        try {
            Map<String, Double> values = step(step, optimizer, objective, learningRate);
            skipped = 0;
            return values;
        } catch (DivergedException e) {
            record(step, e.what());
            skipped++;
            if (config.nonFinite() == NonFinite.STOP || skipped == MOST_SKIPPED) {
                throw e;
            }
            optimizer.discard();
            return new LinkedHashMap<>(Map.of("skipped", 1.0));
        }
    }

    private void record(long step, String what) {
        ObjectNode line =
                JsonMapper.shared().createObjectNode().put("step", step).put("what", what);
        surroundings.samples().apply(step).forEach(line.putArray("samples")::add);
        Path file = surroundings.folder().resolve("nonfinite.jsonl");
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Small steps vanish in the rounding of 16 bits. */
    private static void refuseOtherPrecisions(ParameterSet trainable) {
        trainable.asMap().forEach((name, parameter) -> {
            if (parameter.getDataType() != DataType.FLOAT32) {
                throw new IllegalArgumentException(name + " is kept in " + parameter.getDataType()
                        + "; what is trained has to be in fp32: take precision off this component");
            }
        });
    }

    /**
     * Lets libtorch draw the dropout of one pass. Whoever computes a pass twice gets the same masks.
     *
     * @param pass counted from 0 within the step
     */
    public static void seedDropout(RunSeed seed, long step, int pass) {
        Torch.seed(seed.at(Purpose.DROPOUT, step, pass));
    }

    private Map<String, Double> step(long step, AdamW optimizer, AccumulatedObjective objective, double learningRate) {
        Map<String, Double> values = new LinkedHashMap<>();
        try (NDManager shared = Torch.newManager();
                Torch.GradientMode recording = Torch.recordGradients()) {
            List<AccumulatedObjective.Pass> passes = objective.passes(step, shared);
            for (int pass = 0; pass < passes.size(); pass++) {
                seedDropout(surroundings.seed(), step, pass);
                try (NDManager manager = Torch.newManager()) {
                    Objective.Loss loss = passes.get(pass).loss(manager);
                    double total = loss.total().getFloat();
                    if (!Double.isFinite(total)) {
                        throw new DivergedException(step, "the loss is " + total);
                    }
                    values.merge("loss", total, Double::sum);
                    loss.parts().forEach((name, value) -> values.merge(name, (double) value.getFloat(), Double::sum));
                    Torch.backward(loss.total());
                }
            }
        }
        double norm = optimizer.step(learningRate);
        if (!Double.isFinite(norm)) {
            throw new DivergedException(step, "the gradient's norm is " + norm);
        }
        values.put("gradient-norm", norm);
        return values;
    }

    private static Map<String, NDArray> state(ParameterSet trainable, AdamW optimizer) {
        Map<String, NDArray> state = new LinkedHashMap<>();
        trainable.asMap().forEach((name, tensor) -> state.put(PARAMETER + name, tensor));
        state.putAll(optimizer.state());
        return state;
    }

    private static void restore(CheckpointStore.Checkpoint checkpoint, Map<String, NDArray> state) {
        try (SafetensorsReader reader = checkpoint.open();
                NDManager manager = Torch.newManager()) {
            if (!reader.names().equals(state.keySet())) {
                throw new WeightsMismatchException(
                        checkpoint.folder().toString(), List.of("its tensors are those of another model"));
            }
            state.forEach((name, tensor) -> {
                try (NDArray saved = reader.read(name, manager)) {
                    Torch.copy(saved, tensor);
                }
            });
        }
    }
}
