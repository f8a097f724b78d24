package dev.querent.task.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.data.Batch;
import dev.querent.data.BatchLoader;
import dev.querent.data.DataFolder;
import dev.querent.data.LoaderOptions;
import dev.querent.data.MissingDataException;
import dev.querent.data.Quarantine;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.data.SampleReader;
import dev.querent.image.Augmentation;
import dev.querent.image.BadImageException;
import dev.querent.image.ImageTransform;
import dev.querent.image.Preprocessing;
import dev.querent.random.RunSeed;
import dev.querent.testing.Tar;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebDatasetTest {

    private static final ImageTransform TRANSFORM =
            ImageTransform.training(4, Preprocessing.BLIP, Augmentation.DEFAULTS);

    @TempDir
    private Path folder;

    private static byte[] picture(int number, String format) throws IOException {
        BufferedImage image = new BufferedImage(6, 5, BufferedImage.TYPE_INT_RGB);
        image.setRGB(number % 6, number % 5, 0xFFFFFF);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(image, format, file);
        return file.toByteArray();
    }

    /** Shards of uneven sizes; keys as img2dataset gives them. */
    private WebDataset generated(int... sizes) throws IOException {
        for (int shard = 0; shard < sizes.length; shard++) {
            Tar tar = new Tar();
            for (int i = 0; i < sizes[shard]; i++) {
                String key = String.format("%05d%04d", shard, i);
                tar.file(key + ".jpg", picture(i, "jpg"))
                        .file(
                                key + ".json",
                                "{\"caption\": \"of json\", \"key\": \"" + key + "\", \"status\": \"success\"}")
                        .file(key + ".txt", "Picture " + i + " of " + shard);
            }
            Files.write(folder.resolve(String.format("%05d.tar", shard)), tar.bytes());
        }
        return open(folder.toString(), 2);
    }

    private WebDataset open(String train, int window) {
        return new WebDataset(
                new WebDataset.Config(
                        train, Optional.empty(), Optional.of(train), Optional.empty(), Optional.of(window)),
                new DataFolder(folder));
    }

    private static final class Seen implements Quarantine {
        final Map<String, String> bad = new TreeMap<>();

        @Override
        public synchronized void report(String sampleId, String reason) {
            bad.put(sampleId, reason);
        }

        @Override
        public void used(String sampleId) {}
    }

    @Test
    void readsImagesAndCaptions() throws IOException {
        WebDataset data = generated(3, 0, 4);
        SampleList samples = data.split("train");
        assertThat(data.splits()).containsExactly("train", "test");
        assertThat(samples.size()).isEqualTo(7);
        Sample sample = samples.get(3);
        assertThat(sample.id()).isEqualTo("00002.tar:000020000");
        assertThat(sample.captions()).containsExactly("Picture 0 of 2");
        assertThat(sample.image().get().width()).isEqualTo(6);
        assertThat(data.textCount()).isEqualTo(7);
        assertThat(data.text(6).target()).isEqualTo("Picture 3 of 2");
        assertThat(data.words()).contains("picture", "of");
        assertThatThrownBy(() -> data.split("validation")).hasMessageContaining("Known: train, test");
    }

    @Test
    void takesCaptionsFromJsonWhereThereIsNoText() throws IOException {
        byte[] image = picture(1, "png");
        Files.write(
                folder.resolve("a.tar"),
                new Tar()
                        .file("1.png", image)
                        .file("1.json", "{\"captions\": [\"one\", \"two\"]}")
                        .file("2.png", image)
                        .file("2.json", "{\"caption\": \"only\"}")
                        .file("2.txt", "  \n")
                        .file("3.json", "{\"caption\": \"no image\"}")
                        .file("4.png", image)
                        .file("5.png", image)
                        .file("5.json", "{\"caption\"")
                        .file("6.png", "no image at all")
                        .file("6.txt", "six")
                        .bytes());
        SampleList samples = open(folder + "/a.tar", 1).split("train");
        assertThat(samples.get(0).captions()).containsExactly("one", "two");
        assertThat(samples.get(1).captions()).containsExactly("only");
        List<String> reasons = new ArrayList<>();
        for (int index = 2; index < 6; index++) {
            Sample sample = samples.get(index);
            assertThatThrownBy(() -> sample.image().get())
                    .isInstanceOf(BadImageException.class)
                    .satisfies(thrown -> reasons.add(thrown.getMessage()));
        }
        assertThat(reasons.get(0)).startsWith("a.tar:3: has no image");
        assertThat(reasons.get(1)).startsWith("a.tar:4: has no caption");
        assertThat(reasons.get(2)).startsWith("a.tar:5: its json is none");
        assertThat(reasons.get(3)).startsWith("a.tar:6: of no known image format");
    }

    @Test
    void namesShardsThatAreMissing() throws IOException {
        generated(1);
        assertThatThrownBy(() -> open(folder + "/{00000..00001}.tar", 1))
                .isInstanceOf(MissingDataException.class)
                .hasMessage("data.train: there is no file " + folder.resolve("00001.tar"));
    }

    private static List<String> run(WebDataset data, int threads, long from, long to, Quarantine quarantine) {
        LoaderOptions options = LoaderOptions.of(5).withThreads(threads).withDistinctGroups();
        List<String> batches = new ArrayList<>();
        try (BatchLoader loader = new BatchLoader(
                data.split("train"), SampleReader.pixels(TRANSFORM), options, new RunSeed(4), quarantine)) {
            for (long step = from; step < to; step++) {
                Batch batch = loader.batch(step);
                assertThat(new HashSet<>(batch.ids())).hasSize(5);
                batches.add(batch.ids() + " " + batch.captions() + " " + Arrays.hashCode(batch.values()));
            }
        }
        return batches;
    }

    @Test
    void anyNumberOfThreadsAndAnyBeginningGiveTheSameBatches() throws IOException {
        WebDataset data = generated(7, 9, 4, 12);
        List<String> whole = run(data, 1, 0, 13, new Seen());
        assertThat(run(data, 4, 0, 13, new Seen())).isEqualTo(whole);
        assertThat(run(open(folder.toString(), 2), 3, 9, 13, new Seen())).isEqualTo(whole.subList(9, 13));
        assertThat(new HashSet<>(whole)).hasSize(13);
    }

    @Test
    void quarantinesBadSamplesAndTheRestOfDamagedShardsByShardAndKey() throws IOException {
        generated(6, 6);
        byte[] good = picture(1, "jpg");
        byte[] shard = new Tar()
                .file("20.jpg", good)
                .file("20.txt", "good")
                .entry("21.jpg", '2', new byte[0], 0)
                .file("21.txt", "a link")
                .file("22.jpg", Arrays.copyOf(good, good.length / 2))
                .file("22.txt", "cut")
                .file("23.jpg", good)
                .file("23.txt", "good")
                .file("24.jpg", good)
                .unfinished();
        Files.write(folder.resolve("00002.tar"), Arrays.copyOf(shard, shard.length - good.length / 2 - 512));
        Seen seen = new Seen();
        List<String> batches = run(open(folder.toString(), 3), 2, 0, 10, seen);
        assertThat(seen.bad.keySet()).containsExactly("00002.tar:", "00002.tar:21", "00002.tar:22");
        assertThat(seen.bad.get("00002.tar:")).contains("cut short", "the 4 samples before that are used");
        assertThat(seen.bad.get("00002.tar:21")).contains("is no plain file but of type '2'");
        assertThat(String.join(" ", batches))
                .contains("00002.tar:20", "00002.tar:23")
                .doesNotContain("00002.tar:24");
    }
}
