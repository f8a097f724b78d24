package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.report.StepResults;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import dev.querent.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files of the paper's tables that train run one after the other as they are, from both stages of pre-training on: tiny models, a few
 * images under the data sets' names, three steps of each training.
 */
class FineTunedTablesTest {

    /** The Q-Former has the sizes of the tiny BERT below; a weights file doesn't tell them. */
    private static final List<String> SIZES = List.of(
            "threads=1",
            "vision.image-size=16",
            "bridge.queries=3",
            "bridge.width=8",
            "bridge.layers=2",
            "bridge.heads=2",
            "bridge.mlp=10",
            "bridge.max-positions=40",
            "bridge.shared-width=5");

    @TempDir
    private Path folder;

    private TinyBenchmarks data;
    private final CommandLineRun command = new CommandLineRun();

    @BeforeEach
    void prepare() throws IOException {
        data = new TinyBenchmarks(folder.resolve("data"));
        bert(folder.resolve("checkpoints/bert-base-uncased"));
    }

    /** What BERT lacks is initialised, and so is all that this one lacks: everything but the words and a bias of its head. */
    private static void bert(Path checkpoint) throws IOException {
        Files.createDirectories(checkpoint);
        Files.copy(model("itm").resolve("tokenizer.json"), checkpoint.resolve("tokenizer.json"));
        Files.writeString(checkpoint.resolve("config.json"), "{\"hidden_size\": 8, \"num_hidden_layers\": 2}");
        try (NDManager manager = Torch.newManager()) {
            NDArray words = manager.ones(new Shape(24, 8));
            NDArray bias = manager.zeros(new Shape(24));
            SafetensorsWriter.write(
                    checkpoint.resolve("model.safetensors"),
                    Map.of("bert.embeddings.word_embeddings.weight", words, "cls.predictions.bias", bias),
                    Map.of());
        }
    }

    private static Path model(String name) {
        return Golden.folder(FineTunedTablesTest.class, "/dev/querent/app/blip2/" + name);
    }

    /** Carries a file out with the places of the test's data, models and runs. */
    private Path run(String name, String runName, String... settings) throws IOException {
        Path file = copied(name);
        command.clear();
        List<Object> arguments = new ArrayList<>(
                List.of("run", file, "--runs", folder.resolve("runs"), "--data", folder.resolve("data")));
        SIZES.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        assertThat(command.run(arguments.toArray())).as(command.err()).isZero();
        return folder.resolve("runs").resolve(runName).resolve("steps");
    }

    private Path copied(String name) throws IOException {
        Path file = folder.resolve("blip2").resolve(name);
        Files.createDirectories(file.getParent());
        String yaml = Files.readString(Path.of("blip2").resolve(name))
                .replace(": data/", ": " + data.file("") + "/")
                .replace(": runs/", ": " + folder.resolve("runs") + "/")
                .replace("checkpoints/eva_vit_g.pth", model("itm").toString())
                .replaceAll("checkpoints/opt-[0-9.]+b", model("opt").toString())
                .replace(
                        "checkpoints/bert-base-uncased",
                        folder.resolve("checkpoints/bert-base-uncased").toString());
        return Files.writeString(file, yaml);
    }

    private static List<String> training(String step, int batch) {
        return List.of(
                "steps." + step + ".batch-size=" + batch,
                "steps." + step + ".training.steps=3",
                "steps." + step + ".training.warmup-steps=1",
                "steps." + step + ".training.log-every=1");
    }

    private static String[] settings(List<String> training, String... more) {
        List<String> all = new ArrayList<>(training);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static void assertTrained(Path step) throws IOException {
        assertThat(Files.readAllLines(step.resolve("metrics.jsonl"))).hasSize(3);
        assertThat(step.resolve("output/bridge.safetensors")).exists();
    }

    private static Map<String, Double> numbers(Path step) {
        return StepResults.read(step).orElseThrow().numbers();
    }

    @Test
    void preTrainingThenEveryFineTuning() throws IOException {
        Path first = run("stage-1-vit-g.yaml", "blip2-stage-1-vit-g", settings(training("representation", 4)));
        assertTrained(first.resolve("representation"));
        assertThat(numbers(first.resolve("retrieval"))).containsEntry("images", (double) TinyBenchmarks.IMAGES);
        Path second = run(
                "stage-2-vit-g-opt-2.7b.yaml",
                "blip2-stage-2-vit-g-opt-2.7b",
                settings(training("generative", 4), "steps.captioning.decoding.max-new-tokens=9"));
        assertTrained(second.resolve("generative"));

        Path captions = run(
                "tables/captioning-fine-tuned.yaml",
                "blip2-table-3-opt-2.7b",
                settings(
                        training("fine-tuning", 4),
                        "steps.nocaps.decoding.max-new-tokens=9",
                        "steps.coco.decoding.max-new-tokens=9"));
        assertTrained(captions.resolve("fine-tuning"));
        assertThat(captions.resolve("fine-tuning/output/vision.safetensors")).exists();
        assertThat(numbers(captions.resolve("nocaps"))).containsKeys("cider", "cider-near-domain");
        assertThat(numbers(captions.resolve("coco"))).containsKeys("cider", "bleu-4");

        Path answers =
                run("tables/vqa-fine-tuned.yaml", "blip2-table-4-opt-2.7b", settings(training("fine-tuning", 4)));
        assertTrained(answers.resolve("fine-tuning"));
        assertThat(numbers(answers.resolve("vqav2-test-dev")))
                .containsEntry("questions", (double) TinyBenchmarks.IMAGES);
        assertThat(answers.resolve("vqav2-test-dev/predictions.json")).exists();

        Path ranks =
                run("tables/retrieval-fine-tuned.yaml", "blip2-table-5-vit-g", settings(training("fine-tuning", 4)));
        assertTrained(ranks.resolve("fine-tuning"));
        assertThat(numbers(ranks.resolve("coco"))).containsEntry("images", (double) TinyBenchmarks.IMAGES);
        assertThat(numbers(ranks.resolve("flickr30k"))).containsEntry("images", (double) TinyBenchmarks.IMAGES);

        copied("tables/retrieval-fine-tuned.yaml");
        Path without =
                run("tables/itg-ablation.yaml", "blip2-table-6-without-itg", settings(training("fine-tuning", 4)));
        assertThat(Files.readString(without.resolve("fine-tuning/metrics.jsonl")))
                .doesNotContain("\"itg\"");
        assertThat(Files.readString(ranks.resolve("fine-tuning/metrics.jsonl"))).contains("\"itg\"");
    }

    @Test
    void stageTwoWithoutStageOne() throws IOException {
        copied("stage-2-vit-g-opt-2.7b.yaml");
        copied("stage-2-vit-g-opt-6.7b.yaml");
        Path steps = run(
                "tables/skip-stage-1.yaml",
                "blip2-figure-5-without-stage-1",
                settings(training("generative", 4), "steps.captioning.decoding.max-new-tokens=9"));
        assertTrained(steps.resolve("generative"));
    }
}
