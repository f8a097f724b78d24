package dev.querent.task.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.data.DataFolder;
import dev.querent.data.MissingDataException;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.data.TextPair;
import dev.querent.progress.Progress;
import dev.querent.testing.Tar;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On packages of twelve concepts made here, laid out as the real ones. */
class EmojiTest {

    private static final int CONCEPTS = 12;
    private static final Emoji.Config CONFIG = config(List.of(EmojiStyle.GOOGLE, EmojiStyle.FLUENT_FLAT), 6, 4, 3);

    @TempDir
    Path folder;

    private DataFolder data;
    private final List<String> opened = new ArrayList<>();
    private final List<Long> progress = new ArrayList<>();

    private static Emoji.Config config(List<EmojiStyle> train, int trainConcepts, int gallery, int heldOut) {
        return new Emoji.Config(train, EmojiStyle.OPENMOJI, EmojiStyle.TWITTER, trainConcepts, gallery, heldOut, 0, 1);
    }

    @BeforeEach
    void fetch() {
        data = new DataFolder(folder.resolve("data"));
        CONFIG.fetch(data, (done, total, values) -> progress.add(done), this::open);
    }

    private PackageArchive open(NpmPackage source, Path into) throws IOException {
        opened.add(source.name());
        Tar tar = new Tar().file("package/package.json", "{}");
        switch (source.name()) {
            case "emojibase-data" -> names(tar);
            case "fluentui-emoji" -> {
                for (int i = 0; i < CONCEPTS; i++) {
                    tar.file("package/icons/flat/thing-" + i + (i == 3 ? "-default" : "") + ".svg", svg(i));
                    tar.file("package/icons/modern/thing-" + i + ".svg", svg(i));
                }
            }
            case "openmoji" -> {
                for (int i = 0; i < CONCEPTS; i++) {
                    tar.file("package/color/svg/1F60" + Integer.toHexString(i).toUpperCase() + "-FE0F.svg", svg(i));
                }
            }
            default -> {
                String vendor = source.name().substring(source.name().lastIndexOf('-') + 1);
                for (int i = 0; i < CONCEPTS; i++) {
                    tar.file("package/img/" + vendor + "/64/1f60" + Integer.toHexString(i) + ".png", png(i));
                }
                tar.file("package/img/" + vendor + "/64/1f60b-1f3fb.png", png(0)); // a skin tone
                tar.file("package/img/" + vendor + "/sheets/64.png", png(0));
            }
        }
        return new PackageArchive(tar.write(into.resolve("package.tgz")));
    }

    private static void names(Tar tar) {
        StringBuilder table = new StringBuilder("[");
        for (int i = 0; i < CONCEPTS; i++) {
            table.append(String.format(
                    "{\"label\": \"Thing: %d\", \"hexcode\": \"1F60%X\", \"group\": %d, \"subgroup\": %d, \"tags\": [\"tag%d\", \"shared\"]},",
                    i, i, i % 2 == 0 ? 3 : 9, i % 2 == 0 ? 34 : 98, i));
        }
        table.append("{\"label\": \"light skin tone\", \"hexcode\": \"1F3FB\", \"group\": 2, \"subgroup\": 32},");
        table.append("{\"label\": \"regional indicator\", \"hexcode\": \"1F1E6\"}]");
        tar.file("package/en/data.json", table.toString());
        tar.file(
                "package/en/messages.json",
                "{\"subgroups\": [{\"key\": \"animal-mammal\", \"message\": \"mammals\"}]}");
        tar.file(
                "package/meta/groups.json",
                "{\"groups\": {\"2\": \"component\", \"3\": \"animals-nature\", \"9\": \"flags\"},"
                        + " \"subgroups\": {\"32\": \"skin-tone\", \"34\": \"animal-mammal\", \"98\": \"country-flag\"}}");
    }

    private static String svg(int shade) {
        return "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'><rect width='10' height='10' fill='rgb("
                + shade * 20 + ",0,0)'/></svg>";
    }

