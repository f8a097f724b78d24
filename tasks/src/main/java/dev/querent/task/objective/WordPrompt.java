package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.LanguageModel;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import dev.querent.torch.Torch;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a soft prompt would be if it were words: one place a fact, which holds the sum of its words' embeddings as one query
 * token tells all of one thing; facts in their order, at random places, zeros between them.
 */
public final class WordPrompt {

    /** Stands between the facts of a context. */
    public static final String BETWEEN_FACTS = ", ";

    private final LanguageModel model;
    private final RunSeed seed;
    private final int length;

    /**
     * @param length places Q
     */
    public WordPrompt(LanguageModel model, RunSeed seed, int length) {
        this.model = model;
        this.seed = seed;
        this.length = length;
    }

    /**
     * The prompts of some texts.
     *
     * @param contexts facts separated by a comma and a space, perhaps none; what is beyond Q is left out
     * @return (B, Q, Dl)
     */
    public NDArray of(NDManager owner, long step, List<String> contexts) {
        List<long[][]> prompts = new ArrayList<>();
        for (int row = 0; row < contexts.size(); row++) {
            prompts.add(places(contexts.get(row), seed.generator(Purpose.AUGMENTATION, step, row)));
        }
        int most = prompts.stream()
                .flatMap(Arrays::stream)
                .mapToInt(words -> words.length)
                .max()
                .orElse(0);
        int words = Math.max(1, most);
        long[][] ids = new long[prompts.size()][length * words];
        FloatBuffer there = FloatBuffer.allocate(prompts.size() * length * words);
        for (int row = 0; row < ids.length; row++) {
            for (int place = 0; place < length; place++) {
                long[] fact = prompts.get(row)[place];
                System.arraycopy(fact, 0, ids[row], place * words, fact.length);
                for (int word = 0; word < words; word++) {
                    there.put(word < fact.length ? 1 : 0);
                }
            }
        }
        NDArray embedded = model.embedTokens(owner, ids); // (B, Q * W, Dl)
        NDArray mask = Torch.tensor(owner, there.flip(), ids.length, (long) length * words, 1);
        return embedded.mul(mask)
                .reshape(new Shape(ids.length, length, words, model.width()))
                .sum(new int[] {2}); // (B, Q, Dl)
    }

    /** The words of each place. */
    private long[][] places(String context, SplittableRandom random) {
        List<long[]> facts = context.isBlank()
                ? List.of()
                : Arrays.stream(context.split(BETWEEN_FACTS, -1))
                        .map(model.tokenizer()::encodePlain)
                        .limit(length)
                        .toList();
        long[][] places = new long[length][0];
        int next = 0;
        for (int place = 0; place < length && next < facts.size(); place++) {
            // each choice of places is as likely as any other
            if (random.nextInt(length - place) < facts.size() - next) {
                places[place] = facts.get(next++);
            }
        }
        return places;
    }
}
