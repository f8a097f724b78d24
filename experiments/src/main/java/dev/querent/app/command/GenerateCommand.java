package dev.querent.app.command;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.RunDirectory;
import dev.querent.generation.DecodingConfig;
import dev.querent.image.BadImageException;
import dev.querent.image.ImageDecoder;
import dev.querent.image.RgbImage;
import dev.querent.plugin.PluginRegistry;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code querent generate}: captions images, or answers a question about them, with what a run has trained or a checkpoint holds. */
@Command(
        name = "generate",
        description = "Captions images, or goes on from a prompt about them, with a run's models or a checkpoint's.",
        mixinStandardHelpOptions = true)
public final class GenerateCommand implements Callable<Integer> {

    private static final int IMAGES_AT_ONCE = 16;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "Folder of a run, e.g. runs/NAME, or of a BLIP-2 checkpoint in Hugging Face's layout.")
    private Path model = Path.of("");

    @Option(names = "--image", required = true, arity = "1..*", paramLabel = "FILE", description = "Image files.")
    private List<Path> images = List.of();

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "What the text goes on from, e.g. \"question: what colour is the circle answer:\".")
    private String prompt = "";

    @Option(
            names = "--num-beams",
            paramLabel = "N",
            defaultValue = "5",
            description = "Beams; 1 is greedy. Default: ${DEFAULT-VALUE}.")
    private int numBeams = 5;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            defaultValue = "30",
            description = "Longest text in tokens. Default: ${DEFAULT-VALUE}.")
    private int maxNewTokens = 30;

    @Option(names = "--json", description = "Write one JSON list, an object an image.")
    private boolean json;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Override
    public Integer call() {
        DecodingConfig decoding;
        try {
            decoding = DecodingConfig.DEFAULTS.withMaxNewTokens(maxNewTokens).withNumBeams(numBeams);
        } catch (IllegalArgumentException e) {
            return refused("--" + e.getMessage());
        }
        RunDirectory run = new RunDirectory(model);
        boolean checkpoint = !Files.isRegularFile(run.resolved());
        if (checkpoint && !CheckpointParts.isCheckpoint(model)) {
            return refused(neither());
        }
        try (PluginRegistry registry = plugins.open(spec.commandLine().getErr())) {
            if (checkpoint) {
                return generate(registry, decoding);
            }
            Experiment experiment = new ExperimentLoader(registry).load(run.resolved());
            Optional<String> problem = problem(experiment, run);
            if (problem.isPresent()) {
                return refused(problem.get());
            }
            return generate(experiment, run, decoding);
        }
    }

    private int refused(String sentence) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(sentence);
        err.flush();
        return ExitCode.USAGE;
    }

    private String neither() {
        String expected = "; --model takes the folder of a run, such as runs/NAME, or of a checkpoint with config.json";
        return Files.exists(model)
                ? model + ": neither a run, resolved.yaml is missing, nor a checkpoint, config.json is missing"
                        + expected
                : model + ": there is no such folder" + expected;
    }

    private int generate(PluginRegistry registry, DecodingConfig decoding) {
        Map<String, PluginSetting> components;
        try {
            components = new ExperimentLoader(registry).components(CheckpointParts.components(model));
        } catch (IllegalArgumentException e) {
            return refused(String.valueOf(e.getMessage()));
        }
        if (!components.containsKey("language")) {
            return refused(model + ": a checkpoint for retrieval, which has no language model and can't write");
        }
        try (ImageTextGenerator generator = ImageTextGenerator.of(components, decoding)) {
            return generate(generator);
        }
    }

    private Optional<String> problem(Experiment experiment, RunDirectory run) {
        if (!ImageTextGenerator.canGenerate(experiment)) {
            return Optional.of(
                    model + ": the run's experiment has no language model, or no vision encoder or bridge before"
                            + " it, so it can't write");
        }
        if (experiment.language().isEmpty() && !prompt.isEmpty()) {
            return Optional.of("--prompt: the run's experiment has no language model; its bridge writes captions only");
        }
        if (!Files.exists(run.vocabulary())) {
            return Optional.of(
                    model + ": the run has not begun, vocabulary.txt is missing; continue it with querent run");
        }
        return Optional.empty();
    }

    private int generate(Experiment experiment, RunDirectory run, DecodingConfig decoding) {
        boolean trained = experiment.steps().keySet().stream()
                .anyMatch(step -> run.isDone(step) && Files.exists(run.output(step, "bridge")));
        if (!trained) {
            spec.commandLine().getErr().println("note: no finished step of " + model + " has trained its bridge yet");
        }
        try (ImageTextGenerator generator = ImageTextGenerator.of(experiment, run, decoding)) {
            return generate(generator);
        }
    }

    private int generate(ImageTextGenerator generator) {
        Map<Path, RgbImage> decoded = new LinkedHashMap<>();
        Map<Path, String> problems = new LinkedHashMap<>();
        Map<Path, String> texts = new LinkedHashMap<>();
        for (Path image : images) {
            try {
                decoded.put(image, ImageDecoder.decode(image));
            } catch (BadImageException e) {
                problems.put(image, String.valueOf(e.getMessage()));
                spec.commandLine().getErr().println(e.getMessage());
            }
            if (decoded.size() == IMAGES_AT_ONCE) {
                texts.putAll(texts(generator, decoded));
                decoded.clear();
            }
        }
        texts.putAll(texts(generator, decoded));
        spec.commandLine().getErr().flush();
        print(texts, problems);
        return problems.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private Map<Path, String> texts(ImageTextGenerator generator, Map<Path, RgbImage> decoded) {
        Map<Path, String> texts = new LinkedHashMap<>();
        if (!decoded.isEmpty()) {
            List<String> generated = generator.texts(List.copyOf(decoded.values()), prompt);
            int at = 0;
            for (Path image : decoded.keySet()) {
                texts.put(image, generated.get(at++));
            }
        }
        return texts;
    }

    private void print(Map<Path, String> texts, Map<Path, String> problems) {
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            texts.forEach((image, text) -> out.println(image + ": " + text));
            out.flush();
            return;
        }
        List<Map<String, String>> list = new ArrayList<>();
        for (Path image : images) {
            Map<String, String> entry = new LinkedHashMap<>();
            entry.put("image", image.toString());
            Optional.ofNullable(texts.get(image)).ifPresent(text -> entry.put("text", text));
            Optional.ofNullable(problems.get(image)).ifPresent(problem -> entry.put("error", problem));
            list.add(entry);
        }
        out.println(JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(list));
        out.flush();
    }
}
