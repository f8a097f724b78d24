package dev.querent.vision;

import ai.djl.ndarray.NDManager;
import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.Origin;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.PluginSetting;
import dev.querent.pipeline.ModelBuilder;
import dev.querent.plugin.PluginRegistry;
import dev.querent.random.RunSeed;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A tiny checkpoint as {@code transformers} saves it, read as a user's would be, and what {@code transformers} computed with it. */
final class PublishedFolder implements AutoCloseable {

    private final NDManager manager = Torch.newManager();
    private final Path path;
    private final Golden golden;

    PublishedFolder(String name) {
        path = Golden.folder(PublishedFolder.class, name);
        golden = new Golden(path.resolve("golden.safetensors"));
    }

    /**
     * Builds models of the folder, or of a file in it.
     *
     * @param role {@code captioner} or {@code scorer}
     * @param settings beside plugin and checkpoint, as an experiment has them
     */
    ModelBuilder models(String role, String plugin, Path checkpoint, Map<String, ConfigNode> settings) {
        Origin origin = Origin.of("test");
        Map<String, ConfigNode> entries = new LinkedHashMap<>(settings);
        entries.put("plugin", new Scalar(plugin, false, origin));
        entries.put("checkpoint", new Scalar(checkpoint.toString(), true, origin));
        Mapping root = new Mapping(Map.of(role, new Mapping(entries, origin)), origin);
        try (PluginRegistry registry = PluginRegistry.builtIn()) {
            Map<String, PluginSetting> bound = new ExperimentLoader(registry).components(root);
            return new ModelBuilder(bound, new RunSeed(1), List::of);
        }
    }

    ModelBuilder models(String role, String plugin) {
        return models(role, plugin, path, Map.of());
    }

    /** The setting that keeps weights in a precision. */
    static Map<String, ConfigNode> in(Precision precision) {
        return Map.of("precision", new Scalar(precision.word(), false, Origin.of("test")));
    }

    Path path() {
        return path;
    }

    Golden golden() {
        return golden;
    }

    /** The texts of the fixture. */
    List<String> texts() {
        return JsonMapper.shared()
                .readTree(golden.metadata().get("texts"))
                .valueStream()
                .map(text -> text.asString())
                .toList();
    }

    /** Owns the models; computed tensors too, unless the test says otherwise. */
    NDManager manager() {
        return manager;
    }

    @Override
    public void close() {
        golden.close();
        manager.close();
    }
}
