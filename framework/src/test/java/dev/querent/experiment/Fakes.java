package dev.querent.experiment;

import ai.djl.ndarray.NDArray;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.SampleList;
import dev.querent.data.TextPair;
import dev.querent.model.ComponentContext;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.Check;
import dev.querent.plugin.CheckpointField;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PipelineStep;
import dev.querent.step.StepContext;
import dev.querent.weights.ParameterSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Plugins that do nothing, with every type of configuration field. */
public final class Fakes {

    private Fakes() {}

    /** A data set without data. */
    @Plugin("fake-scenes")
    public static final class Scenes implements Dataset {

        public record Config(
                @Doc("number of scenes") int count,
                @Doc("image side") int imageSide) {
            public static final Config DEFAULTS = new Config(100, 64);

            public Config {
                Check.positive("count", count);
                Check.range("imageSide", imageSide, 8, 512);
            }
        }

        final Config config;
        final DataFolder folder;

        public Scenes(Config config, DataFolder folder) {
            this.config = config;
            this.folder = folder;
        }

        @Override
        public Set<String> splits() {
            return Set.of("train");
        }

        @Override
        public SampleList split(String name) {
            throw new IllegalArgumentException(name);
        }

        @Override
        public int textCount() {
            return 0;
        }

        @Override
        public TextPair text(int index) {
            throw new IndexOutOfBoundsException(index);
        }

        @Override
        public List<String> words() {
            return List.of();
        }
    }

    /** A step that does nothing. */
    @Plugin("fake-training")
    public static final class Training implements PipelineStep {

        /** How fast. */
        public enum Schedule {
            CONSTANT,
            WARM_UP_COSINE
        }

        public record Rate(
                @Doc("peak") double peak,
                @Doc("warm-up steps") int warmUp) {
            public static final Rate DEFAULTS = new Rate(1e-4, 10);

            public Rate {
                Check.range("peak", peak, 0, 1);
            }
        }

        public record Config(
                @Doc("optimiser steps") int steps,
                @Doc("rate") Rate rate,
                @Doc("schedule") Schedule schedule,
                @Doc("longest time") Duration limit,
                @Doc("folder") Path folder,
                @Doc("widths") List<Integer> widths,
                @Doc("weights of the objectives") Map<String, Double> weights,
                @Doc("note") Optional<String> note,
                @Doc("clipping norm") Optional<Double> clipping,
                @Doc("shuffle") boolean shuffle,
                @Doc("count of samples") long samples) {
            public static final Config DEFAULTS = new Config(
                    100,
                    new Rate(2e-4, 20),
                    Schedule.WARM_UP_COSINE,
                    Duration.ofMinutes(90),
                    Path.of("some folder"),
                    List.of(1, 2),
                    Map.of("itc", 1.0),
                    Optional.empty(),
                    Optional.of(1.0),
                    true,
                    1L << 40);

            public Config {
                Check.positive("steps", steps);
                Check.positive("samples", samples);
            }
        }

        final Config config;

        public Training(Config config) {
            this.config = config;
        }

        @Override
        public void run(StepContext context) {}
    }

    /** A step that wants a vision encoder. */
    @Plugin("fake-picky")
    public static final class Picky implements PipelineStep {
        public record Config() {}

        public Picky(Config config) {}

        @Override
        public void run(StepContext context) {}

        @Override
        public List<String> problems(ExperimentParts experiment) {
            return experiment.has("vision", Vit.class)
                    ? List.of()
                    : List.of("needs a vision encoder. Write vision: {plugin: fake-vit}");
        }
    }

    /** An encoder with no defaults, and sizes from a checkpoint. */
    @Plugin("fake-vit")
    public static final class Vit implements VisionEncoder {

        /** Which. */
        public enum Activation {
            GELU,
            QUICK_GELU
        }

        public record Config(
                @Doc("width") @CheckpointField({"hidden_size", "vision_config.hidden_size"})
                int width,

                @Doc("image side") @CheckpointField("image_size")
                int imageSize,

                @Doc("patch side") @CheckpointField("patch_size")
                int patchSize,

                @Doc("norm's epsilon") @CheckpointField("layer_norm_eps")
                double epsilon,

                @Doc("activation") @CheckpointField("hidden_act")
                Activation activation) {
            public Config {
                Check.positive("patchSize", patchSize);
                Check.that(imageSize % patchSize == 0, "imageSize must be a multiple of patchSize, found " + imageSize);
            }
        }

        private final Config config;

        public Vit(Config config, ComponentContext context) {
            this.config = config;
        }

        @Override
        public NDArray encode(NDArray pixels) {
            return pixels;
        }

        @Override
        public int width() {
            return config.width();
        }

        @Override
        public int tokens() {
            return 1;
        }

        @Override
        public int imageSize() {
            return config.imageSize();
        }

        @Override
        public int patchSize() {
            return config.patchSize();
        }

        @Override
        public ParameterSet parameters() {
            throw new IllegalStateException("has none");
        }
    }
}
