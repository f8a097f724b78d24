package dev.querent.task.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.data.DataFolder;
import dev.querent.data.Sample;
import dev.querent.data.Sample.Question;
import dev.querent.data.SampleList;
import dev.querent.data.TextPair;
import dev.querent.image.RgbImage;
import dev.querent.text.CaptionText;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ShapesTest {

    private static Shapes shapes(int train, long seed, double noise) {
        return new Shapes(new Shapes.Config(64, train, 100, 500, seed, noise), new DataFolder(Path.of("unused")));
    }

    private static String hash(RgbImage image) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(image.rgb()))
                .substring(0, 16);
    }

    /** Numbers in results refer to these pictures: a change of the drawing changes them. */
    @Test
    void picturesAreTheSameOnEveryMachine() throws Exception {
        SampleList train = shapes(10, 1, 0).split("train");
        assertThat(train.get(4).captions())
                .containsExactly("a red heart above a blue square", "a blue square below a red heart");
        assertThat(hash(train.get(4).image().get())).isEqualTo("34dc4abafab08605");
        assertThat(hash(train.get(1).image().get())).isEqualTo("8ffd4fb323e37b69");
        assertThat(hash(train.get(4).image().get()))
                .isEqualTo(hash(shapes(5, 1, 0).split("train").get(4).image().get()));
        assertThat(hash(shapes(10, 2, 0).split("train").get(4).image().get())).isNotEqualTo("34dc4abafab08605");
    }

    @Test
    void kindsOfScenesHaveTheirShares() {
        Map<String, Integer> kinds = new HashMap<>();
        for (int i = 0; i < 5000; i++) {
            Scene scene = Scene.random(new SplittableRandom(i));
            String kind = scene.isPair() ? "pair" : scene.objects().size() > 1 ? "several" : "single";
            kinds.merge(kind, 1, Integer::sum);
        }
        assertThat(kinds.get("single")).isBetween(1350, 1650);
        assertThat(kinds.get("several")).isBetween(850, 1150);
        assertThat(kinds.get("pair")).isBetween(2300, 2700);
    }

    /** A patch of a cell's size sees all of an object and nothing else. */
    @Test
    void everyObjectLiesWithinACellOfItsOwn() {
        for (int i = 0; i < 5000; i++) {
            Set<List<Integer>> cells = new HashSet<>();
            for (SceneObject object : Scene.random(new SplittableRandom(i)).objects()) {
                int column = (int) (4 * object.x());
                int row = (int) (4 * object.y());
                assertThat(cells.add(List.of(column, row))).isTrue();
                assertThat(object.x() - object.radius()).isGreaterThan(column / 4.0);
                assertThat(object.x() + object.radius()).isLessThan((column + 1) / 4.0);
                assertThat(object.y() - object.radius()).isGreaterThan(row / 4.0);
                assertThat(object.y() + object.radius()).isLessThan((row + 1) / 4.0);
            }
        }
    }

    @Test
    void relationsHoldInThePicture() {
        for (int i = 0; i < 5000; i++) {
            Scene scene = Scene.random(new SplittableRandom(i));
            if (scene.isPair()) {
                double dx = scene.second().x() - scene.first().x();
                double dy = scene.second().y() - scene.first().y();
                boolean holds = switch (scene.relation()) {
                    case LEFT -> dx > Math.abs(dy);
                    case RIGHT -> -dx > Math.abs(dy);
                    case ABOVE -> dy > Math.abs(dx);
                    case BELOW -> -dy > Math.abs(dx);
                    case NONE -> false;
                };
                assertThat(holds).as("%s", scene).isTrue();
                assertThat(scene.first().color()).isNotEqualTo(scene.second().color());
                assertThat(scene.first().form()).isNotEqualTo(scene.second().form());
            }
        }
    }

    /** Answers each question from the caption alone, which tells everything but the sizes of pairs. */
    @Test
    void answersAgreeWithCaptionsAndAreBalanced() {
        SampleList train = shapes(6000, 1, 0).split("train");
        Map<String, Map<String, Integer>> answers = new HashMap<>();
        for (int i = 0; i < train.size(); i++) {
            Sample sample = train.get(i);
            assertThat(sample.questions()).hasSizeBetween(1, 3);
            for (Question question : sample.questions()) {
                for (String caption : sample.captions()) {
                    assertThat(question.answer())
                            .as("%s: %s", caption, question)
                            .isEqualTo(answer(caption, question.text()));
                }
                answers.computeIfAbsent(question.type(), type -> new HashMap<>())
                        .merge(question.answer(), 1, Integer::sum);
            }
        }
        assertThat(answers.keySet()).containsExactlyInAnyOrder("colour", "shape", "count", "existence", "relation");
        answers.forEach((type, counts) -> {
            double even = counts.values().stream().mapToInt(Integer::intValue).sum() / (double) counts.size();
            assertThat(counts.values()).as(type).allMatch(count -> count > 0.8 * even && count < 1.2 * even);
        });
        assertThat(answers.get("count")).hasSize(4);
    }

    private static String answer(String caption, String question) {
        List<String> told = Arrays.asList(caption.replace("crosses", "cross").split(" "));
        List<String> asked = Arrays.asList(question.split(" "));
        if (question.startsWith("what colour")) {
            return told.get(indexOfForm(told, asked.get(4)) - 1);
        }
        if (question.startsWith("what shape")) {
            return singular(told.get(told.indexOf(asked.get(4)) + 1));
        }
        if (question.startsWith("how many")) {
            return told.get(0).matches("an?") ? "one" : told.get(0);
        }
        if (question.startsWith("is there")) {
            int color = told.indexOf(asked.get(3));
            return color >= 0 && singular(told.get(color + 1)).equals(asked.get(4)) ? "yes" : "no";
        }
        boolean sameOrder = indexOfForm(told, asked.get(2)) < indexOfForm(told, asked.get(asked.size() - 1));
        Map<String, String> opposite = Map.of("left", "right", "right", "left", "above", "below", "below", "above");
        String relation =
                told.stream().filter(opposite::containsKey).findFirst().orElseThrow();
        return asked.contains(sameOrder ? relation : opposite.get(relation)) ? "yes" : "no";
    }

    private static int indexOfForm(List<String> told, String form) {
        return told.stream().map(ShapesTest::singular).toList().indexOf(form);
    }

    private static String singular(String form) {
        return form.endsWith("s") && !form.equals("cross") ? form.substring(0, form.length() - 1) : form;
    }

    @Test
    void smallSplitsHavePairwiseDifferentCaptions() {
        for (String split : new String[] {"test", "validation"}) {
            SampleList samples = shapes(1, 1, 0).split(split);
            Set<String> captions = new HashSet<>();
            Set<String> ids = new HashSet<>();
            int all = 0;
            for (int i = 0; i < samples.size(); i++) {
                captions.addAll(samples.get(i).captions());
                all += samples.get(i).captions().size();
                ids.add(samples.get(i).id());
            }
            assertThat(captions).hasSize(all);
            assertThat(ids).hasSize(samples.size());
        }
        Shapes most = new Shapes(new Shapes.Config(64, 1, 2000, 2000, 3, 0), new DataFolder(Path.of("unused")));
        assertThat(most.split("test").size()).isEqualTo(2000);
    }

    @Test
    void noiseChangesCaptionsOfItsShareAndNothingElse() {
        SampleList clean = shapes(2000, 1, 0).split("train");
        SampleList noisy = shapes(2000, 1, 0.3).split("train");
        int changed = 0;
        for (int i = 0; i < clean.size(); i++) {
            changed += clean.get(i).captions().equals(noisy.get(i).captions()) ? 0 : 1;
            assertThat(noisy.get(i).questions()).isEqualTo(clean.get(i).questions());
        }
        assertThat(changed).isBetween(520, 680);
        assertThat(shapes(10, 1, 0.3).split("test").get(3).captions())
                .isEqualTo(shapes(10, 1, 0).split("test").get(3).captions());
    }

    @Test
    void everyTextIsMadeOfTheVocabulary() {
        Shapes shapes = shapes(2000, 1, 0);
        Set<String> words = new HashSet<>(shapes.words());
        assertThat(words).hasSize(shapes.words().size());
        SampleList train = shapes.split("train");
        for (int i = 0; i < shapes.textCount(); i++) {
            TextPair pair = shapes.text(i);
            String all = pair.context().replace(",", "") + " " + pair.prefix().replace(":", " : ") + " " + pair.target()
                    + " "
                    + train.get(i).captions().get(0) + " "
                    + train.get(i).questions().get(0).text();
            assertThat(words).containsAll(Arrays.asList(all.split(" +")));
            assertThat(pair).isEqualTo(shapes.text(i));
            assertThat(CaptionText.caption(train.get(i).captions().get(0)))
                    .isEqualTo(train.get(i).captions().get(0));
        }
    }

    @Test
    void wrongSettingsAndSplitsAreNamed() {
        assertThatThrownBy(() -> shapes(1, 1, 0).split("val")).hasMessageContaining("Known: train, validation, test");
        assertThatThrownBy(() -> shapes(0, 1, 0)).hasMessageContaining("train-samples");
        assertThatThrownBy(() -> shapes(1, 1, 1.5)).hasMessageContaining("noise");
    }
}
