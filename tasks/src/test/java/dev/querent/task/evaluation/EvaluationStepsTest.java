package dev.querent.task.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.querent.generation.DecodingConfig;
import dev.querent.model.Bridge;
import dev.querent.model.RepresentationLearner;
import dev.querent.progress.StoppedException;
import dev.querent.report.Prediction;
import dev.querent.report.StepResults;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PartFiles;
import dev.querent.step.PipelineStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps on a world of colours whose models are hand-written, so that every number is known. */
class EvaluationStepsTest {

    @TempDir
    private Path folder;

    private static final DecodingConfig BEAMS = new DecodingConfig(3, 1, 1, 6);

    private static RetrievalEvaluation retrieval(int gallery, boolean different, int rerank) {
        return new RetrievalEvaluation(
                new RetrievalEvaluation.Config("test", Optional.empty(), gallery, different, 1, rerank, 1, 4, 4));
    }

    private static CaptioningEvaluation captioning(CaptioningEvaluation.Reader reader) {
        return new CaptioningEvaluation(new CaptioningEvaluation.Config(
                Optional.empty(),
                "test",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                reader,
                "",
                BEAMS,
                4,
                8));
    }

    private static QuestionEvaluation questions() {
        return questions(Optional.empty());
    }

    private static QuestionEvaluation questions(Optional<Integer> images) {
        return new QuestionEvaluation(new QuestionEvaluation.Config(
                Optional.empty(), "test", images, Optional.empty(), Optional.empty(), false, BEAMS, 4, 8));
    }

    private static Probe probe(Probe.Target target, boolean untrained) {
        return new Probe(new Probe.Config("test", 100, 100, target, 1, untrained, 100, 4));
    }

    private Map<String, Double> numbers(PipelineStep step, ColourWorld world) {
        step.run(world);
        PartFiles.delete(folder);
        return StepResults.read(folder).orElseThrow().numbers();
    }

    @Test
    void whoSeesEverythingFindsEverything() {
        Map<String, Double> numbers = numbers(retrieval(6, true, 3), new ColourWorld(folder, 13));
        assertThat(numbers)
                .containsEntry("images", 6.0)
                .containsEntry("itc-image-to-text-recall-1", 1.0)
                .containsEntry("itc-text-to-image-recall-1", 1.0)
                .containsEntry("itm-image-to-text-recall-1", 1.0)
                .containsEntry("itm-text-to-image-recall-1", 1.0)
                .containsEntry("itm-balanced-accuracy-hardest", 1.0)
                .containsEntry("itm-balanced-accuracy-random", 1.0);
        assertThat(numbers.get("chance-image-to-text-recall-5")).isCloseTo(5 / 6.0, within(1e-12));
        assertThat(StepResults.predictions(folder)).hasSize(6).allMatch(Prediction::correct);
        assertThat(folder.resolve("samples/005.png")).exists();
    }

    @Test
    void twoColoursTakenForEachOtherCostTheirShare() {
        ColourWorld world = new ColourWorld(folder, 6);
        world.seenAs = Map.of("red", "green", "green", "red");
        Map<String, Double> numbers = numbers(retrieval(6, true, 6), world);
        assertThat(numbers.get("itc-image-to-text-recall-1")).isCloseTo(4 / 6.0, within(1e-12));
        assertThat(numbers.get("itm-text-to-image-recall-1")).isCloseTo(4 / 6.0, within(1e-12));
        // matched pairs: 4 of 6 accepted; hardest wrong texts: the two swapped ones are accepted
        assertThat(numbers.get("itm-balanced-accuracy-hardest")).isCloseTo(4 / 6.0, within(1e-12));
    }

    @Test
    void matchingThatAcceptsEverythingIsAtChance() {
        ColourWorld world = new ColourWorld(folder, 6);
        world.credulous = true;
        assertThat(numbers(retrieval(6, true, 2), world))
                .containsEntry("itm-balanced-accuracy-random", 0.5)
                .containsEntry("itm-image-to-text-recall-1", 1.0); // equal logits: the cosine decides
    }

    @Test
    void anyImageOfTheSameColourOrGroupIsAHit() {
        ColourWorld world = new ColourWorld(folder, 12); // each colour twice
        Map<String, Double> numbers = numbers(retrieval(12, false, 4), world);
        assertThat(numbers)
                .containsEntry("images", 12.0)
                .containsEntry("texts", 12.0)
                .containsEntry("itc-text-to-image-recall-1", 1.0);
        assertThat(numbers.get("chance-text-to-image-recall-1")).isCloseTo(2 / 12.0, within(1e-12));
    }

