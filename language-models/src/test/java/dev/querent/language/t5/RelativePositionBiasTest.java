package dev.querent.language.t5;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RelativePositionBiasTest {

    /** The distances where a bucket starts, with T5's 32 buckets and a longest distance of 128. */
    private static final int[] ENCODER = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91};

    private static final int[] DECODER = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87,
        99, 113
    };

    @Test
    void encoderBucketsLieOnBothSides() {
        for (int distance = 0; distance < 300; distance++) {
            int expected = lastStart(ENCODER, distance);
            assertThat(RelativePositionBias.bucket(-distance, true, 32, 128)).isEqualTo(expected);
            if (distance > 0) {
                assertThat(RelativePositionBias.bucket(distance, true, 32, 128)).isEqualTo(16 + expected);
            }
        }
    }

    @Test
    void decoderBucketsLieInThePast() {
        for (int distance = 0; distance < 300; distance++) {
            assertThat(RelativePositionBias.bucket(-distance, false, 32, 128)).isEqualTo(lastStart(DECODER, distance));
            assertThat(RelativePositionBias.bucket(distance, false, 32, 128)).isZero();
        }
    }

    private static int lastStart(int[] starts, int distance) {
        int bucket = 0;
        while (bucket + 1 < starts.length && starts[bucket + 1] <= distance) {
            bucket++;
        }
        return bucket;
    }
}
