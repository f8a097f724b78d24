package dev.querent.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.random.RunSeed;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SampleOrderTest {

    @Test
    void everyEpochMeetsEverySampleOnceInAnOrderOfItsOwn() {
        for (int size : new int[] {1, 2, 3, 7, 64, 65, 1000}) {
            SampleOrder order = new SampleOrder(size, new RunSeed(3));
            for (int epoch = 0; epoch < 3; epoch++) {
                Set<Integer> met = new HashSet<>();
                for (int i = 0; i < size; i++) {
                    met.add(order.at((long) epoch * size + i));
                }
                assertThat(met).hasSize(size).allMatch(index -> index >= 0 && index < size);
            }
        }
        SampleOrder order = new SampleOrder(1000, new RunSeed(3));
        assertThat(order.batch(0, 1000)).isNotEqualTo(order.batch(1, 1000));
        assertThat(order.batch(0, 1000)).isEqualTo(new SampleOrder(1000, new RunSeed(3)).batch(0, 1000));
        assertThat(order.batch(0, 1000)).isNotEqualTo(new SampleOrder(1000, new RunSeed(4)).batch(0, 1000));
    }

    @Test
    void neighboursAreNotNeighboursAnyMore() {
        SampleOrder order = new SampleOrder(10_000, new RunSeed(1));
        int close = 0;
        long displacement = 0;
        for (int i = 0; i < 9_999; i++) {
            close += Math.abs(order.at(i) - order.at(i + 1)) < 100 ? 1 : 0;
            displacement += Math.abs(order.at(i) - i);
        }
        assertThat(close).isBetween(120, 280); // 2 % in a random order
        assertThat(displacement / 9_999).isBetween(3_133L, 3_533L); // a third of the size
    }

    @Test
    void aBatchMayReachIntoTheNextEpoch() {
        SampleOrder order = new SampleOrder(5, new RunSeed(8));
        assertThat(order.batch(1, 3)).containsExactly(order.at(3), order.at(4), order.at(5));
    }
}
