package dev.querent.vision;

import ai.djl.ndarray.NDManager;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.Origin;
import dev.querent.config.YamlReader;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.PluginSetting;
import dev.querent.image.RgbImage;
import dev.querent.pipeline.ModelBuilder;
import dev.querent.plugin.PluginRegistry;
import dev.querent.random.RunSeed;
import dev.querent.testing.Golden;
import dev.querent.torch.Torch;
import java.nio.file.Path;
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
     * Builds a model of the folder, or of a file in it.
     *
     * @param role {@code captioner} or {@code scorer}
     * @param settings beside plugin and checkpoint, as an experiment has them
     */
    ModelBuilder models(String role, String plugin, Path checkpoint, String settings) {
        Origin origin = Origin.of("test");
        Mapping base = new Mapping(
                Map.of(
                        "plugin", new Scalar(plugin, false, origin),
                        "checkpoint", new Scalar(checkpoint.toString(), true, origin)),
                origin);
        Mapping all = base.overlaid((Mapping) YamlReader.value(settings, "test"));
        try (PluginRegistry registry = PluginRegistry.builtIn()) {
            Map<String, PluginSetting> bound =
                    new ExperimentLoader(registry).components(new Mapping(Map.of(role, all), origin));
            return new ModelBuilder(bound, new RunSeed(1), List::of);
        }
    }

    ModelBuilder models(String role, String plugin) {
        return models(role, plugin, path, "{}");
    }

    /** 90 x 30 pixels of grey, 10 columns on either side of another brightness. */
    static RgbImage picture(int sides) {
        byte[] rgb = new byte[90 * 30 * 3];
        for (int i = 0; i < rgb.length; i++) {
            int column = i / 3 % 90;
            rgb[i] = (byte) (column < 10 || column >= 80 ? sides : 128);
        }
        return new RgbImage(90, 30, rgb);
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
