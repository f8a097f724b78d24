package dev.querent.task.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.config.Problem;
import dev.querent.config.Problems;
import dev.querent.config.YamlReader;
import dev.querent.config.YamlWriter;
import dev.querent.data.Batch;
import dev.querent.data.BatchLoader;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.LoaderOptions;
import dev.querent.data.Quarantine;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.data.SampleReader;
import dev.querent.data.SampleSequence;
import dev.querent.image.Augmentation;
import dev.querent.image.ImageTransform;
import dev.querent.image.Preprocessing;
import dev.querent.plugin.ConfigBinder;
import dev.querent.plugin.ConfigTree;
import dev.querent.plugin.PluginDescriptor;
import dev.querent.plugin.PluginRegistry;
import dev.querent.random.RunSeed;
import dev.querent.task.objective.GenerativeTexts;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MixtureTest {

    private static final PluginRegistry REGISTRY =
            PluginRegistry.of(Mixture.class, ImageTextTable.class, ImageTextFiles.class);

    @TempDir
    private Path folder;

    private Mixture mixture(String yaml) {
        Problems problems = new Problems();
        PluginDescriptor plugin = REGISTRY.find(Dataset.class, "mixture");
        Optional<Record> config = bind(yaml, plugin, problems);
        assertThat(problems.list()).isEmpty();
        String again = YamlWriter.write(ConfigTree.of(config.orElseThrow(), plugin));
        assertThat(bind(again, plugin, problems)).isEqualTo(config);
        return (Mixture) plugin.create(config.get(), new DataFolder(folder));
    }

    private static Optional<Record> bind(String yaml, PluginDescriptor plugin, Problems problems) {
        return new ConfigBinder(problems, REGISTRY)
                .bind(YamlReader.document(yaml, "data.yaml"), "data", plugin, Set.of("plugin"));
    }

    /** A table of as many images, with the same picture. */
    private Path table(String name, int rows) throws IOException {
        StringBuilder text = new StringBuilder("image,caption\n");
        for (int i = 0; i < rows; i++) {
            ImageIO.write(
                    new BufferedImage(4, 3, BufferedImage.TYPE_INT_RGB),
                    "png",
                    folder.resolve(i + ".png").toFile());
            text.append(i + ".png,caption " + i + " of " + name + "\n");
            text.append(i + ".png,other " + i + " of " + name + "\n");
        }
        return Files.writeString(folder.resolve(name + ".csv"), text);
    }

    private String part(String name, int rows, String settings) throws IOException {
        return "  " + name + ":\n    data: {plugin: image-text-table, images: \"" + folder + "\", train: \""
                + table(name, rows) + "\"}\n" + settings;
    }

    @Test
    void drawsByWeightAndKeepsEpochsOfItsOwnForEach() throws IOException {
        Mixture mixture = mixture("parts:\n" + part("b", 40, "    weight: 1\n") + part("a", 9, "    weight: 3\n"));
        SampleList train = mixture.split("train");
        assertThat(train.size()).isEqualTo(49);
        assertThat(train.get(0).id()).isEqualTo("a/0.png");
        assertThat(train.get(48).id()).isEqualTo("b/39.png");
        assertThat(train.get(48).group()).isEqualTo("b/39.png");
        SampleSequence sequence = train.sequence(new RunSeed(3));
        int[] drawn = LongStream.range(0, 8192).mapToInt(sequence::at).toArray();
        assertThat(Arrays.stream(drawn).filter(index -> index < 9).count()).isEqualTo(6144);
        assertThat(Arrays.stream(drawn, 0, 200).filter(index -> index < 9).count())
                .isBetween(120L, 180L);
        List<Integer> ofB =
                Arrays.stream(drawn).filter(index -> index >= 9).boxed().toList();
        for (int epoch = 0; epoch < 51; epoch++) {
            assertThat(new HashSet<>(ofB.subList(epoch * 40, epoch * 40 + 40))).hasSize(40);
        }
        assertThat(ofB.subList(0, 40)).isNotEqualTo(ofB.subList(40, 80));
        SampleSequence again = train.sequence(new RunSeed(3));
        assertThat(IntStream.rangeClosed(1, 8192).map(i -> again.at(8192 - i)).toArray())
                .isEqualTo(
                        IntStream.rangeClosed(1, 8192).map(i -> drawn[8192 - i]).toArray());
        SampleSequence other = train.sequence(new RunSeed(4));
        assertThat(LongStream.range(0, 8192).mapToInt(other::at).toArray()).isNotEqualTo(drawn);
    }

    @Test
    void withoutWeightsEverySampleIsDrawnAlike() throws IOException {
        Mixture mixture = mixture("parts:\n" + part("b", 30, "") + part("a", 10, ""));
        SampleSequence sequence = mixture.split("train").sequence(new RunSeed(1));
        assertThat(LongStream.range(0, 4096)
                        .map(sequence::at)
                        .filter(index -> index < 10)
                        .count())
                .isEqualTo(1024);
        assertThat(mixture.textCount()).isEqualTo(40);
        assertThat(mixture.text(10).target()).isEqualTo("caption 0 of b");
        assertThat(mixture.words()).contains("caption", "a", "b");
        assertThat(mixture.problems()).isEmpty();
    }

    @Test
    void batchesHoldDistinctImagesDrawnCaptionsAndEachSetsPrompt() throws IOException {
        Mixture mixture = mixture("parts:\n" + part("b", 12, "    prompt: \"a photo of\"\n")
                + part("a", 6, "    question-prompt: \"Q: {} A:\"\n"));
        LoaderOptions options = LoaderOptions.of(9).withDistinctGroups().withThreads(2);
        ImageTransform transform = ImageTransform.training(4, Preprocessing.BLIP, Augmentation.DEFAULTS);
        Set<String> captions = new TreeSet<>();
        try (BatchLoader loader = new BatchLoader(
                mixture.split("train"), SampleReader.pixels(transform), options, new RunSeed(1), new Unheard())) {
            for (int step = 0; step < 12; step++) {
                Batch batch = loader.batch(step);
                assertThat(new HashSet<>(batch.groups())).hasSize(9);
                batch.captions().stream()
                        .filter(caption -> caption.endsWith(" 5 of b"))
                        .forEach(captions::add);
                GenerativeTexts.Texts texts =
                        new GenerativeTexts(new RunSeed(1), 0, 0, Sample.Prompts.NONE).of(step, batch);
                for (int row = 0; row < 9; row++) {
                    boolean ofB = batch.ids().get(row).startsWith("b/");
                    assertThat(texts.prefixes().get(row)).isEqualTo(ofB ? "a photo of" : "");
                    assertThat(texts.targets().get(row))
                            .isEqualTo(batch.captions().get(row));
                }
            }
        }
        assertThat(captions).containsExactly("caption 5 of b", "other 5 of b");
        assertThat(mixture.split("train").get(0).prompts().question()).isEqualTo("Q: {} A:");
        assertThat(mixture.words()).contains("photo", "q", ":");
    }

    private static final class Unheard implements Quarantine {
        @Override
        public void report(String sampleId, String reason) {
            throw new AssertionError(sampleId + reason);
        }

        @Override
        public void used(String sampleId) {}
    }

    @Test
    void namesEverythingThatIsWrong() throws IOException {
        Problems problems = new Problems();
        bind(
                "parts:\n  a:\n    data: {plugin: image-text-tabel, images: x}\n    weight: 0\n  b: {weight: 1}\n  c:\n"
                        + "    data: {plugin: image-text-table, image: x, train: y}\n    question-prompt: \"no place\"\n",
                REGISTRY.find(Dataset.class, "mixture"),
                problems);
        String all = problems.list().stream().map(Problem::toString).collect(Collectors.joining("\n"));
        assertThat(all)
                .contains("data.yaml:3: data.parts.a.data.plugin: ", "Did you mean image-text-table?")
                .contains("data.parts.b.data: missing; expected a map {plugin: NAME, ...} (the data set)")
                .contains("data.parts.c.data.image: unknown key.", "data.parts.c.data.images: missing");
        Mixture lopsided = mixture("parts:\n" + part("b", 3, "    weight: 10000\n") + part("a", 2, "    weight: 1\n"));
        assertThatThrownBy(() -> lopsided.split("train").sequence(new RunSeed(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("would never be drawn");
        assertThatThrownBy(() -> lopsided.split("test")).hasMessageContaining("Known: train");
    }
}
