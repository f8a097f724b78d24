package dev.querent.task.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.data.Batch;
import dev.querent.data.BatchLoader;
import dev.querent.data.DataFolder;
import dev.querent.data.LoaderOptions;
import dev.querent.data.Quarantine;
import dev.querent.data.SampleReader;
import dev.querent.image.Augmentation;
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
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole epoch over a generated corpus, then the last three tenths again from a cold start: 5,000 samples here, a million with
 * {@code -Psoak} (2 GB of disk, some minutes). What it measures is printed; docs/results/data_2-core-cpu_202611.md has a run.
 */
class LargeCorpusTest {

    private static final int SAMPLES = Integer.getInteger("querent.corpus-samples", 5_000);
    private static final int SHARDS = 100;
    private static final int BATCH = 250;
    private static final int PICTURES = 64;
    private static final long MOST_GROWTH = 48L << 20;

    @TempDir
    private Path folder;

    private void generate() throws IOException {
        List<byte[]> pictures = new ArrayList<>();
        for (int i = 0; i < PICTURES; i++) {
            BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_3BYTE_BGR);
            image.setRGB(i % 16, i / 16, 0xFF8040);
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            ImageIO.write(image, "png", png);
            pictures.add(png.toByteArray());
        }
        for (int shard = 0; shard < SHARDS; shard++) {
            Tar tar = new Tar();
            for (int number = shard; number < SAMPLES; number += SHARDS) {
                String key = String.format("%09d", number);
                tar.file(key + ".png", pictures.get(number % PICTURES)).file(key + ".txt", "picture " + number);
            }
            Files.write(folder.resolve(String.format("%05d.tar", shard)), tar.bytes());
        }
    }

    private BatchLoader loader() {
        WebDataset data = new WebDataset(
                new WebDataset.Config(
                        folder.toString(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
                new DataFolder(folder));
        return new BatchLoader(
                data.split("train"),
                SampleReader.pixels(ImageTransform.training(16, Preprocessing.BLIP, Augmentation.DEFAULTS)),
                LoaderOptions.of(BATCH).withDistinctGroups(),
                new RunSeed(7),
                new Quarantine() {
                    @Override
                    public void report(String sampleId, String reason) {
                        throw new AssertionError(sampleId + ": " + reason);
                    }

                    @Override
                    public void used(String sampleId) {}
                });
    }

    private static long usedMemory() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static int fingerprint(Batch batch) {
        return Arrays.hashCode(new int[] {batch.ids().hashCode(), Arrays.hashCode(batch.values())});
    }

    private static void say(String what, long since) {
        System.out.printf("%d samples: %s after %.1f s%n", SAMPLES, what, (System.nanoTime() - since) / 1e9);
    }

    @Test
    void anEpochTakesFlatMemoryAndIsTakenUpAnywhere() throws IOException {
        long start = System.nanoTime();
        generate();
        say("generated", start);
        int steps = SAMPLES / BATCH;
        int resumed = steps * 7 / 10;
        List<Integer> rest = new ArrayList<>();
        List<Long> memory = new ArrayList<>();
        BitSet met = new BitSet();
        long begun = System.nanoTime();
        try (BatchLoader loader = loader()) {
            say("indexed and opened", begun);
            for (int step = 0; step < steps; step++) {
                Batch batch = loader.batch(step);
                batch.ids().forEach(id -> met.set(Integer.parseInt(id.substring(id.length() - 9))));
                if (step >= resumed) {
                    rest.add(fingerprint(batch));
                }
                if (step % Math.max(1, steps / 10) == 0) {
                    memory.add(usedMemory());
                }
            }
        }
        say("read an epoch", begun);
        System.out.println("memory in use in MB, at each tenth: "
                + memory.stream().map(bytes -> bytes >> 20).toList());
        assertThat(met.cardinality()).isEqualTo(SAMPLES);
        assertThat(memory).allMatch(bytes -> bytes < memory.get(0) + MOST_GROWTH);

        long again = System.nanoTime();
        try (BatchLoader loader = loader()) {
            Batch first = loader.batch(resumed);
            say("opened and at sample " + resumed * BATCH + " again", again);
            assertThat(fingerprint(first)).isEqualTo(rest.get(0));
            for (int step = resumed + 1; step < Math.min(steps, resumed + 100); step++) {
                assertThat(fingerprint(loader.batch(step))).isEqualTo(rest.get(step - resumed));
            }
        }
    }
}
