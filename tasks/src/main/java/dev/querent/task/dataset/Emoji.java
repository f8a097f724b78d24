package dev.querent.task.dataset;

import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.Fetchable;
import dev.querent.data.MissingDataException;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.data.TextPair;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.progress.Progress;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Emoji as several vendors draw them, with their English names. What is tested is a drawing style that training never saw:
 *
 * <pre>
 *                        training concepts                  held-out concepts
 *   train styles         train                              held-out-known-style
 *   validation style     validation (gallery concepts)
 *   test style           test (gallery concepts)            held-out
 * </pre>
 *
 * A concept is one emoji without skin tones; it is the {@code group} of its drawings. Every split but {@code train} has each
 * concept once, so captions are pairwise different.
 */
@Plugin("emoji")
public final class Emoji implements Dataset {

    /**
     * @param trainStyles vendors whose drawings are trained on
     * @param seed of the choice of concepts and questions, independent of the run's
     */
    public record Config(
            @Doc("vendors whose drawings are trained on") List<EmojiStyle> trainStyles,

            @Doc("vendor whose drawings settings are chosen by")
            EmojiStyle validationStyle,

            @Doc("vendor whose drawings only the tests see") EmojiStyle testStyle,

            @Doc("number of concepts that are trained on, those of the gallery among them")
            int trainConcepts,

            @Doc("number of concepts in the validation and test splits")
            int galleryConcepts,

            @Doc("number of concepts that no training step sees a drawing of")
            int heldOutConcepts,

            @Doc(
                    "captions that name a keyword beside the emoji's name, for each training drawing; 0 for the name alone")
            int keywordCaptions,

            @Doc("decides which concepts are held out and what is asked; the run's seed doesn't change it")
            long seed)
            implements Fetchable {

        public static final Config DEFAULTS = new Config(
                List.of(EmojiStyle.GOOGLE, EmojiStyle.OPENMOJI, EmojiStyle.FLUENT_FLAT, EmojiStyle.FLUENT_MODERN),
                EmojiStyle.EMOJIONE,
                EmojiStyle.TWITTER,
                500,
                500,
                200,
                0,
                1);

        public Config {
            trainStyles = List.copyOf(trainStyles);
            Check.that(!trainStyles.isEmpty(), "train-styles: expected at least one vendor, found none");
            Check.that(
                    !trainStyles.contains(testStyle) && testStyle != validationStyle,
                    "test-style: " + testStyle.word() + " is trained or validated on too. Choose a vendor of its own");
            Check.that(
                    !trainStyles.contains(validationStyle),
                    "validation-style: " + validationStyle.word() + " is trained on too. Choose a vendor of its own");
            Check.range("gallery-concepts", galleryConcepts, 2, 1900);
            Check.range("train-concepts", trainConcepts, galleryConcepts, 1900);
            Check.range("held-out-concepts", heldOutConcepts, 2, 1900);
            Check.range("keyword-captions", keywordCaptions, 0, 20);
        }

        Set<EmojiStyle> styles() {
            EnumSet<EmojiStyle> styles = EnumSet.copyOf(trainStyles);
            styles.add(validationStyle);
            styles.add(testStyle);
            return styles;
        }

        @Override
        public void fetch(DataFolder folder, Progress progress) {
            fetch(folder, progress, new NpmClient());
        }

        void fetch(DataFolder folder, Progress progress, PackageSource packages) {
            new EmojiPreparation(packages, progress).fetch(folder.root().resolve(EmojiFolder.NAME), styles());
        }
    }

    private static final int TEXTS_A_CONCEPT = 40;

    private final Config config;
    private final EmojiFolder folder;
    private final RunSeed seed;
    private final EmojiText text;
    private final List<EmojiConcept> gallery;
    private final List<EmojiConcept> training;
    private final List<EmojiConcept> heldOut;
    private final List<EmojiConcept> known;

