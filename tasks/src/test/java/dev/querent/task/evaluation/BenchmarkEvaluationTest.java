package dev.querent.task.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.querent.data.Dataset;
import dev.querent.generation.DecodingConfig;
import dev.querent.plugin.PluginChoice;
import dev.querent.plugin.PluginRegistry;
import dev.querent.progress.StoppedException;
import dev.querent.report.StepResults;
import dev.querent.step.PartFiles;
import dev.querent.step.PartitionWork;
import dev.querent.step.PartitionedStep;
import dev.querent.task.dataset.CocoCaptions;
import dev.querent.task.dataset.Gqa;
import dev.querent.task.dataset.VisualQuestions;
import dev.querent.task.evaluation.CaptioningEvaluation.Reader;
import dev.querent.task.metric.AnswerVariant;
import dev.querent.task.metric.caption.ScorerException;
import dev.querent.task.scoring.PredictionFile;
import dev.querent.task.scoring.ScoredBenchmark;
import dev.querent.task.scoring.Scores;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps on benchmarks' own files, whose images are the colours of {@link ColourWorld}. */
class BenchmarkEvaluationTest {

    private static final DecodingConfig BEAMS = new DecodingConfig(3, -1, 1, 6);
    private static final List<Color> COLOURS =
            List.of(Color.RED, Color.GREEN, Color.BLUE, Color.YELLOW, Color.BLACK, Color.WHITE);

    @TempDir
    private Path folder;

    private Path images;
    private Path questions;
    private Path annotations;

