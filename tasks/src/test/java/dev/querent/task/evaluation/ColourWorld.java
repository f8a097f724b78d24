package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.collective.Collectives;
import dev.querent.collective.SingleProcess;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.Quarantine;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.data.TextPair;
import dev.querent.image.BadImageException;
import dev.querent.image.RgbImage;
import dev.querent.model.AttentionMaps;
import dev.querent.model.Bridge;
import dev.querent.model.Captioner;
import dev.querent.model.DecoderOnly;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.LanguageInput;
import dev.querent.model.LanguageModel;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.TextDecoder;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.PluginChoice;
import dev.querent.progress.Progress;
import dev.querent.progress.StopSignal;
import dev.querent.random.RunSeed;
import dev.querent.step.StepContext;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenBatch;
import dev.querent.text.TokenizerLayout;
import dev.querent.text.VocabularyFormat;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A world of one-coloured images, and hand-written models that see the colour: image i is the i-th colour, its caption says
 * so. The image's first query output is always the same, the second is the colour. What is seen can be bent by tests.
 */
final class ColourWorld implements StepContext, Dataset {

    static final List<String> COLOURS = List.of("red", "green", "blue", "yellow", "black", "white");
    private static final int[][] RGB = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 0}, {0, 0, 0}, {255, 255, 255}
    };
    private static final int WIDTH = COLOURS.size() + 1;
    private static final TextTokenizer TOKENIZER = WordLevelTokenizer.of(
            List.of("a", "thing", "yes", "no", "red", "green", "blue", "yellow", "black", "white"),
            new TokenizerLayout(
                    List.of("<pad>", "<unk>", "<end>"), "<pad>", "<unk>", "", "<end>", List.of(), VocabularyFormat.T5));

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

    VisionEncoder eye = new Eye();
    Bridge mind = new Mind();

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

    private String seen(String colour) {
        return seenAs.getOrDefault(colour, colour);
    }

    /** The colour of each image, from features (B, 2, 3) of normalised means. */
    private List<String> colours(NDArray features) {
        float[] values = features.toFloatArray();
        List<String> colours = new ArrayList<>();
        for (int at = 0; at < values.length; at += 6) {
            int bits = (values[at] > 0 ? 1 : 0) + (values[at + 1] > 0 ? 2 : 0) + (values[at + 2] > 0 ? 4 : 0);
            colours.add(seen(
                    switch (bits) {
                        case 1 -> "red";
                        case 2 -> "green";
                        case 4 -> "blue";
                        case 3 -> "yellow";
                        case 0 -> "black";
                        default -> "white";
                    }));
        }
        return colours;
    }

    private static int colourIn(String text) {
        return IntStream.range(0, COLOURS.size())
                .filter(i -> text.contains(COLOURS.get(i)))
                .findFirst()
                .orElse(WIDTH - 1);
    }

    /** (B, 2, 7): a constant query and one that is the colour. */
    private NDArray queries(NDArray features) {
        List<String> colours = colours(features);
        float[] values = new float[colours.size() * 2 * WIDTH];
        for (int row = 0; row < colours.size(); row++) {
            values[row * 2 * WIDTH + WIDTH - 1] = 1;
            values[(row * 2 + 1) * WIDTH + COLOURS.indexOf(colours.get(row))] = 1;
        }
        return features.getManager().create(values, new Shape(colours.size(), 2, WIDTH));
    }

    private final class Eye implements VisionEncoder {
        @Override
        public NDArray encode(NDArray pixels) {
            encoded += (int) pixels.getShape().get(0);
            NDArray mean = pixels.reshape(pixels.getShape().get(0), 3, -1).mean(new int[] {2}); // (B, 3)
            return mean.expandDims(1).repeat(1, 2); // (B, 2, 3)
        }

        @Override
        public int width() {
            return 3;
        }

        @Override
        public int tokens() {
            return 2;
        }

        @Override
        public int imageSize() {
            return 4;
        }

        @Override
        public int patchSize() {
            return 4;
        }

        @Override
        public ParameterSet parameters() {
            return new ParameterSet(Map.of());
        }
    }

    private final class Mind implements RepresentationLearner, AttentionMaps {
        /** The class token and the only patch: the first query reads both alike, the second the patch thrice as much. */
        @Override
        public NDArray attention(NDArray features) {
            NDArray ofImage = features.getManager().create(new float[] {0.5f, 0.5f, 0.25f, 0.75f}, new Shape(1, 2, 2));
            return ofImage.repeat(0, features.getShape().get(0));
        }

        @Override
        public ImageView look(NDArray features) {
            return new View(features);
        }

        @Override
        public NDArray embedText(NDManager manager, TokenBatch texts) {
            float[] values = new float[texts.rows() * WIDTH];
            for (int row = 0; row < texts.rows(); row++) {
                values[row * WIDTH + colourIn(TOKENIZER.decode(texts.ids()[row]))] = 1;
            }
            return manager.create(values, new Shape(texts.rows(), WIDTH));
        }

        @Override
        public NDArray temperature() {
            throw new AssertionError("evaluation has no use for the temperature");
        }

        @Override
        public TokenBatch encode(List<String> texts) {
            return encode(texts, 8);
        }

        @Override
        public TokenBatch encode(List<String> texts, int maxTokens) {
            return TOKENIZER.encode(texts, maxTokens, TOKENIZER.id("<pad>"));
        }

        @Override
        public TextTokenizer tokenizer() {
            return TOKENIZER;
        }

        @Override
        public ParameterSet representationParameters() {
            return parameters();
        }

        @Override
        public NDArray softPrompt(NDArray features) {
            return queries(features);
        }

        @Override
        public int promptLength() {
            return 2;
        }

        @Override
        public ParameterSet parameters() {
            return new ParameterSet(Map.of());
        }

        @Override
        public ParameterSet promptParameters() {
            return parameters();
        }
    }

    private final class View implements RepresentationLearner.ImageView {
        private final NDArray features;

        View(NDArray features) {
            this.features = features;
        }

        @Override
        public NDArray embeddings() {
            return ColourWorld.this.queries(features);
        }

        @Override
        public NDArray queries() {
            return ColourWorld.this.queries(features);
        }

        @Override
        public NDArray match(int[] images, TokenBatch texts) {
            List<String> colours = colours(features);
            float[] logits = new float[images.length * 2];
            for (int row = 0; row < images.length; row++) {
                String text = TOKENIZER.decode(texts.ids()[row]);
                logits[row * 2 + 1] = credulous || text.contains(colours.get(images[row])) ? 3 : -3;
            }
            return features.getManager().create(logits, new Shape(images.length, 2));
        }

        @Override
        public NDArray captionLoss(TokenBatch texts, double labelSmoothing) {
            throw new AssertionError("evaluation takes no loss");
        }

        @Override
        public TextDecoder captioner() {
            return new Script(colours(features).stream()
                    .map(colour -> "a " + colour + " thing")
                    .toList());
        }
    }

    private final class Voice implements DecoderOnly {
        @Override
        public NDArray loss(LanguageInput input) {
            throw new AssertionError("evaluation takes no loss");
        }

        @Override
        public long targetTokens(int promptLength, List<String> prefixes, List<String> targets) {
            throw new AssertionError("evaluation takes no loss");
        }

        @Override
        public NDArray embedTokens(NDManager owner, long[][] ids) {
            throw new AssertionError("evaluation trains nothing on words");
        }

        @Override
        public TextDecoder decoder(LanguageInput input) {
            float[] prompt = input.softPrompt().orElseThrow().toFloatArray(); // (B, 2, 7)
            List<String> texts = new ArrayList<>();
            for (int row = 0; row < input.rows(); row++) {
                int colour = 0;
                while (prompt[(row * 2 + 1) * WIDTH + colour] == 0) {
                    colour++;
                }
                String prefix = input.prefixes().get(row);
                prefixes.add(prefix);
                if (prefix.contains("what colour is it")) {
                    texts.add(COLOURS.get(colour));
                } else if (prefix.contains("is it red")) {
                    texts.add(colour == 0 ? "yes" : "no");
                } else {
                    texts.add("a " + COLOURS.get(colour) + " thing");
                }
            }
            return new Script(texts);
        }

        @Override
        public int width() {
            return WIDTH;
        }

        @Override
        public TextTokenizer tokenizer() {
            return TOKENIZER;
        }

        @Override
        public ParameterSet parameters() {
            return new ParameterSet(Map.of());
        }
    }

    /** Says given texts. */
    private static final class Script implements TextDecoder {
        private final NDManager manager = Torch.newManager();
        private List<long[]> rows;
        private int said;

        Script(List<String> texts) {
            rows = texts.stream().map(TOKENIZER::encode).toList(); // with the end token
        }

        @Override
        public NDArray logits() {
            float[][] logits = new float[rows.size()][TOKENIZER.size()];
            for (int row = 0; row < logits.length; row++) {
                long[] text = rows.get(row);
                logits[row][(int) text[Math.min(said, text.length - 1)]] = 20;
            }
            return manager.create(logits);
        }

        @Override
        public void feed(long[] tokens) {
            said++;
        }

        @Override
        public void select(int[] chosen) {
            List<long[]> before = rows;
            rows = IntStream.of(chosen).mapToObj(before::get).toList();
        }

        @Override
        public int rows() {
            return rows.size();
        }

        @Override
        public long endToken() {
            return TOKENIZER.id("<end>");
        }

        @Override
        public void close() {
            manager.close();
        }
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
    public RunSeed seed() {
        return new RunSeed(5);
    }

    @Override
    public Dataset dataset() {
        return this;
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
        return new Voice();
    }

    @Override
    public Bridge bridge(NDManager manager) {
        return mind;
    }

    @Override
    public Captioner captioner(NDManager manager) {
        throw new AssertionError("no CapFilt here");
    }

    @Override
    public ImageTextScorer scorer(NDManager manager) {
        throw new AssertionError("no CapFilt here");
    }

    @Override
    public Bridge untrainedBridge(NDManager manager) {
        seenAs = Map.of("red", "black", "green", "black", "blue", "black", "yellow", "black", "white", "black");
        return new Mind();
    }

    @Override
    public void save(String role, ParameterSet parameters) {
        throw new AssertionError("an evaluation changes no weights");
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
    public Collectives collectives() {
        return new SingleProcess();
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

    @Override
    public Set<String> splits() {
        return Set.of("train", "test");
    }

    @Override
    public SampleList split(String name) {
        return new SampleList() {
            @Override
            public int size() {
                return samples.size();
            }

            @Override
            public Sample get(int index) {
                return samples.get(index);
            }
        };
    }

    @Override
    public int textCount() {
        return 0;
    }

    @Override
    public TextPair text(int index) {
        throw new AssertionError("no texts");
    }

    @Override
    public List<String> words() {
        return COLOURS;
    }
}
