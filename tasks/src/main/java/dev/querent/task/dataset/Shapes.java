package dev.querent.task.dataset;

import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.data.TextPair;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import dev.querent.text.QuestionPrompt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Generated pictures of coloured shapes with captions, questions and answers: nothing to fetch, any number of samples, the
 * same on every machine. A training caption may occur many times; those of {@code validation} and {@code test} are pairwise
 * different, so that retrieval has one right answer.
 */
@Plugin("shapes")
public final class Shapes implements Dataset {

    /**
     * @param seed of the data, independent of the run's
     */
    public record Config(
            @Doc("side of the pictures in pixels") int imageSize,
            @Doc("number of training pictures") int trainSamples,

            @Doc("number of validation pictures, each with a caption of its own")
            int validationSamples,

            @Doc("number of test pictures, each with a caption of its own")
            int testSamples,

            @Doc("decides every picture and text of the data set; the run's seed doesn't change them")
            long seed,

            @Doc("share of the training pictures whose caption tells of another picture")
            double noise) {

        public static final Config DEFAULTS = new Config(64, 10_000, 200, 500, 1, 0);

        /** Captions of small splits are pairwise different: this many of the 3,600 possible scenes are found quickly. */
        private static final int MOST_DISTINCT = 2000;

        public Config {
            Check.range("image-size", imageSize, 16, 1024);
            Check.positive("train-samples", trainSamples);
            Check.range("validation-samples", validationSamples, 1, MOST_DISTINCT);
            Check.range("test-samples", testSamples, 1, MOST_DISTINCT);
            Check.range("noise", noise, 0, 1);
        }
    }

    /** The streams of scenes that never share one. Their numbers are part of the data. */
    private enum Stream {
        TRAIN(0),
        VALIDATION(1),
        TEST(2),
        TEXT(3),
        NOISE(4);

        final int number;

        Stream(int number) {
            this.number = number;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is drawn for an index besides the scene; each has random numbers of its own. */
    private enum Part {
        SCENE(0),
        PICTURE(1),
        QUESTIONS(2),
        CONTEXT(3),
        NOISE(4);

        final int number;

        Part(int number) {
            this.number = number;
        }
    }

    private final Config config;
    private final RunSeed seed;

    /** @param folder not used: nothing is fetched */
    public Shapes(Config config, DataFolder folder) {
        this.config = config;
        seed = new RunSeed(config.seed());
    }

    @Override
    public Set<String> splits() {
        return Set.of(Stream.TRAIN.word(), Stream.VALIDATION.word(), Stream.TEST.word());
    }

    @Override
    public SampleList split(String name) {
        return switch (name) {
            case "train" -> list(Stream.TRAIN, range(config.trainSamples()));
            case "validation" -> list(Stream.VALIDATION, distinct(Stream.VALIDATION, config.validationSamples()));
            case "test" -> list(Stream.TEST, distinct(Stream.TEST, config.testSamples()));
            default ->
                throw new IllegalArgumentException(
                        "shapes has no split \"" + name + "\". Known: train, validation, test");
        };
    }

    private static int[] range(int size) {
        return IntStream.range(0, size).toArray();
    }

    /** The first indices of a stream whose captions haven't occurred before: two scenes share all their captions or none. */
    private int[] distinct(Stream stream, int size) {
        int[] indices = new int[size];
        Set<String> captions = new HashSet<>();
        for (int index = 0, found = 0; found < size; index++) {
            if (captions.addAll(SceneText.captions(scene(stream, index)))) {
                indices[found++] = index;
            }
        }
        return indices;
    }

    private SampleList list(Stream stream, int[] indices) {
        return new SampleList() {
            @Override
            public int size() {
                return indices.length;
            }

            @Override
            public Sample get(int index) {
                return sample(stream, indices[index]);
            }
        };
    }

    private Sample sample(Stream stream, int index) {
        Scene scene = scene(stream, index);
        String id = String.format(Locale.ROOT, "shapes-%s-%06d", stream.word(), index);
        boolean noisy =
                stream == Stream.TRAIN && generator(stream, index, Part.NOISE).nextDouble() < config.noise();
        Scene told = noisy ? scene(Stream.NOISE, index) : scene;
        return new Sample(
                id,
                id,
                () -> ScenePainter.paint(scene, config.imageSize(), generator(stream, index, Part.PICTURE)),
                SceneText.captions(told),
                SceneText.questions(scene, generator(stream, index, Part.QUESTIONS)));
    }

    private Scene scene(Stream stream, int index) {
        return Scene.random(generator(stream, index, Part.SCENE));
    }

    private SplittableRandom generator(Stream stream, int index, Part part) {
        return seed.generator(Purpose.GENERATED_DATA, stream.number, index, part.number);
    }

    /** As many texts as training pictures, about scenes of their own. */
    @Override
    public int textCount() {
        return config.trainSamples();
    }

    /** Even ones: facts in random order, then the caption. Odd ones: facts and a question, then the answer. */
    @Override
    public TextPair text(int index) {
        Scene scene = scene(Stream.TEXT, index);
        String context = SceneText.context(scene, generator(Stream.TEXT, index, Part.CONTEXT));
        if (index % 2 == 0) {
            return new TextPair(context, "", SceneText.caption(scene));
        }
        List<Sample.Question> questions = SceneText.questions(scene, generator(Stream.TEXT, index, Part.QUESTIONS));
        Sample.Question question = questions.get(index / 2 % questions.size());
        return new TextPair(context, QuestionPrompt.prefix(question.text()), question.answer());
    }

    @Override
    public List<String> words() {
        ArrayList<String> words = new ArrayList<>(SceneText.words());
        words.addAll(QuestionPrompt.WORDS);
        return List.copyOf(words);
    }
}
