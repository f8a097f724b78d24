package dev.querent.pipeline;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.RunDirectory;
import dev.querent.torch.Torch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
        gitCommit().ifPresent(commit -> node.put("git-commit", commit));
        node.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        node.put("libtorch", Torch.version());
        node.put("device", "cpu");
        node.put(
                "machine",
                System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                        + Runtime.getRuntime().availableProcessors() + " processors");
        ObjectNode weights = node.putObject("weights");
        experiment
                .components()
                .forEach((role, setting) -> setting.checkpoint()
                        .map(folder -> folder.resolve("model.safetensors"))
                        .filter(Files::exists)
                        .ifPresent(file -> weights.put(role, sha256(file))));
        RunDirectory.writeAtomically(
                run.provenance(),
                JsonMapper.builder()
                        .enable(tools.jackson.databind.SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(node));
    }

    private static String sha256(Path file) {
        try {
            return dev.querent.weights.FileHash.sha256(file);
        } catch (IOException e) {
            return "unreadable: " + e.getMessage();
        }
    }

    private static Optional<String> gitCommit() {
        try {
            Process git = new ProcessBuilder("git", "rev-parse", "HEAD")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor(5, TimeUnit.SECONDS) && git.exitValue() == 0 ? Optional.of(commit) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // no git here: the run is none the worse
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
