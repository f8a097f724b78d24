package dev.querent.app.command;

import dev.querent.app.talk.Turn;
import dev.querent.generation.DecodingConfig;
import dev.querent.image.RgbImage;
import dev.querent.model.Captioner;
import dev.querent.model.LanguageModel;
import dev.querent.plugin.PluginRegistry;
import dev.querent.text.QuestionPrompt;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
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

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description =
                    "Folder of a run, e.g. runs/NAME, or of a checkpoint of BLIP-2 or of BLIP's captioner in Hugging"
                            + " Face's layout.")
    private Path model = Path.of("");

    @Option(names = "--image", required = true, arity = "1..*", paramLabel = "FILE", description = "Image files.")
    private List<Path> images = List.of();

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "What the text goes on from, e.g. \"question: what colour is the circle answer:\". Default:"
                    + " nothing, or a captioner's own. Repeated, it is a chat: each one stands behind those before it and"
                    + " their answers.")
    private List<String> prompts = List.of();

    @Option(
            names = "--question",
            paramLabel = "TEXT",
            description =
                    "A question in plain words instead of a prompt; it is put as the model was trained to be asked, and a"
                            + " bridge that reads questions reads it too.")
    private Optional<String> question = Optional.empty();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(names = "--json", description = "Write one JSON list, an object an image.")
    private boolean json;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Override
    public Integer call() {
        DecodingConfig config = decoding.config(model);
        try (PluginRegistry registry = plugins.open(spec.commandLine().getErr())) {
            ModelFolder folder = ModelFolder.open(model, registry);
            if (!ImageTextGenerator.canGenerate(folder)) {
                return refused(model + ImageTextGenerator.SILENT);
            }
            if (question.isPresent()) {
                if (!prompts.isEmpty()) {
                    return refused("--question, --prompt: give one of the two; a question is put into words by itself");
                }
                if (!folder.has("language", LanguageModel.class)) {
                    return refused("--question: only a language model answers, " + model + " has none");
                }
                prompts = List.of(
                        QuestionPrompt.prefix(question.get(), folder.asking().template()));
            }
            if (prompts.size() > 1 && !folder.has("language", LanguageModel.class)) {
                return refused("--prompt: only a language model can chat, " + model + " has none; give one prompt");
            }
            boolean takesPrompt =
                    folder.has("language", LanguageModel.class) || folder.has("captioner", Captioner.class);
            if (!takesPrompt && !String.join("", prompts).isEmpty()) {
                return refused("--prompt: the run's experiment has no language model; its bridge writes captions only");
            }
            folder.notes().forEach(note -> spec.commandLine().getErr().println("note: " + note));
            try (ImageTextGenerator generator = new ImageTextGenerator(folder, config)) {
                return generate(generator);
            }
        }
    }

    private int refused(String sentence) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(sentence);
        err.flush();
        return ExitCode.USAGE;
    }

    private int generate(ImageTextGenerator generator) {
        List<String> asked = prompts.isEmpty() ? List.of(generator.ownPrompt()) : prompts;
        Map<Path, List<Turn>> texts = new LinkedHashMap<>();
        Map<Path, String> problems = ImageFiles.read(images, spec.commandLine().getErr(), (files, decoded) -> {
            long first = texts.size();
            List<List<Turn>> chats = chats(generator, decoded, asked, first);
            for (int i = 0; i < files.size(); i++) {
                texts.put(files.get(i), chats.get(i));
            }
        });
        print(texts, problems);
        return problems.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    /** For each image a turn a prompt. */
    private List<List<Turn>> chats(
            ImageTextGenerator generator, List<RgbImage> images, List<String> asked, long first) {
        List<List<Turn>> chats =
                images.stream().map(image -> (List<Turn>) new ArrayList<Turn>()).toList();
        List<String> said = Collections.nCopies(images.size(), "");
        for (String prompt : asked) {
            List<String> whole = said.stream().map(before -> before + prompt).toList();
            List<List<String>> answers = generator.texts(images, whole, question, first);
            List<String> next = new ArrayList<>();
            for (int i = 0; i < images.size(); i++) {
                Turn turn = new Turn(prompt, answers.get(i));
                chats.get(i).add(turn);
                next.add(said.get(i) + turn.said());
            }
            said = next;
        }
        return chats;
    }

    private void print(Map<Path, List<Turn>> texts, Map<Path, String> problems) {
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            texts.forEach((image, turns) ->
                    turns.forEach(turn -> turn.texts().forEach(text -> out.println(image + ": " + text))));
            out.flush();
            return;
        }
        List<Map<String, Object>> list = new ArrayList<>();
        for (Path image : images) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("image", image.toString());
            Optional.ofNullable(texts.get(image)).ifPresent(turns -> {
                Turn last = turns.get(turns.size() - 1);
                entry.put("text", last.texts().get(0));
                if (last.texts().size() > 1) {
                    entry.put("texts", last.texts());
                }
                if (turns.size() > 1) {
                    entry.put("turns", turns);
                }
            });
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
