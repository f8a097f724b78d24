package dev.querent.task.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.querent.data.Sample;
import dev.querent.progress.StoppedException;
import dev.querent.report.StepResults;
import dev.querent.step.PartFiles;
import dev.querent.step.PartitionWork;
import dev.querent.task.metric.AnswerVariant;
import dev.querent.task.metric.RecallAtK;
import dev.querent.task.scoring.PredictionFile;
import dev.querent.task.scoring.ScoredBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The paper's protocol on a gallery that is small enough to do it plainly. */
class RetrievalEvaluationTest {

    private static final List<String> FILES =
            List.of("results.json", "predictions.jsonl", "gallery.json", "rankings.json");
    private static final int[] CUTS = {1, 5, 10};

    @TempDir
    private Path folder;

    private final NumberWorld numbers = new NumberWorld();

    private static RetrievalEvaluation step(int rerank, int folds) {
        return new RetrievalEvaluation(
                new RetrievalEvaluation.Config("test", Optional.empty(), 500, false, 2, rerank, folds, 3, 5));
    }

    /** All of it with every pair scored, one text and one image after the other. */
    private static final class Plain {
        private final List<Integer> images = new ArrayList<>();
        private final List<Integer> owners = new ArrayList<>();
        private final List<String> texts = new ArrayList<>();
        private final float[][] toText;
        private final float[][] toImage;
        final Set<List<Integer>> candidates = new TreeSet<>(Comparator.comparing(List::toString));

        /** @param all with their numbers at their places */
        Plain(List<Sample> all, List<Integer> broken, int best) {
            for (int number = 0; number < all.size(); number++) {
                if (!broken.contains(number)) {
                    for (String caption :
                            all.get(number).captions().stream().limit(2).toList()) {
                        texts.add(caption);
                        owners.add(images.size());
                    }
                    images.add(number);
                }
            }
            float[][] cosines = new float[images.size()][texts.size()];
            float[][] turned = new float[texts.size()][images.size()];
            for (int image = 0; image < cosines.length; image++) {
                for (int text = 0; text < turned.length; text++) {
                    cosines[image][text] = NumberWorld.similarity(images.get(image), texts.get(text));
                    turned[text][image] = cosines[image][text];
                }
            }
            toText = reranked(cosines, best, false);
            toImage = reranked(turned, best, true);
        }

