package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.data.Sample;
import dev.querent.image.BadImageException;
import dev.querent.image.RgbImage;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import dev.querent.text.CaptionText;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Images that are numbers and texts of words, scored at random by models that know the scores by heart: what a retrieval evaluation has
 * to find can be computed plainly. Scores are coarse, so that many are equal.
 */
final class NumberWorld {

    private static final int QUERIES = 3;
    private static final int SHARED = 2;
    private static final int STEP = 4; // between the grey levels of two images
    private static final RunSeed SEED = new RunSeed(11);
    private static final TextTokenizer TOKENIZER = HandWrittenLearner.tokenizer(
            IntStream.range(0, 40).mapToObj(word -> "w" + word).toList());

    /** Longest text that was embedded or matched. */
    int longest;

    /** How many images were looked at, and how many pairs were matched. */
    int looks;

    int pairs;

    /**
     * A world of images with one to three captions of one to forty words each.
     *
     * @param broken images that can't be decoded
     */
    ColourWorld at(Path folder, int images, List<Integer> broken) {
        ColourWorld world = new ColourWorld(folder, 0);
        for (int image = 0; image < images; image++) {
            byte[] pixels = new byte[12];
            Arrays.fill(pixels, (byte) (image * STEP));
            boolean bad = broken.contains(image);
            world.samples.add(new Sample(
                    "n" + image,
                    "n" + image,
                    () -> {
                        if (bad) {
                            throw new BadImageException("broken picture");
                        }
                        return new RgbImage(2, 2, pixels);
                    },
                    captions(image),
                    List.of()));
        }
        world.eye = new Eye();
        world.mind = new Mind();
        return world;
    }

    private static List<String> captions(int image) {
        List<String> captions = new ArrayList<>();
        for (int i = 0; i <= image % 3; i++) {
            SplittableRandom random = SEED.generator(Purpose.DATA_ORDER, image, i);
            int words = random.nextInt(8) == 0 ? 40 : 1 + random.nextInt(6);
            List<String> text = new ArrayList<>();
            for (int word = 0; word < words; word++) {
                text.add("w" + random.nextInt(40));
            }
            captions.add(image % 5 == 4 ? "W7. w8" : String.join(" ", text)); // some images have a caption in common
        }
        return Collections.unmodifiableList(captions);
    }

    private static long[] ids(String caption) {
        return TOKENIZER.encode(CaptionText.caption(caption), RetrievalWork.TEXT_TOKENS);
    }

    private static long hash(long[] ids) {
        return Arrays.hashCode(ids);
    }

    /** Of whole quarters, so that sums of products are exact. */
    private static float[] vector(SplittableRandom random) {
        return new float[] {random.nextInt(9) / 4f - 1, random.nextInt(9) / 4f - 1};
    }

    private static float[] query(int image, int query) {
        return vector(SEED.generator(Purpose.AUGMENTATION, image, query));
    }

    private static float[] text(long[] ids) {
        return vector(SEED.generator(Purpose.SAMPLING, hash(ids)));
    }

    /** The similarity as it has to be computed. */
    static float similarity(int image, String caption) {
        float[] text = text(ids(caption));
        float best = Float.NEGATIVE_INFINITY;
        for (int query = 0; query < QUERIES; query++) {
            float[] of = query(image, query);
            best = Math.max(best, of[0] * text[0] + of[1] * text[1]);
        }
        return best;
    }

    /** The logit of "match": a multiple of one half from -2 to 2. */
    static float match(int image, String caption) {
        return match(image, ids(caption));
    }

    private static float match(int image, long[] ids) {
        return SEED.generator(Purpose.DROPOUT, image, hash(ids)).nextInt(9) / 2f - 2;
    }

    private static long[] tokens(TokenBatch texts, int row) {
        return Arrays.copyOf(
                texts.ids()[row], (int) Arrays.stream(texts.mask()[row]).sum());
    }

    private final class Eye extends HandWrittenEncoder {
        Eye() {
            super(2, 1, 12);
        }

        @Override
        public NDArray encode(NDArray pixels) {
            return pixels.reshape(pixels.getShape().get(0), 1, -1); // (B, 1, 3 S S)
        }
    }

    private final class Mind extends HandWrittenLearner {
        Mind() {
            super(TOKENIZER, QUERIES);
        }

        @Override
        public ImageView look(NDArray features) {
            looks += (int) features.getShape().get(0);
            return new View(features);
        }

        @Override
        public NDArray embedText(NDManager manager, TokenBatch texts) {
            longest = Math.max(longest, texts.length());
            float[] values = new float[texts.rows() * SHARED];
            for (int row = 0; row < texts.rows(); row++) {
                System.arraycopy(text(tokens(texts, row)), 0, values, row * SHARED, SHARED);
            }
            return manager.create(values, new Shape(texts.rows(), SHARED));
        }
    }

    private final class View extends HandWrittenLearner.Seen {
        private final NDManager owner;
        private final int[] images;

        /** @param features (B, 1, 12), all alike within a channel: red is read */
        View(NDArray features) {
            owner = features.getManager();
            float[] values = features.toFloatArray();
            images = new int[(int) features.getShape().get(0)];
            for (int row = 0; row < images.length; row++) {
                double grey = values[row * 12] * 0.26862954 + 0.48145466;
                images[row] = (int) Math.round(grey * 255 / STEP);
            }
        }

        @Override
        public NDArray embeddings() {
            float[] values = new float[images.length * QUERIES * SHARED];
            for (int row = 0; row < images.length; row++) {
                for (int query = 0; query < QUERIES; query++) {
                    System.arraycopy(query(images[row], query), 0, values, (row * QUERIES + query) * SHARED, SHARED);
                }
            }
            return owner.create(values, new Shape(images.length, QUERIES, SHARED));
        }

        @Override
        public NDArray match(int[] rows, TokenBatch texts) {
            pairs += rows.length;
            longest = Math.max(longest, texts.length());
            float[] logits = new float[rows.length * 2];
            for (int row = 0; row < rows.length; row++) {
                logits[2 * row + 1] = NumberWorld.match(images[rows[row]], tokens(texts, row));
            }
            return owner.create(logits, new Shape(rows.length, 2));
        }
    }
}
