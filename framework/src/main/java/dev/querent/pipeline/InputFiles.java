package dev.querent.pipeline;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.ConfigNode.Sequence;
import dev.querent.experiment.ComponentOrigin;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.RunCheckpoint;
import dev.querent.experiment.RunDirectory;
import dev.querent.weights.CheckpointFolder;
import dev.querent.weights.FileHash;
import dev.querent.weights.WeightSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** SHA-256 of the files that settings name. One that stays as it is, by size and time, is read once. */
final class InputFiles {

    /** Of what lies beside weights: settings, tokenizers, preparation of images. */
    private static final List<String> BESIDE = List.of(".json", ".txt", ".model");

    private final Map<String, String> known = new HashMap<>();

    /** Of a component's checkpoint and tokenizer, or of the run that it comes from; by names that don't tell where they lie. */
    Map<String, String> of(PluginSetting setting, String role) {
        Map<String, String> hashes = new TreeMap<>(named(setting));
        setting.checkpoint().ifPresent(place -> {
            try (WeightSource source = CheckpointFolder.open(RunCheckpoint.weights(place, role))) {
                source.files().forEach(file -> hashes.put("weights " + file.getFileName(), sha256(file)));
            }
        });
        ComponentOrigin origin = ComponentOrigin.of(setting, role);
        origin.checkpoint().filter(Files::isDirectory).ifPresent(folder -> beside(folder, "checkpoint ", hashes));
        origin.tokenizerPlace().ifPresent(place -> {
            if (Files.isDirectory(place)) {
                beside(place, "tokenizer ", hashes);
            } else if (Files.exists(place)) {
                hashes.put("tokenizer", sha256(place));
            }
        });
        origin.run()
                .map(RunDirectory::vocabulary)
                .filter(Files::exists)
                .ifPresent(words -> hashes.put("words", sha256(words)));
        return hashes;
    }

    /** Of the files, and of the results of the runs, that plain settings name. */
    Map<String, String> named(PluginSetting setting) {
        Map<String, String> hashes = new TreeMap<>();
        Mapping settings = setting.tree();
        settings.entries().forEach((key, node) -> {
            if (!key.equals("checkpoint") && !key.equals("tokenizer")) {
                named(key, node, hashes);
            }
        });
        return hashes;
    }

    private void named(String key, ConfigNode node, Map<String, String> hashes) {
        if (node instanceof Mapping mapping) {
            mapping.entries().forEach((name, inner) -> named(key + "." + name, inner, hashes));
        } else if (node instanceof Sequence sequence) {
            sequence.items().forEach(item -> named(key, item, hashes));
        } else if (node instanceof Scalar scalar && scalar.quoted()) {
            path(scalar.text()).ifPresent(path -> {
                if (Files.isRegularFile(path)) {
                    hashes.put(key, sha256(path));
                } else if (new RunDirectory(path).exists()) {
                    run(path, key, hashes);
                }
            });
        }
    }

    private static Optional<Path> path(String text) {
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private void run(Path folder, String key, Map<String, String> hashes) {
        RunDirectory run = new RunDirectory(folder);
        hashes.put(key + " settings", sha256(run.resolved()));
        if (Files.exists(run.vocabulary())) {
            hashes.put(key + " words", sha256(run.vocabulary()));
        }
        for (String step : run.steps()) {
            Path output = run.step(step).resolve("output");
            if (run.isDone(step) && Files.isDirectory(output)) {
                list(output).forEach(file -> hashes.put(key + " " + step + " " + file.getFileName(), sha256(file)));
            }
        }
    }

    private void beside(Path folder, String prefix, Map<String, String> hashes) {
        list(folder)
                .filter(file -> BESIDE.stream().anyMatch(file.toString()::endsWith))
                .forEach(file -> hashes.put(prefix + file.getFileName(), sha256(file)));
    }

    private static Stream<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private String sha256(Path file) {
        try {
            String state = file.toAbsolutePath() + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
            String found = known.get(state);
            if (found == null) {
                found = FileHash.sha256(file);
                known.put(state, found);
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
