package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Sample;
import dev.querent.evaluation.RidgeRegression;
import dev.querent.model.Bridge;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.report.ResultTable;
import dev.querent.report.StepResults;
import dev.querent.step.PipelineStep;
import dev.querent.step.StepContext;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What can be read off the query outputs by a linear map, next to what the frozen visual features they are made from
 * hold: training that loses information shows here before it shows in captions.
 */
@Plugin("probe")
public final class Probe implements PipelineStep {

    /** What the probe is to tell. */
    public enum Target {
        /** Groups, where most of the evaluated images belong to a group of the training split; else words. */
        AUTO,
        /** The sample's group. */
        GROUP,
        /** The words of the sample's captions. */
        WORDS
    }

    /** What is probed. */
    public record Config(
            @Doc("split the regression is tested on") String split,

            @Doc("most images of the training split, the first usable ones")
            int trainImages,

            @Doc("most images of the tested split") int images,

            @Doc("what is to be told: group, words, or auto for groups where they recur")
            Target target,

            @Doc("weight of the squared weights; features have deviation 1")
            double lambda,

            @Doc("whether the bridge is taken as the seed initialises it, for comparison")
            boolean untrained,

            @Doc("most numbers of an image's flattened visual tokens; beyond it only their mean is probed")
            int widest,

            @Doc("images looked at together") int batchSize) {

        /** Some seconds on a small machine. */
        public static final Config DEFAULTS = new Config("test", 2000, 500, Target.AUTO, 100, false, 20_000, 64);

        public Config {
            Check.positive("train-images", trainImages);
            Check.positive("images", images);
            Check.range("lambda", lambda, 1e-9, 1e12);
            Check.positive("widest", widest);
            Check.positive("batch-size", batchSize);
        }
    }

    /** What is read. */
    private enum Reading {
        VISION_MEAN("vision-mean", "visual tokens, mean"),
        VISION("vision", "visual tokens, flattened"),
        QUERIES("queries", "query outputs, flattened");

        private final String key;
        private final String title;

        Reading(String key, String title) {
            this.key = key;
            this.title = title;
        }
    }

    private final Config config;

    public Probe(Config config) {
        this.config = config;
    }

    @Override
    public Set<String> uses() {
        return Set.of("vision", "bridge");
    }

    @Override
    public Set<String> makes() {
        return Set.of();
    }

    @Override
    public void run(StepContext context) {
        List<Sample> train = UsableSamples.of(context, "train", config.trainImages(), sample -> true);
        List<Sample> test = UsableSamples.of(context, config.split(), config.images(), sample -> true);
        ProbeTargets targets = targets(train, test);
        QuerySpread spread = new QuerySpread();
        try (NDManager manager = Torch.newManager()) {
            VisionEncoder encoder = context.vision(manager);
            Bridge bridge = config.untrained() ? context.untrainedBridge(manager) : context.bridge(manager);
            FeatureBatches batches = new FeatureBatches(context, encoder, manager, config.batchSize());
            long total = (long) train.size() + test.size();
            Map<Reading, float[][]> ofTrain = read(batches, bridge, train, 0, total, new QuerySpread());
            Map<Reading, float[][]> ofTest = read(batches, bridge, test, train.size(), total, spread);
            Map<String, Double> numbers = new LinkedHashMap<>();
            List<List<String>> rows = new ArrayList<>();
            for (Map.Entry<Reading, float[][]> entry : ofTrain.entrySet()) {
                Reading reading = entry.getKey();
                float[][] features = entry.getValue();
                float[][] tested = Objects.requireNonNull(ofTest.get(reading));
                try (RidgeRegression fitted =
                        new RidgeRegression(manager, features, targets.of(train), config.lambda())) {
                    double seen = targets.score(train, fitted.predict(features));
                    double unseen = targets.score(test, fitted.predict(tested));
                    numbers.put(reading.key, unseen);
                    numbers.put(reading.key + "-train", seen);
                    rows.add(List.of(
                            reading.title,
                            Integer.toString(features[0].length),
                            ResultTable.percent(unseen),
                            ResultTable.percent(seen)));
                }
            }
            rows.add(List.of("chance", "-", ResultTable.percent(targets.chance()), "-"));
            numbers.put("chance", targets.chance());
            write(context, numbers, rows, targets, spread);
        }
    }

