package dev.querent.task.dataset;

import dev.querent.data.Sample.Question;
import dev.querent.task.dataset.SceneObject.Color;
import dev.querent.task.dataset.SceneObject.Form;
import dev.querent.task.dataset.SceneObject.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** What can be said and asked about a {@link Scene}. */
final class SceneText {

    private static final String[] NUMBERS = {"zero", "one", "two", "three", "four"};
    /** Single objects are asked for their number this often, so that "one" is as frequent as "two", "three" and "four". */
    private static final double SINGLE_COUNT_SHARE = 0.2 / 3 / 0.3;

    private SceneText() {}

    /** Words of captions, questions, answers and contexts. */
    static List<String> words() {
        Set<String> words = new LinkedHashSet<>();
        Arrays.stream(Color.values()).map(Color::word).forEach(words::add);
        for (Form form : Form.values()) {
            words.add(form.word());
            words.add(form.plural());
        }
        Arrays.stream(Size.values()).map(Size::word).forEach(words::add);
        words.addAll(Arrays.asList(NUMBERS).subList(1, NUMBERS.length));
        words.addAll(List.of("a", "an", "left", "right", "above", "below", "of"));
        words.addAll(
                List.of("what", "colour", "is", "the", "shape", "thing", "how", "many", "are", "there", "yes", "no"));
        return List.copyOf(words);
    }

    /** What can be said of a scene: of a pair, from either object's side. */
    static List<String> captions(Scene scene) {
        String caption = caption(scene);
        return scene.isPair() ? List.of(caption, caption(scene.converse())) : List.of(caption);
    }

    static String caption(Scene scene) {
        SceneObject first = scene.first();
        if (scene.isPair()) {
            return article(first.name()) + " " + scene.relation().phrase + " "
                    + article(scene.second().name());
        }
        if (scene.objects().size() > 1) {
            return NUMBERS[scene.objects().size()] + " " + first.color().word() + " "
                    + first.form().plural();
        }
        return article(first.size().word() + " " + first.name());
    }

    private static String article(String name) {
        return (name.startsWith("o") ? "an " : "a ") + name;
    }

    /** The facts of a scene in random order: words of one object stay together, objects and words are shuffled. */
    static String context(Scene scene, SplittableRandom random) {
        List<String> parts = new ArrayList<>();
        if (scene.isPair()) {
            parts.add(facts(scene.first(), scene.relation().place, random));
            parts.add(facts(scene.second(), scene.relation().opposite().place, random));
        } else if (scene.objects().size() > 1) {
            parts.add(facts(scene.first(), NUMBERS[scene.objects().size()], random));
        } else {
            parts.add(facts(scene.first(), scene.first().size().word(), random));
        }
        return String.join(", ", shuffled(parts, random));
    }

    private static String facts(SceneObject object, String more, SplittableRandom random) {
        return String.join(
                " ", shuffled(List.of(object.color().word(), object.form().word(), more), random));
    }

    /** One to three questions; none of the answers to a type of question prevails over many scenes. */
    static List<Question> questions(Scene scene, SplittableRandom random) {
        List<Question> all = new ArrayList<>();
        SceneObject object = scene.objects().get(random.nextInt(scene.objects().size()));
        boolean several = scene.objects().size() > 1 && !scene.isPair();
        all.add(existence(object, random));
        if (!several) {
            all.add(new Question(
                    "colour",
                    "what colour is the " + object.form().word(),
                    object.color().word()));
            all.add(new Question(
                    "shape",
                    "what shape is the " + object.color().word() + " thing",
                    object.form().word()));
        }
        if (scene.isPair()) {
            all.add(relation(scene, random));
        }
        List<Question> some = new ArrayList<>();
        if (several || (!scene.isPair() && random.nextDouble() < SINGLE_COUNT_SHARE)) {
            some.add(new Question(
                    "count",
                    "how many " + object.form().plural() + " are there",
                    NUMBERS[scene.objects().size()]));
        }
        int wanted = Math.max(some.size(), 1 + random.nextInt(3));
        for (Question question : shuffled(all, random)) {
            if (some.size() < wanted) {
                some.add(question);
            }
        }
        return some;
    }

    private static Question existence(SceneObject object, SplittableRandom random) {
        Color color = object.color();
        Form form = object.form();
        boolean yes = random.nextBoolean();
        if (!yes && random.nextBoolean()) {
            color = Scene.pickOther(random, Color.values(), color);
        } else if (!yes) {
            form = Scene.pickOther(random, Form.values(), form);
        }
        return new Question("existence", "is there " + article(color.word() + " " + form.word()), yes ? "yes" : "no");
    }

    private static Question relation(Scene scene, SplittableRandom random) {
        boolean swapped = random.nextBoolean();
        boolean yes = random.nextBoolean();
        Scene.Relation fact = swapped ? scene.relation().opposite() : scene.relation();
        SceneObject subject = swapped ? scene.second() : scene.first();
        SceneObject object = swapped ? scene.first() : scene.second();
        String asked = (yes ? fact : fact.opposite()).phrase;
        return new Question(
                "relation",
                "is the " + subject.form().word() + " " + asked + " the "
                        + object.form().word(),
                yes ? "yes" : "no");
    }

    private static <T> List<T> shuffled(List<T> values, SplittableRandom random) {
        List<T> shuffled = new ArrayList<>(values);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            Collections.swap(shuffled, i, random.nextInt(i + 1));
        }
        return shuffled;
    }
}
