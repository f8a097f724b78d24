package dev.querent.task.evaluation;

import ai.djl.ndarray.NDManager;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.Quarantine;
import dev.querent.data.Sample;
import dev.querent.image.BadImageException;
import dev.querent.image.RgbImage;
import dev.querent.model.Bridge;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.PluginChoice;
import dev.querent.progress.Progress;
import dev.querent.progress.StopSignal;
import dev.querent.testing.GivenSamples;
import dev.querent.testing.UnwiredContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A world of one-coloured images: image i is the i-th colour, its caption says so. What {@link ColourModels} see can be bent by tests. */
final class ColourWorld extends UnwiredContext {

    static final List<String> COLOURS = List.of("red", "green", "blue", "yellow", "black", "white");
    private static final int[][] RGB = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 0}, {0, 0, 0}, {255, 255, 255}
    };

    private final Path folder;
    final List<Sample> samples = new ArrayList<>();
    final List<String> quarantined = new ArrayList<>();
    final List<Long> progress = new ArrayList<>();

    /** Colours that the models take for another. */
    Map<String, String> seenAs = Map.of();

    /** Whether ITM says "match" to everything. */
    boolean credulous;

    boolean stop;

    /** How often the stop signal says no before it says yes. */
    int stopAfter = Integer.MAX_VALUE;

    private final ColourModels models = new ColourModels(this);
    VisionEncoder eye = models.new Eye();
    Bridge mind = models.new Mind();

    /** Images that were encoded. */
    int encoded;

    /** What the language model read before it answered. */
    final List<String> prefixes = new ArrayList<>();

    ColourWorld(Path folder, int images) {
        this.folder = folder;
        for (int i = 0; i < images; i++) {
            add("i" + i, COLOURS.get(i % COLOURS.size()), COLOURS.get(i % COLOURS.size()));
        }
    }

    void add(String id, String group, String colour) {
        int[] rgb = RGB[COLOURS.indexOf(colour)];
        byte[] pixels = new byte[8 * 8 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) rgb[i % 3];
        }
        samples.add(new Sample(
                id,
                group,
                () -> new RgbImage(8, 8, pixels),
                List.of("a " + colour + " thing"),
                List.of(
                        new Sample.Question("colour", "what colour is it", colour),
                        new Sample.Question("is red", "is it red", colour.equals("red") ? "yes" : "no"))));
    }

    /** An image that nothing is asked about. */
    void addSilent(String id) {
        samples.add(
                new Sample(id, id, () -> new RgbImage(8, 8, new byte[8 * 8 * 3]), List.of("a black thing"), List.of()));
    }

    void addBroken(String id) {
        samples.add(new Sample(
                id,
                id,
                () -> {
                    throw new BadImageException("broken picture");
                },
                List.of("a broken thing"),
                List.of(new Sample.Question("colour", "what colour is it", "none"))));
    }

    @Override
    public DataFolder dataFolder() {
        return new DataFolder(folder);
    }

    @Override
    public String description(String role) {
        return role;
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public Dataset dataset() {
        return new GivenSamples(split -> samples, COLOURS);
    }

    @Override
    public Dataset dataset(PluginChoice<Dataset> choice) {
        return choice.create(Dataset.class, dataFolder());
    }

    @Override
    public VisionEncoder vision(NDManager manager) {
        return eye;
    }

    @Override
    public LanguageModel language(NDManager manager) {
        return models.new Voice();
    }

    @Override
    public Bridge bridge(NDManager manager) {
        return mind;
    }

    @Override
    public Bridge untrainedBridge(NDManager manager) {
        seenAs = Map.of("red", "black", "green", "black", "blue", "black", "yellow", "black", "white", "black");
        return models.new Mind();
    }

    @Override
    public StopSignal stopSignal() {
        return () -> stop || --stopAfter < 0;
    }

    @Override
    public Progress progress() {
        return (done, total, values) -> progress.add(done * 1000 + total);
    }

    @Override
    public Quarantine quarantine() {
        return new Quarantine() {
            @Override
            public void report(String sampleId, String reason) {
                quarantined.add(sampleId + ": " + reason);
            }

            @Override
            public void used(String sampleId) {}
        };
    }
}