    @Test
    void aBrokenImageIsRecordedAndLeftOut() {
        ColourWorld world = new ColourWorld(folder, 2);
        world.addBroken("bad");
        world.add("after", "blue", "blue");
        assertThat(numbers(retrieval(4, true, 2), world)).containsEntry("images", 3.0);
        assertThat(world.quarantined).containsExactly("bad: broken picture");
        assertThat(StepResults.predictions(folder)).extracting(Prediction::id).containsExactly("i0", "i1", "after");
    }

    @Test
    void captionsAreComparedWithTheirReferencesByBothReaders() {
        for (CaptioningEvaluation.Reader reader : CaptioningEvaluation.Reader.values()) {
            ColourWorld world = new ColourWorld(folder, 6);
            world.seenAs = Map.of("red", "green");
            Map<String, Double> numbers = numbers(captioning(reader), world);
            assertThat(numbers.get("exact-match")).isCloseTo(5 / 6.0, within(1e-12));
            // "a green thing" for "a red thing": 2 of 3 words each way
            assertThat(numbers.get("token-f1")).isCloseTo((5 + 2 / 3.0) / 6, within(1e-12));
            assertThat(numbers.get("word-overlap")).isCloseTo((5 + 2 / 4.0) / 6, within(1e-12));
            assertThat(numbers.get("constant-exact-match")).isCloseTo(1 / 6.0, within(1e-12));
            assertThat(numbers.get("constant-token-f1")).isCloseTo((1 + 5 * 2 / 3.0) / 6, within(1e-12));
            assertThat(StepResults.predictions(folder).get(0).prediction()).isEqualTo("a green thing");
        }
    }

    @Test
    void answersAreCountedByType() {
        ColourWorld world = new ColourWorld(folder, 6);
        world.seenAs = Map.of("blue", "red");
        Map<String, Double> numbers = numbers(questions(), world);
        assertThat(numbers).containsEntry("questions", 12.0);
        assertThat(numbers.get("accuracy-colour")).isCloseTo(5 / 6.0, within(1e-12));
        assertThat(numbers.get("majority-colour")).isCloseTo(1 / 6.0, within(1e-12));
        assertThat(numbers.get("accuracy-is-red")).isCloseTo(5 / 6.0, within(1e-12));
        assertThat(numbers.get("majority-is-red")).isCloseTo(5 / 6.0, within(1e-12));
        assertThat(numbers.get("balanced-accuracy-is-red")).isCloseTo((1 + 4 / 5.0) / 2, within(1e-12));
        assertThat(numbers).doesNotContainKey("balanced-accuracy-colour");
        assertThat(numbers.get("accuracy")).isCloseTo(10 / 12.0, within(1e-12));
        assertThat(numbers.get("majority")).isCloseTo(6 / 12.0, within(1e-12));
    }

    @Test
    void ofSamplesTheFirstThatHaveQuestionsAreAskedAndBrokenOnesAreLeftOut() {
        ColourWorld world = new ColourWorld(folder, 2);
        world.addSilent("silent");
        world.addBroken("bad");
        world.add("last", "blue", "blue");
        world.add("one too many", "blue", "blue");
        assertThat(numbers(questions(Optional.of(4)), world))
                .containsEntry("images", 3.0)
                .containsEntry("questions", 6.0)
                .containsEntry("accuracy", 1.0);
        assertThat(world.quarantined).containsExactly("bad: broken picture");
        assertThat(StepResults.predictions(folder))
                .extracting(Prediction::id)
                .containsExactly("i0", "i0", "i1", "i1", "last", "last");
        assertThat(StepResults.predictions(folder).get(5).picture()).isEqualTo("samples/003.png");
        assertThat(StepResults.read(folder).orElseThrow().notes())
                .anyMatch(note -> note.contains("(quarantine.jsonl): 1"));
    }

    @Test
    void captionsOfAnyDataHaveTheOfficialMeasuresToo() {
        Map<String, Double> numbers =
                numbers(captioning(CaptioningEvaluation.Reader.LANGUAGE), new ColourWorld(folder, 6));
        assertThat(numbers.get("bleu-1")).isCloseTo(1, within(1e-6));
        assertThat(numbers.get("rouge-l")).isCloseTo(1, within(1e-12));
        assertThat(numbers.get("cider")).isPositive(); // of three tokens: no n-gram of four
        assertThat(numbers).doesNotContainKeys("meteor", "spice").containsEntry("different-captions", 1.0);
        assertThat(folder.resolve("predictions.json")).doesNotExist();
    }