    private static byte[] png(int shade) throws IOException {
        BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 16; i++) {
            image.setRGB(i % 4, i / 4, shade * 20 << 16);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    private static Set<String> groups(SampleList samples) {
        Set<String> groups = new TreeSet<>();
        for (int i = 0; i < samples.size(); i++) {
            groups.add(samples.get(i).group());
        }
        return groups;
    }

    @Test
    void joinsDrawingsWithNames() throws IOException {
        EmojiFolder prepared = EmojiFolder.open(data.root().resolve("emoji"));
        assertThat(prepared.concepts()).hasSize(CONCEPTS);
        assertThat(prepared.styles()).isEqualTo(CONFIG.styles());
        for (int i = 0; i < CONCEPTS; i++) {
            EmojiConcept concept = prepared.concepts().get(i);
            assertThat(concept.label()).isEqualTo("thing: " + i);
            assertThat(concept.category()).isEqualTo(i % 2 == 0 ? "animal" : "flag");
            for (EmojiStyle style : CONFIG.styles()) {
                assertThat(prepared.drawing(concept, style).rgb()[0] & 0xFF).isEqualTo(i * 20);
            }
        }
        assertThat(progress).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        try (Stream<Path> files = Files.list(data.root())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("emoji", "emoji.lock");
        }
    }

    @Test
    void splitsKeepConceptsAndStylesApart() {
        Emoji emoji = new Emoji(CONFIG, data);
        Set<String> train = groups(emoji.split("train"));
        Set<String> gallery = groups(emoji.split("test"));
        Set<String> heldOut = groups(emoji.split("held-out"));
        assertThat(emoji.split("train").size()).isEqualTo(12); // 6 concepts, 2 styles
        assertThat(train).hasSize(6).containsAll(gallery).doesNotContainAnyElementsOf(heldOut);
        assertThat(gallery).hasSize(4).isEqualTo(groups(emoji.split("validation")));
        assertThat(heldOut).hasSize(3).isEqualTo(groups(emoji.split("held-out-known-style")));
        for (String split : emoji.splits()) {
            SampleList samples = emoji.split(split);
            for (int i = 0; i < samples.size(); i++) {
                String style = samples.get(i).id().replaceAll("emoji-(.*)-1f60.", "$1");
                assertThat(style)
                        .isIn(
                                switch (split) {
                                    case "train" -> List.of("google", "fluent-flat");
                                    case "validation" -> List.of("openmoji");
                                    case "held-out-known-style" -> List.of("google");
                                    default -> List.of("twitter");
                                });
            }
        }
        assertThatThrownBy(() -> emoji.split("dev")).hasMessageContaining("Known: train, validation, test, held-out");
    }

    @Test
    void textsAndQuestionsAreMadeOfTheVocabulary() {
        Emoji emoji = new Emoji(CONFIG, data);
        Set<String> words = new HashSet<>();
        emoji.words()
                .forEach(word -> words.addAll(
                        Arrays.asList(word.replace(":", " : ").trim().split(" +"))));
        Emoji again = new Emoji(CONFIG, data);
        for (int i = 0; i < emoji.textCount(); i++) {
            TextPair pair = emoji.text(i);
            assertThat(pair).isEqualTo(again.text(i));
            assertThat(words)
                    .containsAll(
                            Arrays.asList((pair.context().replace(",", "") + " " + pair.prefix() + " " + pair.target())
                                    .replace(":", " : ")
                                    .split(" +")));
        }
        Sample sample = emoji.split("test").get(0);
        assertThat(sample.captions()).hasSize(1);
        assertThat(sample.questions()).hasSize(3);
        assertThat(sample.questions()).isEqualTo(again.split("test").get(0).questions());
    }

    @Test
    void yesAndNoAreBalancedForEachCategory() {
        List<EmojiConcept> concepts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String category = i < 40 ? "symbol" : i < 70 ? "animal" : "flag";
            concepts.add(new EmojiConcept("" + i, "thing " + i, List.of(), category, "things", Set.of()));
        }
        EmojiText text = new EmojiText(concepts);
        Map<String, int[]> counts = new HashMap<>();
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 100; round++) {
            for (EmojiConcept concept : concepts) {
                Sample.Question question = text.questions(concept, random).get(2);
                assertThat(question.answer()).isEqualTo(question.text().endsWith(concept.category()) ? "yes" : "no");
                counts.computeIfAbsent(question.text(), key -> new int[2])[
                        question.answer().equals("yes") ? 0 : 1]++;
            }
        }
        counts.forEach((question, yesNo) -> assertThat((double) yesNo[0] / (yesNo[0] + yesNo[1]))
                .as(question)
                .isBetween(0.43, 0.57));
    }

    @Test
    void keywordsMakeFurtherCaptions() {
        EmojiConcept concept =
                new EmojiConcept("1", "guide dog", List.of("dog", "blind", "guide", "animal"), "animal", "", Set.of());
        assertThat(EmojiText.captions(concept, 0)).containsExactly("guide dog");
        assertThat(EmojiText.captions(concept, 1)).containsExactly("guide dog", "guide dog, blind");
        assertThat(EmojiText.captions(concept, 9))
                .containsExactly("guide dog", "guide dog, blind", "guide dog, animal");
    }

    @Test
    void fetchesOnlyWhatIsMissing() {
        opened.clear();
        CONFIG.fetch(data, Progress.SILENT, this::open);
        assertThat(opened).isEmpty();
        Emoji.Config more = config(List.of(EmojiStyle.FLUENT_MODERN), 6, 4, 3);
        assertThatThrownBy(() -> new Emoji(more, data))
                .isInstanceOf(MissingDataException.class)
                .hasMessageContaining("lack the drawings of fluent-modern");
        more.fetch(data, Progress.SILENT, this::open);
        assertThat(new Emoji(more, data).split("train").size()).isEqualTo(6);
        assertThat(new Emoji(CONFIG, data).split("train").size()).isEqualTo(12);
    }

    @Test
    void damagedOrMissingDataIsNamedAndGotAgain() throws IOException {
        Path drawings = data.root().resolve("emoji/drawings.bin");
        byte[] bytes = Files.readAllBytes(drawings);
        bytes[100] ^= 1;
        Files.write(drawings, bytes);
        assertThatThrownBy(() -> new Emoji(CONFIG, data))
                .isInstanceOf(MissingDataException.class)
                .hasMessageContaining("drawings.bin is missing or not as it was written");
        assertThat(DataCheck.of(data.root().resolve("emoji"), Progress.SILENT).problems())
                .hasSize(1);
        CONFIG.fetch(data, Progress.SILENT, this::open);
        DataCheck check = DataCheck.of(data.root().resolve("emoji"), Progress.SILENT);
        assertThat(check.problems()).isEmpty();
        assertThat(check.images()).isEqualTo(4 * CONCEPTS);
        assertThatThrownBy(() -> new Emoji(CONFIG, new DataFolder(folder.resolve("nowhere"))))
                .isInstanceOf(MissingDataException.class)
                .hasMessageContaining("querent data fetch emoji");
    }

    @Test
    void aFailedFetchLeavesWhatWasThere() throws IOException {
        Emoji.Config more = config(List.of(EmojiStyle.FLUENT_MODERN), 6, 4, 3);
        PackageSource failing = (source, into) -> {
            if (source.name().startsWith("fluent")) {
                throw new IOException("not the package that was pinned");
            }
            return open(source, into);
        };
        assertThatThrownBy(() -> more.fetch(data, Progress.SILENT, failing))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("not the package that was pinned");
        assertThat(new Emoji(CONFIG, data).split("train").size()).isEqualTo(12);
        assertThat(data.root().resolve("emoji.partial")).doesNotExist();
    }

    @Test
    void impossibleSettingsAreNamed() {
        assertThatThrownBy(() -> config(List.of(EmojiStyle.TWITTER), 6, 4, 3))
                .hasMessageContaining("test-style: twitter");
        assertThatThrownBy(() -> config(List.of(EmojiStyle.OPENMOJI), 6, 4, 3))
                .hasMessageContaining("validation-style");
        assertThatThrownBy(() -> config(List.of(), 6, 4, 3)).hasMessageContaining("train-styles");
        assertThatThrownBy(() -> new Emoji(config(List.of(EmojiStyle.GOOGLE), 6, 6, 7), data))
                .hasMessageContaining("expected 12 at most in all");
        assertThatThrownBy(() -> new Emoji(config(List.of(EmojiStyle.GOOGLE), 10, 4, 3), data))
                .hasMessageContaining("train-concepts: expected 9 at most");
    }

    @Test
    void checkNamesBadImagesOfAFolder() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images/deep"));
        Files.write(images.resolve("good.png"), png(3));
        Files.writeString(images.resolve("bad.jpg"), "no image");
        Files.writeString(images.resolve("notes.txt"), "no image either");
        DataCheck check = DataCheck.of(folder.resolve("images"), Progress.SILENT);
        assertThat(check.images()).isEqualTo(2);
        assertThat(check.problems()).singleElement().asString().contains("bad.jpg: of no known image format");
        assertThat(DataCheck.of(folder.resolve("none"), Progress.SILENT).problems())
                .hasSize(1);
        assertThat(DataCheck.of(Files.createDirectories(folder.resolve("empty")), Progress.SILENT)
                        .problems())
                .singleElement()
                .asString()
                .contains("holds no image");
    }
}
