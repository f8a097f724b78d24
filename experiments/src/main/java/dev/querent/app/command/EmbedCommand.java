package dev.querent.app.command;

import dev.querent.file.AtomicFile;
import dev.querent.plugin.PluginRegistry;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code querent embed}: the embeddings that contrast compares, of images and of texts. */
@Command(
        name = "embed",
        description =
                "Writes embeddings: (Q, E) for an image, one row a query token (CLIP: one), (E) for a text, of unit length.",
        mixinStandardHelpOptions = true)
public final class EmbedCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description =
                    "Folder of a run, e.g. runs/NAME, or of a checkpoint of BLIP-2 or CLIP in Hugging Face's layout.")
    private Path model = Path.of("");

    @Option(names = "--image", arity = "1..*", paramLabel = "FILE", description = "Image files.")
    private List<Path> images = List.of();

    @Option(names = "--text", arity = "1..*", paramLabel = "TEXT", description = "Texts.")
    private List<String> texts = List.of();

    @Option(
            names = "--to",
            paramLabel = "FILE",
            description =
                    "A file *.safetensors or *.jsonl, written whole or not at all. Default: JSON lines on standard"
                            + " output.")
    private Optional<Path> to = Optional.empty();

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Override
    public Integer call() {
        if (images.isEmpty() && texts.isEmpty()) {
            throw new UsageException("nothing to embed: give --image FILE or --text TEXT");
        }
        String name = to.map(file -> file.toString().toLowerCase(Locale.ROOT)).orElse(".jsonl");
        if (!name.endsWith(".jsonl") && !name.endsWith(".safetensors")) {
            throw new UsageException("--to: expected a file *.safetensors or *.jsonl, found " + name);
        }
        PrintWriter err = spec.commandLine().getErr();
        try (PluginRegistry registry = plugins.open(err)) {
            ModelFolder folder = ModelFolder.open(model, registry);
            try (Embedder embedder = new Embedder(folder)) {
                folder.representationNotes().forEach(note -> err.println("note: " + note));
                err.flush();
                Embeddings embeddings = new Embeddings(model.toString());
                Map<Path, String> problems = ImageFiles.read(
                        images, err, (files, decoded) -> embeddings.addImages(files, embedder.images(decoded)));
                texts.forEach(text -> embeddings.addText(text, embedder.text(text)));
                write(embeddings, name.endsWith(".safetensors"));
                return problems.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
            }
        }
    }

    private void write(Embeddings embeddings, boolean tensors) {
        if (to.isPresent() && tensors) {
            embeddings.writeSafetensors(to.get());
        } else if (to.isPresent()) {
            AtomicFile.write(to.get(), embeddings.jsonLines());
        } else {
            spec.commandLine().getOut().print(embeddings.jsonLines());
            spec.commandLine().getOut().flush();
        }
    }
}
