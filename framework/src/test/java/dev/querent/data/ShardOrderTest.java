package dev.querent.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.random.RunSeed;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardOrderTest {

    /** The shards of uneven sizes, two of them empty, and the last of one sample. */
    private static final int[] FIRSTS = {0, 7, 7, 20, 31, 31, 50, 51};

    @Test
    void everyEpochMeetsEverySampleOnceInAnOrderOfItsOwn() {
        for (int window : new int[] {1, 2, 3, 7, 100}) {
            ShardOrder order = new ShardOrder(FIRSTS, window, new RunSeed(3));
            Set<List<Integer>> epochs = new HashSet<>();
            for (int epoch = 0; epoch < 3; epoch++) {
                int first = epoch * 51;
                List<Integer> met = IntStream.range(0, 51)
                        .mapToObj(i -> order.at(first + i))
                        .toList();
                assertThat(new HashSet<>(met)).hasSize(51).allMatch(index -> index >= 0 && index < 51);
                epochs.add(met);
            }
            assertThat(epochs).hasSize(3);
        }
    }

    @Test
    void anyPositionIsTheSameWhateverWasAskedBefore() {
        ShardOrder order = new ShardOrder(FIRSTS, 2, new RunSeed(3));
        int[] forward = IntStream.range(0, 200).map(order::at).toArray();
        ShardOrder other = new ShardOrder(FIRSTS, 2, new RunSeed(3));
        int[] backward = IntStream.range(0, 200).map(i -> other.at(199 - i)).toArray();
        for (int i = 0; i < 200; i++) {
            assertThat(backward[199 - i]).isEqualTo(forward[i]);
        }
        assertThat(forward)
                .isNotEqualTo(IntStream.range(0, 200)
                        .map(new ShardOrder(FIRSTS, 2, new RunSeed(4))::at)
                        .toArray());
    }

    @Test
    void readsStayWithinAWindow() {
        int[] firsts = IntStream.rangeClosed(0, 20).map(i -> i * 100).toArray();
        ShardOrder order = new ShardOrder(firsts, 4, new RunSeed(1));
        Set<Set<Integer>> windows = new HashSet<>();
        for (int window = 0; window < 5; window++) {
            int first = window * 400;
            Set<Integer> shards = new HashSet<>();
            IntStream.range(0, 400).forEach(i -> shards.add(order.at(first + i) / 100));
            assertThat(shards).hasSize(4);
            windows.add(shards);
        }
        assertThat(windows).hasSize(5);
        int[] begin = IntStream.range(0, 40).map(i -> order.at(i) / 100).toArray();
        assertThat(Arrays.stream(begin).distinct().count()).isEqualTo(4);
    }

    @Test
    void oneSampleIsAnEndlessSequence() {
        ShardOrder order = new ShardOrder(new int[] {0, 0, 1}, 3, new RunSeed(1));
        assertThat(order.batch(5, 3)).containsOnly(0);
        assertThatThrownBy(() -> new ShardOrder(new int[] {0, 0}, 3, new RunSeed(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
