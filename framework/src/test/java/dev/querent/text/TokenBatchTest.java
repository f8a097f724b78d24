package dev.querent.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TokenBatchTest {

    @Test
    void someOfTheTextsAreShortenedToTheLongestOfThem() {
        TokenBatch all = TokenBatch.padRight(List.of(new long[] {5}, new long[] {6, 7, 8}, new long[] {0, 9}), 0);

        TokenBatch some = all.select(2, 0).shortened();

        assertThat(some.ids()).isDeepEqualTo(new long[][] {{0, 9}, {5, 0}});
        assertThat(some.mask()).isDeepEqualTo(new long[][] {{1, 1}, {1, 0}});
        assertThat(all.shortened().ids()).isDeepEqualTo(all.ids());
        assertThat(TokenBatch.padRight(List.of(new long[0]), 0).shortened().length())
                .isEqualTo(1);
    }
}