    /** @throws MissingDataException where the emoji, or a vendor's drawings of them, haven't been fetched */
    public Emoji(Config config, DataFolder dataFolder) {
        this.config = config;
        folder = EmojiFolder.open(dataFolder.root().resolve(EmojiFolder.NAME));
        seed = new RunSeed(config.seed());
        Set<EmojiStyle> missing = EnumSet.copyOf(config.styles());
        missing.removeAll(folder.styles());
        if (!missing.isEmpty()) {
            throw new MissingDataException("the emoji lack the drawings of "
                    + String.join(", ", missing.stream().map(EmojiStyle::word).toList())
                    + "; running an experiment that names them fetches them");
        }
        Set<EmojiStyle> everySplit = Set.of(config.trainStyles().get(0), config.validationStyle(), config.testStyle());
        List<EmojiConcept> complete = new ArrayList<>();
        List<EmojiConcept> others = new ArrayList<>();
        for (EmojiConcept concept : shuffled(folder.concepts())) {
            if (concept.styles().containsAll(everySplit)) {
                complete.add(concept);
            } else if (concept.styles().stream().anyMatch(config.trainStyles()::contains)) {
                others.add(concept);
            }
        }
        int needed = config.heldOutConcepts() + config.galleryConcepts();
        if (complete.size() < needed) {
            throw new IllegalArgumentException("held-out-concepts and gallery-concepts: expected " + complete.size()
                    + " at most in all, the number of concepts that the first of train-styles, validation-style and"
                    + " test-style all draw, found " + needed);
        }
        heldOut = complete.subList(0, config.heldOutConcepts());
        gallery = complete.subList(config.heldOutConcepts(), needed);
        others.addAll(0, complete.subList(needed, complete.size()));
        int more = config.trainConcepts() - config.galleryConcepts();
        if (others.size() < more) {
            throw new IllegalArgumentException("train-concepts: expected "
                    + (config.galleryConcepts() + others.size()) + " at most with "
                    + config.heldOutConcepts() + " held out, found " + config.trainConcepts());
        }
        training = joined(gallery, others.subList(0, more));
        known = joined(training, heldOut);
        text = new EmojiText(known);
    }

    private List<EmojiConcept> shuffled(List<EmojiConcept> concepts) {
        return EmojiText.shuffled(concepts, seed.generator(Purpose.GENERATED_DATA, 0));
    }

    private static List<EmojiConcept> joined(Collection<EmojiConcept> one, Collection<EmojiConcept> two) {
        List<EmojiConcept> all = new ArrayList<>(one);
        all.addAll(two);
        return List.copyOf(all);
    }

    @Override
    public Set<String> splits() {
        return Set.of("train", "validation", "test", "held-out", "held-out-known-style");
    }

    @Override
    public SampleList split(String name) {
        return switch (name) {
            case "train" -> list(training, config.trainStyles(), config.keywordCaptions());
            case "validation" -> list(gallery, List.of(config.validationStyle()), 0);
            case "test" -> list(gallery, List.of(config.testStyle()), 0);
            case "held-out" -> list(heldOut, List.of(config.testStyle()), 0);
            case "held-out-known-style" ->
                list(heldOut, List.of(config.trainStyles().get(0)), 0);
            default ->
                throw new IllegalArgumentException("emoji has no split \"" + name
                        + "\". Known: train, validation, test, held-out, held-out-known-style");
        };
    }

    private SampleList list(List<EmojiConcept> concepts, List<EmojiStyle> styles, int keywordCaptions) {
        List<Sample> samples = new ArrayList<>();
        for (EmojiConcept concept : concepts) {
            for (EmojiStyle style : styles) {
                if (concept.styles().contains(style)) {
                    samples.add(sample(concept, style, keywordCaptions));
                }
            }
        }
        return new SampleList() {
            @Override
            public int size() {
                return samples.size();
            }

            @Override
            public Sample get(int index) {
                return samples.get(index);
            }
        };
    }

    private Sample sample(EmojiConcept concept, EmojiStyle style, int keywordCaptions) {
        String id = String.format(Locale.ROOT, "emoji-%s-%s", style.word(), concept.key());
        return new Sample(
                id,
                concept.key(),
                () -> folder.drawing(concept, style),
                EmojiText.captions(concept, keywordCaptions),
                text.questions(
                        concept, new RunSeed(seed.at(Purpose.GENERATED_DATA, id)).generator(Purpose.GENERATED_DATA)));
    }

    /** About the concepts that are trained on and those held out: a language model knows words that no drawing explained. */
    @Override
    public int textCount() {
        return known.size() * TEXTS_A_CONCEPT;
    }

    @Override
    public TextPair text(int index) {
        int variation = index / known.size();
        return text.text(
                known.get(index % known.size()), variation % 2 == 0, seed.generator(Purpose.GENERATED_DATA, 1, index));
    }

    @Override
    public List<String> words() {
        return text.words();
    }
}