    private ProbeTargets targets(List<Sample> train, List<Sample> test) {
        return switch (config.target()) {
            case GROUP -> ProbeTargets.groups(train);
            case WORDS -> ProbeTargets.words(train, test);
            case AUTO ->
                recurring(train, test) * 2 >= test.size()
                        ? ProbeTargets.groups(train)
                        : ProbeTargets.words(train, test);
        };
    }

    private static long recurring(List<Sample> train, List<Sample> test) {
        Set<String> groups = train.stream().map(Sample::group).collect(Collectors.toSet());
        return test.stream().filter(sample -> groups.contains(sample.group())).count();
    }

    private Map<Reading, float[][]> read(
            FeatureBatches batches, Bridge bridge, List<Sample> samples, long done, long total, QuerySpread spread) {
        Map<Reading, float[][]> readings = new EnumMap<>(Reading.class);
        batches.forEach(samples, done, total, (first, batch, features) -> {
            long width = features.size() / batch.size(); // N * Dv
            keep(readings, Reading.VISION_MEAN, samples.size(), first, features.mean(new int[] {1}));
            if (width <= config.widest()) {
                keep(readings, Reading.VISION, samples.size(), first, features);
            }
            NDArray queries = bridge instanceof RepresentationLearner learner
                    ? learner.look(features).queries() // (B, Q, Db)
                    : bridge.softPrompt(features); // (B, Q, Dl)
            int count = Math.toIntExact(queries.getShape().get(1));
            float[][] outputs = keep(readings, Reading.QUERIES, samples.size(), first, queries);
            for (int row = 0; row < batch.size(); row++) {
                spread.add(outputs[first + row], count);
            }
        });
        return readings;
    }

    /** Copies (B, ...) into rows of flattened numbers. */
    private static float[][] keep(
            Map<Reading, float[][]> readings, Reading reading, int samples, int first, NDArray x) {
        float[] values = x.toFloatArray();
        int rows = Math.toIntExact(x.getShape().get(0));
        int width = values.length / rows;
        float[][] kept = readings.computeIfAbsent(reading, name -> new float[samples][]);
        for (int row = 0; row < rows; row++) {
            kept[first + row] = Arrays.copyOfRange(values, row * width, (row + 1) * width);
        }
        return kept;
    }

    private void write(
            StepContext context,
            Map<String, Double> numbers,
            List<List<String>> rows,
            ProbeTargets targets,
            QuerySpread spread) {
        numbers.put("query-cosine", spread.betweenQueries());
        numbers.put("query-cosine-between-images", spread.betweenImages());
        ResultTable probe = new ResultTable(
                "Linear probe: " + targets.measure(),
                List.of("read from", "numbers an image", config.split(), "train"),
                rows);
        ResultTable cosines = new ResultTable(
                "Query outputs",
                List.of("mean cosine between", "value"),
                List.of(
                        List.of("different queries of one image", decimal(spread.betweenQueries())),
                        List.of("the same query of different images", decimal(spread.betweenImages()))));
        List<String> notes = List.of(
                "Ridge regression, lambda " + config.lambda() + ", fitted on the training split"
                        + (config.untrained() ? "; the bridge is the untrained one of this run's seed." : "."),
                "A cosine of 1 between different queries means that they have collapsed into one.");
        String title = config.untrained() ? "Probe of the untrained bridge" : "Probe";
        new StepResults(title, numbers, List.of(probe, cosines), notes).write(context.folder(), List.of());
    }

    private static String decimal(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "-";
    }
}
