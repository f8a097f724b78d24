package dev.querent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ImageTransformTest {

    @Test
    void normalisesToPlanes() {
        RgbImage image = plain(5, 3, 255, 0, 128);
        float[] pixels = new float[1 + 3 * 16];
        ImageTransform.evaluation(4, Preprocessing.BLIP).apply(image, 0, pixels, 1);
        assertThat(pixels[0]).isZero();
        assertThat(pixels[1]).isCloseTo((1 - 0.48145466f) / 0.26862954f, within(1e-6f));
        assertThat(pixels[1 + 16]).isCloseTo(-0.4578275f / 0.26130258f, within(1e-6f));
        assertThat(pixels[1 + 47]).isCloseTo((128 / 255f - 0.40821073f) / 0.27577711f, within(1e-6f));
    }

    @Test
    void equalSeedsGiveEqualViews() {
        RgbImage image = noise(30, 20);
        ImageTransform transform = ImageTransform.training(12, Preprocessing.BLIP, Augmentation.DEFAULTS);
        assertThat(view(transform, image, 3)).isEqualTo(view(transform, image, 3));
        assertThat(view(transform, image, 3)).isNotEqualTo(view(transform, image, 4));
    }

    @Test
    void mirrorsHalfOfTheImagesOnlyWhereAsked() {
        RgbImage image = noise(8, 8);
        float[] plain = view(ImageTransform.evaluation(8, Preprocessing.BLIP), image, 0);
        ImageTransform unchanged = ImageTransform.training(8, Preprocessing.BLIP, Augmentation.NONE);
        ImageTransform mirroring = ImageTransform.training(8, Preprocessing.BLIP, new Augmentation(1, 1, 1, 1, true));
        int mirrored = 0;
        for (int seed = 0; seed < 200; seed++) {
            assertThat(view(unchanged, image, seed)).isEqualTo(plain);
            float[] seen = view(mirroring, image, seed);
            if (seen[0] == plain[7] && seen[7] == plain[0]) {
                mirrored++;
            } else {
                assertThat(seen).isEqualTo(plain);
            }
        }
        assertThat(mirrored).isBetween(70, 130);
    }

    @Test
    void cropsStayWithinTheImageAndTheirBounds() {
        RandomResizedCrop crop = new RandomResizedCrop(Augmentation.DEFAULTS);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2000; i++) {
            int width = 1 + random.nextInt(100);
            int height = 1 + random.nextInt(100);
            CropBox box = crop.choose(width, height, random);
            assertThat(box.left()).isNotNegative();
            assertThat(box.top()).isNotNegative();
            assertThat(box.width()).isPositive();
            assertThat(box.height()).isPositive();
            assertThat(box.left() + box.width()).isLessThanOrEqualTo(width);
            assertThat(box.top() + box.height()).isLessThanOrEqualTo(height);
        }
        CropBox wide = crop.choose(1000, 10, random);
        assertThat((double) wide.width() / wide.height()).isCloseTo(4.0 / 3, within(0.1));
    }

    @Test
    void aMarginIsCutOffOnEverySide() {
        RgbImage image = noise(9, 6);
        List<Double> zero = List.of(0.0, 0.0, 0.0);
        List<Double> one = List.of(1.0, 1.0, 1.0);
        float[] seen = view(ImageTransform.evaluation(4, new Preprocessing(true, 1.5, zero, one)), image, 0);
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                assertThat(seen[y * 4 + x]).isEqualTo((image.rgb()[((1 + y) * 9 + 2 + x) * 3] & 0xFF) / 255f);
            }
        }
    }

    @Test
    void theLongestImageTakesNoMoreMemoryThanItsMiddle() {
        RgbImage image = noise(ImageDecoder.MOST_SIDE, 1);
        assertThat(view(ImageTransform.evaluation(224, Preprocessing.CLIP), image, 0))
                .hasSize(3 * 224 * 224);
    }

    private static float[] view(ImageTransform transform, RgbImage image, long seed) {
        float[] pixels = new float[transform.length()];
        transform.apply(image, seed, pixels, 0);
        return pixels;
    }

    private static RgbImage plain(int width, int height, int red, int green, int blue) {
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = (byte) red;
            rgb[i + 1] = (byte) green;
            rgb[i + 2] = (byte) blue;
        }
        return new RgbImage(width, height, rgb);
    }

    private static RgbImage noise(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        new SplittableRandom(9).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }
}
