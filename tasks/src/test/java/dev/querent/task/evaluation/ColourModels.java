package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.AttentionMaps;
import dev.querent.model.DecoderOnly;
import dev.querent.model.LanguageInput;
import dev.querent.model.TextDecoder;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenBatch;
import dev.querent.weights.ParameterSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Hand-written models that see the one colour of an image. The image's first query output is always the same, the second is the
 * colour.
 */
final class ColourModels {

    private static final int WIDTH = ColourWorld.COLOURS.size() + 1;
    private static final TextTokenizer TOKENIZER = HandWrittenLearner.tokenizer(
            List.of("a", "thing", "yes", "no", "red", "green", "blue", "yellow", "black", "white"));

    private final ColourWorld world;

    ColourModels(ColourWorld world) {
        this.world = world;
    }

    private String seen(String colour) {
        return world.seenAs.getOrDefault(colour, colour);
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
        return IntStream.range(0, ColourWorld.COLOURS.size())
                .filter(i -> text.contains(ColourWorld.COLOURS.get(i)))
                .findFirst()
                .orElse(WIDTH - 1);
    }

    /** (B, 2, 7): a constant query and one that is the colour. */
    private NDArray queries(NDArray features) {
        List<String> colours = colours(features);
        float[] values = new float[colours.size() * 2 * WIDTH];
        for (int row = 0; row < colours.size(); row++) {
            values[row * 2 * WIDTH + WIDTH - 1] = 1;
            values[(row * 2 + 1) * WIDTH + ColourWorld.COLOURS.indexOf(colours.get(row))] = 1;
        }
        return features.getManager().create(values, new Shape(colours.size(), 2, WIDTH));
    }

    final class Eye extends HandWrittenEncoder {
        Eye() {
            super(4, 2, 3);
        }

        @Override
        public NDArray encode(NDArray pixels) {
            world.encoded += (int) pixels.getShape().get(0);
            NDArray mean = pixels.reshape(pixels.getShape().get(0), 3, -1).mean(new int[] {2}); // (B, 3)
            return mean.expandDims(1).repeat(1, 2); // (B, 2, 3)
        }
    }

    final class Mind extends HandWrittenLearner implements AttentionMaps {
        Mind() {
            super(TOKENIZER, 2);
        }

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
        public TokenBatch encode(List<String> texts) {
            return encode(texts, 8);
        }

        @Override
        public NDArray softPrompt(NDArray features) {
            return queries(features);
        }
    }

    private final class View extends HandWrittenLearner.Seen {
        private final NDArray features;

        View(NDArray features) {
            this.features = features;
        }

        @Override
        public NDArray embeddings() {
            return ColourModels.this.queries(features);
        }

        @Override
        public NDArray queries() {
            return ColourModels.this.queries(features);
        }

        @Override
        public NDArray match(int[] images, TokenBatch texts) {
            List<String> colours = colours(features);
            float[] logits = new float[images.length * 2];
            for (int row = 0; row < images.length; row++) {
                String text = TOKENIZER.decode(texts.ids()[row]);
                logits[row * 2 + 1] = world.credulous || text.contains(colours.get(images[row])) ? 3 : -3;
            }
            return features.getManager().create(logits, new Shape(images.length, 2));
        }

        @Override
        public TextDecoder captioner() {
            return new Script(
                    TOKENIZER,
                    colours(features).stream()
                            .map(colour -> "a " + colour + " thing")
                            .toList());
        }
    }

    final class Voice implements DecoderOnly {
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
                world.prefixes.add(prefix);
                if (prefix.contains("what colour is it")) {
                    texts.add(ColourWorld.COLOURS.get(colour));
                } else if (prefix.contains("is it red")) {
                    texts.add(colour == 0 ? "yes" : "no");
                } else {
                    texts.add("a " + ColourWorld.COLOURS.get(colour) + " thing");
                }
            }
            return new Script(TOKENIZER, texts);
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
}
