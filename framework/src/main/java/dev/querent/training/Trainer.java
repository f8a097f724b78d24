package dev.querent.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.querent.collective.Collectives;
import dev.querent.nn.MixedPrecision;
import dev.querent.nn.Tensors;
import dev.querent.progress.Pace;
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
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;
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

    static final String SKIPPED = "skipped";

    private static final String PARAMETER = "parameter/";

    private final TrainingConfig config;
    private final Surroundings surroundings;
    private final Collectives collectives;
    private final boolean scalesLoss;
    private final ToDoubleFunction<String> rateFactors;
    private int skipped; // steps in a row

    /**
     * What a loop works in.
     *
     * @param folder gets {@code metrics.jsonl}, event files and {@code checkpoints/}; {@code nonfinite.jsonl} too where a step's loss or
     *     gradient was no number
     * @param samples names those of a step's batch
     * @param collectives the ranks that train together; rank 0 alone writes to the folder, shows progress and is asked to stop
     */
    public record Surroundings(
            Path folder,
            RunSeed seed,
            StopSignal stop,
            Progress progress,
            LongFunction<List<String>> samples,
            Collectives collectives) {}

    public Trainer(TrainingConfig config, Surroundings surroundings) {
        this(config, surroundings, false, name -> 1);
    }

    private Trainer(
            TrainingConfig config,
            Surroundings surroundings,
            boolean scalesLoss,
            ToDoubleFunction<String> rateFactors) {
        this.config = config;
        this.surroundings = surroundings;
        this.scalesLoss = scalesLoss;
        this.rateFactors = rateFactors;
        collectives = surroundings.collectives();
    }

    /**
     * A trainer for a loss whose gradients reach the trained parameters through other ones. Where those are kept in fp16, whose
     * smallest numbers are larger than many gradients, the loss is scaled; fp32 and bf16 have the range.
     */
    public Trainer passingThrough(ParameterSet frozen) {
        boolean narrow = frozen.list().stream().anyMatch(tensor -> tensor.getDataType() == DataType.FLOAT16);
        return new Trainer(config, surroundings, narrow, rateFactors);
    }

    /**
     * A trainer with learning rates of their own for some parameters.
     *
     * @param factors what a parameter's learning rate is multiplied by ({@link LayerDecay})
     */
    public Trainer withRates(ToDoubleFunction<String> factors) {
        return new Trainer(config, surroundings, scalesLoss, factors);
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

    /** As {@link #train}, a batch in several passes; with several ranks, each computes passes of its own. */
    public void trainAccumulating(ParameterSet trainable, AccumulatedObjective objective) {
        refuseOtherPrecisions(trainable);
        trainable.setTrainable(true);
        skipped = 0;
        try (AdamW optimizer = new AdamW(config, trainable, rateFactors, collectives);
                LossScale lossScale = new LossScale()) {
            Optional<LossScale> scale = scalesLoss ? Optional.of(lossScale) : Optional.empty();
            Training training = new Training(
                    trainable, optimizer, scale, state(trainable, optimizer, scale), objective, config.schedule());
            if (collectives.leads()) {
                lead(training);
            } else {
                follow(training);
            }
        } finally {
            trainable.setTrainable(false);
        }
    }

    /** What one call works on. */
    private record Training(
            ParameterSet trainable,
            AdamW optimizer,
            Optional<LossScale> lossScale,
            Map<String, NDArray> state,
            AccumulatedObjective objective,
            LearningRateSchedule schedule) {}

    private void lead(Training training) {
        CheckpointStore checkpoints = new CheckpointStore(
                surroundings.folder().resolve("checkpoints"), config.keepCheckpoints(), config.keepBest());
        SectionMetrics metrics = new SectionMetrics();
        try (CheckpointWriter writer = new CheckpointWriter(checkpoints)) {
            Optional<CheckpointStore.Checkpoint> start = checkpoints.latest();
            start.ifPresent(checkpoint -> {
                restore(checkpoint, training.state(), metrics);
                surroundings.progress().say("continues from checkpoint of step " + checkpoint.step());
            });
            long first = begin(start.map(CheckpointStore.Checkpoint::step).orElse(0L), training);
            MetricsLog log = new MetricsLog(surroundings.folder(), first, Clock.systemUTC());
            Pace pace = new Pace(first);
            for (long step = first; step < config.steps(); step++) {
                writer.check();
                boolean goesOn = !surroundings.stop().stopRequested();
                collectives.broadcast(new long[] {goesOn ? 1 : 0});
                if (!goesOn) {
                    writer.save(position(step, training, metrics), training.state());
                    writer.finish();
                    throw new StoppedException("stopped after step " + step + " of " + config.steps());
                }
                Map<String, Double> values = guarded(step, training);
                metrics.add(values);
                long done = step + 1;
                surroundings.progress().update(done, config.steps(), values);
                if (done % config.logEvery() == 0 || done == config.steps()) {
                    values.put("learning-rate", training.schedule().at(step));
                    values.put("seconds", pace.seconds());
                    values.put("samples-per-second", pace.since(done) * batchSize(step));
                    ResidentMemory.mebibytes().ifPresent(mebibytes -> values.put("resident-mebibytes", mebibytes));
                    log.write(done, values);
                }
                if (endsSection(done)) {
                    requireAgreement(done, training);
                    writer.save(position(done, training, metrics), training.state());
                    metrics.beginAgain();
                }
            }
            writer.finish();
        }
    }

    /** All batches have as many samples, some of which may stand in for bad ones. */
    private int batchSize(long step) {
        return surroundings.samples().apply(step).size();
    }

    private CheckpointStore.Position position(long done, Training training, SectionMetrics metrics) {
        long last = Math.max(0, done - 1);
        return new CheckpointStore.Position(
                done,
                done * batchSize(last),
                training.schedule().at(last),
                metrics.json(),
                done > 0 && endsSection(done));
    }

    private void follow(Training training) {
        for (long step = begin(0, training); step < config.steps(); step++) {
            long[] goesOn = new long[1];
            collectives.broadcast(goesOn);
            if (goesOn[0] == 0) {
                throw new StoppedException("rank 0 stopped after step " + step + " of " + config.steps());
            }
            guarded(step, training);
            if (endsSection(step + 1)) {
                requireAgreement(step + 1, training);
            }
        }
    }

    private boolean endsSection(long done) {
        return done % config.checkpointEvery() == 0 || done == config.steps();
    }

    /** Gives all ranks the state of rank 0, and its first step. */
    private long begin(long first, Training training) {
        long[] agreed = {first};
        collectives.broadcast(agreed);
        training.state().values().forEach(collectives::broadcast);
        return agreed[0];
    }

    /** Ranks that got the same sums and made other parameters of them would train several models as if they were one. */
    private void requireAgreement(long done, Training training) {
        if (collectives.size() > 1) {
            long checksum = Checksum.of(training.trainable());
            long[] extremes = {checksum, -checksum};
            collectives.largest(extremes);
            if (extremes[0] != -extremes[1]) {
                throw new IllegalStateException("after step " + done + " the ranks hold different parameters: their"
                        + " machines compute differently or one is faulty. Nothing since the checkpoint before it can"
                        + " be trusted");
            }
        }
    }

    /** A step that may be skipped. */
    private Map<String, Double> guarded(long step, Training training) {
        try {
            Map<String, Double> values = step(step, training);
            skipped = 0;
            return values;
        } catch (DivergedException e) {
            if (collectives.leads()) {
                record(step, e.what());
            }
            skipped++;
            if (config.nonFinite() == NonFinite.STOP || skipped == MOST_SKIPPED) {
                throw e;
            }
            training.optimizer().discard();
            return new LinkedHashMap<>(Map.of(SKIPPED, 1.0));
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
     * Lets libtorch draw the dropout of one pass. Whoever computes a pass twice gets the same masks; ranks get their own.
     *
     * @param pass counted from 0 within the step
     */
    public static void seedDropout(RunSeed seed, long step, int pass, int rank) {
        Torch.seed(seed.at(Purpose.DROPOUT, step, pass, rank));
    }

    /** Every rank goes through all its passes, whatever the loss: others wait for it between them. */
    private Map<String, Double> step(long step, Training training) {
        Map<String, Double> values = new LinkedHashMap<>();
        double scale = training.lossScale().map(LossScale::value).orElse(1.0);
        try (NDManager shared = Torch.newManager();
                Torch.GradientMode recording = Torch.recordGradients();
                MixedPrecision mixed = MixedPrecision.begin(config.mixedPrecision())) {
            List<AccumulatedObjective.Pass> passes = training.objective().passes(step, shared);
            for (int pass = 0; pass < passes.size(); pass++) {
                seedDropout(surroundings.seed(), step, pass, collectives.rank());
                try (NDManager manager = Torch.newManager()) {
                    Objective.Loss loss = passes.get(pass).loss(manager);
                    values.merge(SectionMetrics.LOSS, (double) loss.total().getFloat(), Double::sum);
                    loss.parts().forEach((name, value) -> values.merge(name, (double) value.getFloat(), Double::sum));
                    Torch.backward(Tensors.scale(loss.total(), scale));
                    loss.rest().run();
                }
            }
        }
        sumOverRanks(values);
        double total = values.getOrDefault(SectionMetrics.LOSS, Double.NaN);
        if (!Double.isFinite(total)) {
            throw new DivergedException(step, "the loss is " + total);
        }
        double norm = training.optimizer().step(training.schedule().at(step), scale);
        training.lossScale().ifPresent(used -> values.put("loss-scale", scale));
        if (Double.isFinite(norm)) {
            training.lossScale().ifPresent(LossScale::passed);
            values.put("gradient-norm", norm);
        } else if (training.lossScale().filter(LossScale::overflowed).isPresent()) {
            values.put(SKIPPED, 1.0);
        } else {
            throw new DivergedException(step, "the gradient's norm is " + norm);
        }
        return values;
    }

    private void sumOverRanks(Map<String, Double> values) {
        double[] sums =
                values.values().stream().mapToDouble(Double::doubleValue).toArray();
        collectives.sum(sums);
        int index = 0;
        for (Map.Entry<String, Double> value : values.entrySet()) {
            value.setValue(sums[index++]);
        }
    }

    private static Map<String, NDArray> state(ParameterSet trainable, AdamW optimizer, Optional<LossScale> lossScale) {
        Map<String, NDArray> state = new LinkedHashMap<>();
        trainable.asMap().forEach((name, tensor) -> state.put(PARAMETER + name, tensor));
        state.putAll(optimizer.state());
        lossScale.ifPresent(scale -> state.putAll(scale.state()));
        return state;
    }

    private void restore(CheckpointStore.Checkpoint checkpoint, Map<String, NDArray> state, SectionMetrics metrics) {
        if (!endsSection(checkpoint.step())) {
            metrics.restore(checkpoint.state().path("metrics"));
        }
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
