package dev.querent.task.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShortlistTest {

    @Test
    void isTheBeginningOfAStableSort() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 200; round++) {
            int size = random.nextInt(40);
            int most = 1 + random.nextInt(20);
            float[] scores = new float[size];
            for (int item = 0; item < size; item++) {
                scores[item] = random.nextInt(6); // many are equal
            }
            Shortlist list = new Shortlist(most);
            IntStream.range(0, size).forEach(item -> list.offer(item, scores[item]));
            List<Integer> sorted = IntStream.range(0, size)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer item) -> -scores[item]))
                    .limit(most)
                    .toList();
            assertThat(list.items())
                    .containsExactly(sorted.stream().mapToInt(item -> item).toArray());
            for (int place = 0; place < list.size(); place++) {
                assertThat(list.score(place)).isEqualTo(scores[list.item(place)]);
                assertThat(list.place(list.item(place), size)).isEqualTo(place);
                assertThat(list.place(list.item(place), place)).isEqualTo(-1);
            }
        }
    }
}
