package dev.querent.app;

import dev.querent.weights.FileHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a run has trained and said. */
final class Outputs {

    private Outputs() {}

    /** SHA-256 of every trained weight file and of all predictions, by the path in the run. */
    static Map<String, String> hashes(Path run) {
        try (Stream<Path> tree = Files.walk(run.resolve("steps"))) {
            Map<String, String> hashes = new TreeMap<>();
            for (Path path : tree.filter(Outputs::isOutput).toList()) {
                hashes.put(run.relativize(path).toString(), FileHash.sha256(path));
            }
            return hashes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOutput(Path path) {
        return path.endsWith("predictions.jsonl")
                || (path.getParent().endsWith("output") && path.toString().endsWith(".safetensors"));
    }
}