    /** Seven images with two questions each, the last image asked only one. */
    @BeforeEach
    void sevenImages() throws IOException {
        images = Files.createDirectories(folder.resolve("images"));
        List<String> asked = new ArrayList<>();
        List<String> answered = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            picture(String.format(Locale.ROOT, "COCO_val2014_%012d.jpg", 10 + i), i);
            picture(i + ".jpg", i);
            String colour = ColourWorld.COLOURS.get(i % 6);
            ask(asked, answered, 10 + i, 0, "What colour is it?", "other", answers(i, colour));
            if (i < 6) {
                ask(asked, answered, 10 + i, 1, "Is it red?", "yes/no", same(i == 0 ? "yes" : "no"));
            }
        }
        questions = Files.writeString(
                folder.resolve("questions.json"),
                "{\"data_subtype\": \"val2014\", \"questions\": [" + String.join(",", asked) + "]}");
        annotations = Files.writeString(
                folder.resolve("annotations.json"),
                "{\"annotations\": [" + String.join(",", answered) + "], \"data_subtype\": \"val2014\"}");
    }

    /** What the programs disagree about: capitals where all say the same, articles where they don't. */
    private static List<String> answers(int image, String colour) {
        return switch (image) {
            case 1 -> same("Green"); // official and lavis 0, lmms 1
            case 2 -> with(same("a blue"), "navy"); // official and lmms 1, lavis 0
            case 3 -> with(with(same("amber"), colour), colour); // 0.6 for all
            case 4 -> same("dark");
            default -> same(colour);
        };
    }

    private static List<String> same(String answer) {
        return Collections.nCopies(10, answer);
    }

    private static List<String> with(List<String> answers, String other) {
        List<String> mixed = new ArrayList<>(answers.subList(1, 10));
        mixed.add(other);
        return mixed;
    }

    private static void ask(
            List<String> asked,
            List<String> answered,
            int image,
            int number,
            String question,
            String type,
            List<String> answers) {
        String ids = "\"image_id\": " + image + ", \"question_id\": " + (100 * image + number);
        asked.add("{" + ids + ", \"question\": \"" + question + "\"}");
        answered.add("{" + ids + ", \"answer_type\": \"" + type + "\", \"question_type\": \"\", \"answers\": ["
                + answers.stream()
                        .map(answer -> "{\"answer\": \"" + answer + "\"}")
                        .collect(Collectors.joining(","))
                + "]}");
    }

    private void picture(String name, int colour) throws IOException {
        BufferedImage image = new BufferedImage(9, 8, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(COLOURS.get(colour % 6));
        graphics.fillRect(0, 0, 9, 8);
        graphics.dispose();
        ImageIO.write(image, "jpg", images.resolve(name).toFile());
    }

    private static PluginChoice<Dataset> data(Class<?> plugin, String name, Record config) {
        return new PluginChoice<>(PluginRegistry.of(plugin).find(Dataset.class, name), config);
    }

    private PluginChoice<Dataset> vqa(Optional<Path> answers) {
        Optional<VisualQuestions.Split> split = Optional.of(new VisualQuestions.Split(images, questions, answers));
        return data(
                VisualQuestions.class, "vqa", new VisualQuestions.Config(Optional.empty(), Optional.empty(), split));
    }

    private static QuestionEvaluation asking(
            PluginChoice<Dataset> data, ScoredBenchmark benchmark, int batchSize, int partitionSize) {
        return new QuestionEvaluation(new QuestionEvaluation.Config(
                Optional.of(data),
                "test",
                Optional.empty(),
                Optional.of(benchmark),
                Optional.of("Question: {} Answer:"),
                false,
                BEAMS,
                batchSize,
                partitionSize));
    }

    private static CaptioningEvaluation captioning(
            PluginChoice<Dataset> data, ScoredBenchmark benchmark, int partitionSize) {
        return new CaptioningEvaluation(new CaptioningEvaluation.Config(
                Optional.of(data),
                "test",
                Optional.empty(),
                Optional.of(benchmark),
                Optional.empty(),
                Reader.LANGUAGE,
                "a photo of",
                BEAMS,
                2,
                partitionSize));
    }

    private ColourWorld world(String step) throws IOException {
        return new ColourWorld(Files.createDirectories(folder.resolve(step)), 0);
    }

    private StepResults results(String step) {
        return StepResults.read(folder.resolve(step)).orElseThrow();
    }

    private Scores commandsScores(ScoredBenchmark benchmark, Path truth, AnswerVariant variant) {
        return new PredictionFile(
                        benchmark,
                        truth,
                        folder.resolve("step/predictions.json"),
                        Optional.empty(),
                        variant,
                        Optional.empty())
                .score();
    }

    private void assertScoredAsByTheCommand(ScoredBenchmark benchmark, Path truth, String types) {
        for (AnswerVariant variant : AnswerVariant.values()) {
            String suffix = variant == AnswerVariant.OFFICIAL
                    ? ""
                    : "-" + variant.name().toLowerCase(Locale.ROOT);
            Scores scores = commandsScores(benchmark, truth, variant);
            assertThat(100 * results("step").numbers().get("accuracy" + suffix))
                    .as(variant.name())
                    .isCloseTo(scores.overall().get("accuracy"), within(1e-9));
            scores.groups()
                    .get(types)
                    .forEach((type, accuracy) -> assertThat(
                                    100 * results("step").numbers().get("accuracy-" + type.replace('/', '-') + suffix))
                            .as(type)
                            .isCloseTo(accuracy, within(1e-9)));
        }
    }

    @Test
    void vqaHasTheScoresThatTheCommandGivesItsFile() throws IOException {
        ColourWorld world = world("step");
        asking(vqa(Optional.of(annotations)), ScoredBenchmark.VQAV2, 4, 3).run(world);
        Map<String, Double> numbers = results("step").numbers();
        // colours: red 1, green 0/0/1, blue 1/0/1, yellow 0.6, black 0, white 1, red 1; and six times yes or no
        assertThat(numbers.get("accuracy-other")).isCloseTo(4.6 / 7, within(1e-12));
        assertThat(numbers.get("accuracy-other-lavis")).isCloseTo(3.6 / 7, within(1e-12));
        assertThat(numbers.get("accuracy-other-lmms")).isCloseTo(5.6 / 7, within(1e-12));
        assertThat(numbers)
                .containsEntry("images", 7.0)
                .containsEntry("questions", 13.0)
                .containsEntry("accuracy-yes-no", 1.0);
        assertThat(numbers.get("accuracy")).isCloseTo(10.6 / 13, within(1e-12));
        assertScoredAsByTheCommand(ScoredBenchmark.VQAV2, annotations, "per-answer-type");
        assertThat(world.prefixes).containsOnly("Question: what colour is it? Answer:", "Question: is it red? Answer:");
        assertThat(world.encoded).as("each image is encoded once").isEqualTo(7);
        assertThat(Files.readString(folder.resolve("step/predictions.json")))
                .startsWith("[{\"question_id\":1000,\"answer\":\"red\"},{\"question_id\":1001,\"answer\":\"yes\"},");
        assertThat(results("step").tables().get(0).columns())
                .containsExactly("type", "questions", "official", "lavis", "lmms");
    }

    @Test
    void okVqaHasARuleOfItsOwn() throws IOException {
        asking(vqa(Optional.of(annotations)), ScoredBenchmark.OKVQA, 5, 7).run(world("step"));
        assertScoredAsByTheCommand(ScoredBenchmark.OKVQA, annotations, "per-answer-type");
    }

    @Test
    void gqaComparesInThreeWays() throws IOException {
        List<String> entries = new ArrayList<>();
        List<String> answers = List.of("red", "Green", "a blue");
        for (int i = 0; i < 3; i++) {
            entries.add(
                    "\"0" + i + "\": {\"imageId\": \"" + i + "\", \"question\": \"What colour is it?\", \"answer\": \""
                            + answers.get(i) + "\", \"isBalanced\": true, \"types\": {\"structural\": \"query\"}}");
        }
        Path file = Files.writeString(folder.resolve("gqa.json"), "{" + String.join(",", entries) + "}");
        PluginChoice<Dataset> data =
                data(Gqa.class, "gqa", new Gqa.Config(images, Optional.empty(), Optional.empty(), Optional.of(file)));
        asking(data, ScoredBenchmark.GQA, 1, 1).run(world("step"));
        Map<String, Double> numbers = results("step").numbers();
        assertThat(numbers.get("accuracy")).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(numbers.get("accuracy-lavis")).isCloseTo(1, within(1e-12));
        assertThat(numbers.get("accuracy-lmms")).isCloseTo(2 / 3.0, within(1e-12));
        assertScoredAsByTheCommand(ScoredBenchmark.GQA, file, "per-structural-type");
    }

    @Test
    void questionsWithoutPublishedAnswersAreAnsweredButNotScored() throws IOException {
        asking(vqa(Optional.empty()), ScoredBenchmark.VQAV2, 4, 128).run(world("step"));
        assertThat(results("step").numbers()).containsOnlyKeys("images", "questions");
        assertThat(results("step").tables()).isEmpty();
        assertThat(results("step").notes()).anyMatch(note -> note.startsWith("13 of the questions have no published"));
        assertThat(commandsScores(ScoredBenchmark.VQAV2, annotations, AnswerVariant.OFFICIAL)
                        .overall()
                        .get("accuracy"))
                .isCloseTo(100 * 10.6 / 13, within(1e-9));
    }

    @Test
    void aBrokenImagesQuestionsHaveEmptyAnswersThatAreWrong() throws IOException {
        Files.writeString(images.resolve("COCO_val2014_000000000010.jpg"), "no picture");
        ColourWorld world = world("step");
        asking(vqa(Optional.of(annotations)), ScoredBenchmark.VQAV2, 4, 2).run(world);
        assertThat(world.quarantined).singleElement().asString().startsWith("10: ");
        assertThat(results("step").numbers()).containsEntry("images", 6.0).containsEntry("questions", 13.0);
        assertThat(results("step").numbers().get("accuracy")).isCloseTo(8.6 / 13, within(1e-12));
        assertScoredAsByTheCommand(ScoredBenchmark.VQAV2, annotations, "per-answer-type");
        assertThat(StepResults.predictions(folder.resolve("step"))).hasSize(11);
    }

    private Path captions(String... more) throws IOException {
        List<String> listed = new ArrayList<>();
        List<String> said = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            String domain = List.of("in-domain", "near-domain", "out-domain").get(i % 3);
            listed.add("{\"id\": " + i + ", \"open_images_id\": \"" + i + "\", \"domain\": \"" + domain + "\"}");
            said.add("{\"image_id\": " + i + ", \"id\": " + 2 * i + ", \"caption\": \"A "
                    + ColourWorld.COLOURS.get((i + i / 4) % 6) + " thing.\"}");
            said.add("{\"image_id\": " + i + ", \"id\": " + (2 * i + 1) + ", \"caption\": \"Thing number " + i + "\"}");
        }
        String rest = more.length > 0 ? "" : ", \"annotations\": [" + String.join(",", said) + "]";
        return Files.writeString(
                folder.resolve("captions.json"), "{\"images\": [" + String.join(",", listed) + "]" + rest + "}");
    }

    private PluginChoice<Dataset> coco(Path file) {
        return data(
                CocoCaptions.class,
                "coco-captions",
                new CocoCaptions.Config(
                        Optional.empty(), Optional.empty(), Optional.of(new CocoCaptions.Split(images, file))));
    }

    @Test
    void nocapsIsScoredByDomainAsTheCommandScoresItsFile() throws IOException {
        Path file = captions();
        ColourWorld world = world("step");
        captioning(coco(file), ScoredBenchmark.NOCAPS, 3).run(world);
        Scores scores = commandsScores(ScoredBenchmark.NOCAPS, file, AnswerVariant.OFFICIAL);
        Map<String, Double> numbers = results("step").numbers();
        assertThat(scores.groups()).containsOnlyKeys("in-domain", "near-domain", "out-domain");
        assertThat(scores.overall().get("CIDEr")).isBetween(1.0, 9.0);
        scores.overall()
                .forEach((name, value) -> assertThat(
                                numbers.get(name.toLowerCase(Locale.ROOT).replace('_', '-')))
                        .as(name)
                        .isCloseTo(value, within(1e-9)));
        scores.groups()
                .forEach((domain, measures) -> assertThat(numbers.get("cider-" + domain))
                        .as(domain)
                        .isCloseTo(measures.get("CIDEr"), within(1e-9)));
        assertThat(numbers).doesNotContainKey("exact-match");
        assertThat(world.prefixes).containsOnly("a photo of");
        assertThat(results("step").tables())
                .singleElement()
                .satisfies(table -> assertThat(table.rows()).hasSize(4));
    }

    @Test
    void captionsThatAreKeptBackAreWrittenButNotScored() throws IOException {
        captioning(coco(captions("images alone")), ScoredBenchmark.NOCAPS, 128).run(world("step"));
        assertThat(results("step").numbers()).containsOnlyKeys("images", "different-captions");
        assertThat(Files.readString(folder.resolve("step/predictions.json")))
                .startsWith("[{\"image_id\":0,\"caption\":\"a red thing\"},");
        assertThat(commandsScores(ScoredBenchmark.NOCAPS, captions(), AnswerVariant.OFFICIAL)
                        .items())
                .isEqualTo(7);
    }

    /** Whoever does the partitions, and however large they are. */
    @Test
    void theBytesDependNeitherOnPartitionsNorOnBatches() throws IOException {
        Path file = captions();
        PluginChoice<Dataset> vqa = vqa(Optional.of(annotations));
        asking(vqa, ScoredBenchmark.VQAV2, 32, 128).run(world("whole"));
        captioning(coco(file), ScoredBenchmark.NOCAPS, 128).run(world("captions"));
        for (int size : new int[] {1, 3, 7}) {
            asking(vqa, ScoredBenchmark.VQAV2, 2, size).run(world("parts-" + size));
            captioning(coco(file), ScoredBenchmark.NOCAPS, size).run(world("captions-" + size));
            assertThat(bytes("parts-" + size)).isEqualTo(bytes("whole"));
            assertThat(bytes("captions-" + size)).isEqualTo(bytes("captions"));
        }
    }

    private Map<String, String> bytes(String step) throws IOException {
        Map<String, String> files = new TreeMap<>();
        for (String name : List.of("results.json", "predictions.jsonl", "predictions.json")) {
            files.put(name, Files.readString(folder.resolve(step).resolve(name)));
        }
        files.put(
                "samples",
                Arrays.hashCode(Files.readAllBytes(folder.resolve(step).resolve("samples/006.png"))) + "");
        return files;
    }

    @Test
    void twoProcessesShareThePartitions() throws IOException {
        PluginChoice<Dataset> vqa = vqa(Optional.of(annotations));
        asking(vqa, ScoredBenchmark.VQAV2, 2, 2).run(world("alone"));
        PartitionedStep manager = asking(vqa, ScoredBenchmark.VQAV2, 2, 2);
        ColourWorld here = world("shared");
        ColourWorld there = world("shared");
        PartFiles parts = new PartFiles(here.folder(), manager.partitions(here));
        assertThat(parts.count()).isEqualTo(4);
        try (PartitionWork first = manager.open(here);
                PartitionWork second = asking(vqa, ScoredBenchmark.VQAV2, 2, 2).open(there)) {
            parts.write(3, second);
            parts.write(0, first);
            parts.write(1, second);
            parts.write(2, first);
        }
        manager.merge(here, parts);
        manager.merge(here, parts); // once more after a kill
        assertThat(bytes("shared")).isEqualTo(bytes("alone"));
        assertThat(here.encoded + there.encoded).isEqualTo(7);
    }

    @Test
    void whatWasStoppedGoesOnWithTheSameBytes() throws IOException {
        Path file = captions();
        PluginChoice<Dataset> vqa = vqa(Optional.of(annotations));
        asking(vqa, ScoredBenchmark.VQAV2, 1, 2).run(world("alone"));
        captioning(coco(file), ScoredBenchmark.NOCAPS, 2).run(world("captions"));
        for (int checks = 0; checks < 9; checks += 2) {
            goOn("stopped-" + checks, checks, asking(vqa, ScoredBenchmark.VQAV2, 1, 2));
            goOn("stopped-captions-" + checks, checks / 2, captioning(coco(file), ScoredBenchmark.NOCAPS, 2));
            assertThat(bytes("stopped-" + checks)).isEqualTo(bytes("alone"));
            assertThat(bytes("stopped-captions-" + checks)).isEqualTo(bytes("captions"));
        }
    }

    private void goOn(String name, int checks, PartitionedStep step) throws IOException {
        ColourWorld stopped = world(name);
        stopped.stopAfter = checks;
        assertThatThrownBy(() -> step.run(stopped)).isInstanceOf(StoppedException.class);
        assertThat(folder.resolve(name).resolve("results.json")).doesNotExist();
        ColourWorld again = world(name);
        int left = new PartFiles(again.folder(), 4).missing().size();
        step.run(again);
        assertThat(again.encoded).as("what is done isn't done again").isBetween(2 * left - 1, 2 * left);
    }

    @Test
    void aBenchmarkNeedsItsOwnData() throws IOException {
        ColourWorld world = new ColourWorld(Files.createDirectories(folder.resolve("step")), 3);
        QuestionEvaluation step = new QuestionEvaluation(new QuestionEvaluation.Config(
                Optional.empty(),
                "test",
                Optional.empty(),
                Optional.of(ScoredBenchmark.VQAV2),
                Optional.empty(),
                false,
                BEAMS,
                4,
                4));
        assertThatThrownBy(() -> step.run(world))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("vqav2 numbers its questions and images; found the id \"\"");
        assertThat(world.encoded).isZero();
    }

    @Test
    void scorersThatAreNotThereAreNamedBeforeAnythingIsCaptioned() throws IOException {
        ColourWorld world = world("step");
        CaptioningEvaluation step = new CaptioningEvaluation(new CaptioningEvaluation.Config(
                Optional.of(coco(captions())),
                "test",
                Optional.empty(),
                Optional.of(ScoredBenchmark.NOCAPS),
                Optional.of(folder.resolve("nowhere")),
                Reader.LANGUAGE,
                "",
                BEAMS,
                2,
                2));
        assertThatThrownBy(() -> step.run(world))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining(folder.resolve("nowhere").toString());
        assertThat(world.encoded).isZero();
    }

    @Test
    void partsOfOtherDataAreNotTaken() throws IOException {
        asking(vqa(Optional.of(annotations)), ScoredBenchmark.VQAV2, 2, 2).run(world("step"));
        Path part = new PartFiles(folder.resolve("step"), 4).file(1);
        Files.writeString(part, Files.readString(part).replace("\"13\"", "\"14\""));
        assertThatThrownBy(() -> asking(vqa(Optional.of(annotations)), ScoredBenchmark.VQAV2, 2, 2)
                        .run(world("step")))
                .hasMessageContaining(part + " is about other data: expected \"13\", found \"14\"");
    }

    @Test
    void wrongSettingsAreRefused() {
        PluginChoice<Dataset> vqa = vqa(Optional.empty());
        assertThatThrownBy(() -> asking(vqa, ScoredBenchmark.NOCAPS, 1, 1))
                .hasMessage("benchmark: expected vqav2, okvqa or gqa, found nocaps");
        assertThatThrownBy(() -> captioning(vqa, ScoredBenchmark.GQA, 1))
                .hasMessage("benchmark: expected coco-captions or nocaps, found gqa");
        assertThatThrownBy(() -> asking(vqa, ScoredBenchmark.GQA, 1, 0)).hasMessageContaining("partition-size");
        assertThatThrownBy(() -> new QuestionEvaluation.Config(
                        Optional.empty(),
                        "test",
                        Optional.of(0),
                        Optional.empty(),
                        Optional.of("what?"),
                        false,
                        BEAMS,
                        1,
                        1))
                .hasMessageContaining("images: expected a whole number of at least 1, found 0");
        assertThatThrownBy(() -> new QuestionEvaluation.Config(
                        Optional.empty(),
                        "test",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("what?"),
                        false,
                        BEAMS,
                        1,
                        1))
                .hasMessage("prompt: expected a text with {} in it, found \"what?\"");
    }
}
