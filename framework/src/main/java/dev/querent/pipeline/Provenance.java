package dev.querent.pipeline;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.RunCheckpoint;
import dev.querent.experiment.RunDirectory;
import dev.querent.file.AtomicFile;
import dev.querent.plugin.PluginDescriptor;
import dev.querent.torch.Torch;
import dev.querent.weights.CheckpointFolder;
import dev.querent.weights.FileHash;
import dev.querent.weights.WeightSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code provenance.json}: what it takes to know where a run's numbers come from. */
final class Provenance {

    private Provenance() {}

    static void write(Experiment experiment, RunDirectory run, Clock clock) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("experiment", experiment.name());
        node.put("hash", experiment.hash());
        node.put("seed", experiment.seed());
        node.put("threads", experiment.threads());
        node.put("started", clock.instant().toString());
        git("rev-parse", "HEAD").ifPresent(commit -> node.put("git-commit", commit));
        git("status", "--porcelain", "--untracked-files=no")
                .ifPresent(changes -> node.put("uncommitted-changes", !changes.isEmpty()));
        node.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        node.put("libtorch", Torch.version());
        node.put("device", Torch.device());
        node.put(
                "machine",
                System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                        + Runtime.getRuntime().availableProcessors() + " processors");
        ObjectNode weights = node.putObject("weights");
        experiment
                .components()
                .forEach((role, setting) -> setting.checkpoint().ifPresent(folder -> {
                    ObjectNode files = weights.putObject(role);
                    weightFiles(RunCheckpoint.weights(folder, role))
                            .forEach(file -> files.put(file.toString(), sha256(file)));
                }));
        ObjectNode jars = node.putObject("plugin-jars");
        plugins(experiment)
                .flatMap(plugin -> plugin.jar().stream())
                .distinct()
                .forEach(jar -> jars.put(String.valueOf(jar.getFileName()), sha256(jar)));
        ObjectNode warmStarts = node.putObject("warm-starts");
        experiment.warmStarts().forEach(warmStarts::put);
        AtomicFile.write(
                run.provenance(),
                JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(node));
    }

    private static Stream<PluginDescriptor> plugins(Experiment experiment) {
        return Stream.of(
                        Stream.of(experiment.data()),
                        experiment.components().values().stream(),
                        experiment.steps().values().stream())
                .flatMap(settings -> settings)
                .map(PluginSetting::plugin);
    }

    private static List<Path> weightFiles(Path folder) {
        try (WeightSource source = CheckpointFolder.open(folder)) {
            return source.files();
        }
    }

    private static String sha256(Path file) {
        try {
            return FileHash.sha256(file);
        } catch (IOException e) {
            return "unreadable: " + e.getMessage();
        }
    }

    /** What git says of the current folder; nothing where there is no git, or no repository. */
    private static Optional<String> git(String... arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        try {
            Process git = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor(5, TimeUnit.SECONDS) && git.exitValue() == 0 ? Optional.of(said) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // no git here: the run is none the worse
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