        private float[][] reranked(float[][] cosines, int best, boolean queriesAreTexts) {
            float[][] scores = new float[cosines.length][];
            for (int query = 0; query < cosines.length; query++) {
                float[] row = cosines[query];
                scores[query] = row.clone();
                for (int item = 0; item < row.length; item++) {
                    scores[query][item] -= 100;
                }
                for (int item : IntStream.range(0, row.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer item) -> -row[item]))
                        .limit(best)
                        .toList()) {
                    int image = queriesAreTexts ? item : query;
                    int text = queriesAreTexts ? query : item;
                    candidates.add(List.of(image, text));
                    scores[query][item] = NumberWorld.match(images.get(image), texts.get(text)) + row[item];
                }
            }
            return scores;
        }

        /** Recalls of the images from {@code start} to before {@code end} and their texts. */
        Map<String, Double> recalls(int start, int end) {
            int from = (int) owners.stream().filter(owner -> owner < start).count();
            int to = (int) owners.stream().filter(owner -> owner < end).count();
            List<Integer> textRanks = new ArrayList<>();
            for (int image = start; image < end; image++) {
                int query = image;
                textRanks.add(RecallAtK.rank(
                        Arrays.copyOfRange(toText[image], from, to), text -> owners.get(from + text) == query));
            }
            List<Integer> imageRanks = new ArrayList<>();
            for (int text = from; text < to; text++) {
                int owner = owners.get(text);
                imageRanks.add(
                        RecallAtK.rank(Arrays.copyOfRange(toImage[text], start, end), image -> start + image == owner));
            }
            Map<String, Double> recalls = new TreeMap<>();
            for (int cut : CUTS) {
                recalls.put("itm-image-to-text-recall-" + cut, RecallAtK.recall(textRanks, cut));
                recalls.put("itm-text-to-image-recall-" + cut, RecallAtK.recall(imageRanks, cut));
            }
            return recalls;
        }
    }

    private Map<String, Double> found(Path at) {
        return StepResults.read(at).orElseThrow().numbers();
    }

    @ParameterizedTest
    @CsvSource({"1,-1", "3,-1", "12,-1", "1000,-1", "3,7", "12,0"})
    void isThatOfEveryPairScoredPlainly(int rerank, int broken) {
        List<Integer> bad = broken < 0 ? List.of() : List.of(broken);
        ColourWorld world = numbers.at(folder, 23, bad);
        step(rerank, 4).run(world);

        Plain plain = new Plain(world.samples, bad, rerank);
        Map<String, Double> found = found(folder);
        assertThat(found)
                .containsEntry("images", (double) plain.images.size())
                .containsEntry("texts", (double) plain.texts.size())
                .containsAllEntriesOf(plain.recalls(0, plain.images.size()));
        for (String name : plain.recalls(0, 1).keySet()) {
            double mean = IntStream.range(0, 4)
                    .mapToDouble(fold -> Optional.ofNullable(
                                    plain.recalls(fold * plain.images.size() / 4, (fold + 1) * plain.images.size() / 4)
                                            .get(name))
                            .orElseThrow())
                    .average()
                    .orElseThrow();
            assertThat(found.get("folds-" + name)).as(name).isCloseTo(mean, within(1e-12));
        }
        assertThat(numbers.longest).isEqualTo(35);
        assertThat(numbers.looks).as("each image once in each half").isEqualTo(2 * plain.images.size());
        assertThat(numbers.pairs) // with up to three of each image for ITM's accuracy
                .isBetween(plain.candidates.size(), plain.candidates.size() + 3 * plain.images.size());
        assertThat(world.quarantined).hasSize(bad.size());
    }

    @Test
    void allRerankedIsBySimilarityWhereNothingIsReranked() {
        ColourWorld world = numbers.at(folder, 23, List.of());
        step(1, 1).run(world);
        Map<String, Double> one = found(folder); // re-ranking a single candidate changes nothing
        for (String direction : List.of("image-to-text", "text-to-image")) {
            for (int cut : CUTS) {
                String name = direction + "-recall-" + cut;
                assertThat(one.get("itm-" + name)).isEqualTo(one.get("itc-" + name));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 12, 1000})
    void theMetricsCommandFindsTheSameInTheRankings(int rerank) {
        step(rerank, 1).run(numbers.at(folder, 23, List.of(4)));
        Map<String, Double> found = found(folder);
        Map<String, Double> scored = new PredictionFile(
                        ScoredBenchmark.COCO_RETRIEVAL,
                        folder.resolve("gallery.json"),
                        folder.resolve("rankings.json"),
                        Optional.empty(),
                        AnswerVariant.OFFICIAL,
                        Optional.empty())
                .score()
                .overall();
        for (int cut : CUTS) {
            assertThat(scored.get("txt_r" + cut) / 100)
                    .isCloseTo(found.get("itm-image-to-text-recall-" + cut), within(1e-12));
            assertThat(scored.get("img_r" + cut) / 100)
                    .isCloseTo(found.get("itm-text-to-image-recall-" + cut), within(1e-12));
        }
        assertThat(scored.get("r_mean") / 100).isCloseTo(found.get("itm-recall-mean"), within(1e-12));
    }

    private Path unbroken() {
        Path whole = folder.resolve("whole");
        step(3, 2).run(numbers.at(whole, 23, List.of(6)));
        return whole;
    }

    private static void assertSameBytes(Path actual, Path expected) throws IOException {
        for (String file : FILES) {
            assertThat(Files.readAllBytes(actual.resolve(file))).isEqualTo(Files.readAllBytes(expected.resolve(file)));
        }
    }

    @Test
    void stoppedAnywhereItGoesOnAndFindsTheSame() throws IOException {
        Path whole = unbroken();
        boolean stopped = true;
        for (int asked = 0; stopped; asked++) {
            Path at = folder.resolve("stopped-" + asked);
            ColourWorld world = numbers.at(at, 23, List.of(6));
            world.stopAfter = asked;
            stopped = false;
            try {
                step(3, 2).run(world);
            } catch (StoppedException e) {
                stopped = true;
                assertThat(at.resolve("results.json")).doesNotExist();
                step(3, 2).run(numbers.at(at, 23, List.of(6)));
            }
            assertSameBytes(at, whole);
        }
    }

    @Test
    void workersInAnyOrderLeaveTheSame() throws IOException {
        Path whole = unbroken();
        Path at = folder.resolve("shared");
        RetrievalEvaluation step = step(3, 2);
        ColourWorld world = numbers.at(at, 23, List.of(6));
        int count = step.partitions(world);
        assertThat(count).isEqualTo(10);
        assertThat(step.barriers(world)).containsExactly(5);
        PartFiles parts = new PartFiles(at, count);
        try (PartitionWork one = step.open(world);
                PartitionWork other = step(3, 2).open(numbers.at(at, 23, List.of(6)))) {
            for (int partition : new int[] {4, 0, 3}) {
                parts.write(partition, one);
            }
            for (int partition : new int[] {2, 1, 9, 5}) {
                parts.write(partition, other);
            }
            Files.delete(parts.file(9)); // its writer died
            for (int partition : new int[] {8, 9, 6, 7}) {
                parts.write(partition, one);
            }
        }
        step.merge(world, parts);
        assertSameBytes(at, whole);
    }

    @Test
    void aGalleryWithoutOneUsableImageIsRefused() {
        ColourWorld world = numbers.at(folder, 2, List.of(0, 1));
        assertThatThrownBy(() -> step(3, 1).run(world)).hasMessageContaining("nothing to evaluate");
        assertThat(world.quarantined).hasSize(2);
    }

    @Test
    void foldsNeedTextsThatCountForThemselves() {
        assertThatThrownBy(() -> new RetrievalEvaluation.Config("test", Optional.empty(), 500, true, 1, 128, 5, 64, 64))
                .hasMessageContaining("different-captions: false");
    }
}