    @Test
    void theProbeReadsGroupsOffTheQueries() {
        Map<String, Double> numbers = numbers(probe(Probe.Target.AUTO, false), new ColourWorld(folder, 18));
        assertThat(numbers.get("queries")).isEqualTo(1.0);
        assertThat(numbers.get("queries-train")).isEqualTo(1.0);
        assertThat(numbers.get("chance")).isCloseTo(1 / 6.0, within(1e-12));
        assertThat(numbers).containsKeys("vision", "vision-mean");
        // one query is constant, the other one of six unit vectors: never alike
        assertThat(numbers.get("query-cosine")).isCloseTo(0, within(1e-6));
        // the constant one is alike on all pairs of images, the other on 6 * 3 * 2 of 18 * 17
        assertThat(numbers.get("query-cosine-between-images")).isCloseTo((1 + 36 / 306.0) / 2, within(1e-6));
    }

    @Test
    void theProbeOfAnUntrainedBridgeThatSeesNothingIsAtChance() {
        Map<String, Double> numbers = numbers(probe(Probe.Target.GROUP, true), new ColourWorld(folder, 18));
        assertThat(numbers.get("queries")).isCloseTo(1 / 6.0, within(1e-12));
        assertThat(numbers.get("query-cosine-between-images")).isCloseTo(1, within(1e-6));
        assertThat(StepResults.read(folder).orElseThrow().title()).contains("untrained");
    }

    @Test
    void wordsAreProbedByTheAreaUnderTheCurve() {
        assertThat(numbers(probe(Probe.Target.WORDS, false), new ColourWorld(folder, 12)))
                .containsEntry("queries", 1.0)
                .containsEntry("chance", 0.5);
        assertThat(numbers(probe(Probe.Target.WORDS, true), new ColourWorld(folder, 12)))
                .containsEntry("queries", 0.5);
    }

    @Test
    void aStopIsHonouredBetweenBatchesAndLeavesNoResults() {
        for (PipelineStep step : List.of(
                retrieval(6, true, 3),
                captioning(CaptioningEvaluation.Reader.LANGUAGE),
                questions(),
                probe(Probe.Target.AUTO, false))) {
            ColourWorld world = new ColourWorld(folder, 6);
            world.stop = true;
            assertThatThrownBy(() -> step.run(world)).isInstanceOf(StoppedException.class);
            assertThat(StepResults.read(folder)).isEmpty();
        }
    }

    @Test
    void aSecondRunWritesTheSameBytes() throws IOException {
        ColourWorld world = new ColourWorld(folder, 7);
        retrieval(6, true, 3).run(world);
        String results = Files.readString(folder.resolve("results.json"));
        String predictions = Files.readString(folder.resolve("predictions.jsonl"));
        PartFiles.delete(folder);
        retrieval(6, true, 3).run(world);
        assertThat(folder.resolve("results.json")).hasContent(results);
        assertThat(folder.resolve("predictions.jsonl")).hasContent(predictions);
        assertThat(world.progress).contains(4_004L); // two halves of two partitions
    }

    @Test
    void nothingToEvaluateIsSaid() {
        ColourWorld world = new ColourWorld(folder, 0);
        world.addBroken("bad");
        assertThatThrownBy(() -> questions().run(world)).hasMessageContaining("nothing to evaluate");
        assertThat(world.quarantined).hasSize(1);
    }

    @Test
    void stepsThatNeedARepresentationLearnerSaySoBeforeAnythingIsLoaded() {
        ExperimentParts linear = new ExperimentParts(Map.of("bridge", Bridge.class));
        ExperimentParts learner = new ExperimentParts(Map.of("bridge", RepresentationLearner.class));
        PipelineStep bridgeReader = captioning(CaptioningEvaluation.Reader.BRIDGE);
        assertThat(retrieval(6, true, 3).problems(linear))
                .singleElement()
                .asString()
                .contains("q-former");
        assertThat(bridgeReader.problems(linear)).singleElement().asString().contains("reader: language");
        assertThat(retrieval(6, true, 3).problems(learner)).isEmpty();
        assertThat(bridgeReader.problems(learner)).isEmpty();
        assertThat(captioning(CaptioningEvaluation.Reader.LANGUAGE).problems(linear))
                .isEmpty();
    }
}
