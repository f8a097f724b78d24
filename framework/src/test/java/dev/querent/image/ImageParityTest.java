package dev.querent.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Decoding, resizing, cropping and normalising together, against transformers and LAVIS. The files are made by
 * make_image_golden.py; {@code -Dquerent.image-parity=DIR} takes whole photographs made by the same script instead, and
 * writes DIR/differences.tsv.
 */
class ImageParityTest {

    private static final double[] MEAN = {0.48145466, 0.4578275, 0.40821073};
    private static final double[] DEVIATION = {0.26862954, 0.26130258, 0.27577711};
    private static final Pattern NAME = Pattern.compile("(.+)\\.((?:blip|clip|lavis)[a-z-]*)\\.(\\d+)\\.rgb");

    /** The pixels of one image as one reference sees them. */
    private record Case(Path image, String reference, int side, Path expected) {
        static Case of(Path expected) {
            Matcher name = NAME.matcher(expected.getFileName().toString());
            assertThat(name.matches()).as(expected.toString()).isTrue();
            return new Case(
                    expected.resolveSibling(name.group(1)), name.group(2), Integer.parseInt(name.group(3)), expected);
        }

        boolean exact() {
            return !reference.endsWith("torchvision")
                    && !image.getFileName().toString().endsWith(".jpg");
        }

        @Override
        public String toString() {
            return image.getFileName() + " " + reference + " " + side;
        }
    }

    /** In units of 1/255. */
    private record Difference(double withinOne, double mean, double largest) {}

    static List<Case> cases() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(file -> file.toString().endsWith(".rgb"))
                    .sorted()
                    .map(Case::of)
                    .toList();
        }
    }

    private static Path folder() {
        return Path.of(System.getProperty("querent.image-parity", "src/test/resources/dev/querent/image/parity"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheReference(Case image) throws IOException {
        Difference difference = difference(image);
        report(image, difference);
        if (image.exact()) {
            assertThat(difference.largest).isLessThan(1e-3);
        } else {
            assertThat(difference.withinOne).as(difference.toString()).isGreaterThanOrEqualTo(0.99);
        }
    }

    private static Difference difference(Case image) throws IOException {
        int side = image.side;
        ImageTransform transform = ImageTransform.evaluation(
                side, image.reference.startsWith("clip") ? Preprocessing.CLIP : Preprocessing.BLIP);
        float[] pixels = new float[transform.length()];
        transform.apply(ImageDecoder.decode(image.image), 0, pixels, 0);
        byte[] expected = Files.readAllBytes(image.expected);
        assertThat(expected).hasSize(pixels.length);
        int within = 0;
        double sum = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            int channel = i % 3;
            double value = (pixels[channel * side * side + i / 3] * DEVIATION[channel] + MEAN[channel]) * 255;
            double apart = Math.abs(value - (expected[i] & 0xFF));
            within += apart < 1.001 ? 1 : 0;
            sum += apart;
            largest = Math.max(largest, apart);
        }
        return new Difference((double) within / expected.length, sum / expected.length, largest);
    }

    private static void report(Case image, Difference difference) throws IOException {
        if (System.getProperty("querent.image-parity") != null) {
            Files.writeString(
                    folder().resolve("differences.tsv"),
                    image.image.getFileName() + "\t" + image.reference + "\t" + image.side + "\t" + difference.withinOne
                            + "\t" + difference.mean + "\t" + difference.largest + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }
}
