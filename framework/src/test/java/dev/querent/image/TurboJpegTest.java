package dev.querent.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** libjpeg-turbo against ImageIO. Needs the library; that ImageIO agrees with Pillow is {@link ImageParityTest}'s. */
class TurboJpegTest {

    @BeforeEach
    void needsTheLibrary() {
        assertThat(TurboJpeg.installed())
                .as("libjpeg-turbo; .ci/install-packages installs it")
                .isPresent();
    }

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/resources/dev/querent/image"))) {
            return files.filter(file -> file.toString().endsWith(".jpg"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void decodesAsImageIoDoes(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        RgbImage with = ImageDecoder.decode(content, "photo.jpg");
        RgbImage without = ImageDecoder.decode(content, "photo.jpg", Optional.empty());
        assertThat(with.width()).isEqualTo(without.width());
        assertThat(largest(with.rgb(), without.rgb())).isZero();
    }

    private static int largest(byte[] a, byte[] b) {
        assertThat(a).hasSameSizeAs(b);
        int largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((a[i] & 0xFF) - (b[i] & 0xFF)));
        }
        return largest;
    }

    @Test
    void isAskedForGreyAndColour() throws IOException {
        for (String name : List.of("parity/420.jpg", "parity/grey.jpg", "parity/progressive.jpg")) {
            byte[] content = Fixtures.bytes(name);
            JpegHeader header = JpegHeader.of(content).orElseThrow();
            assertThat(TurboJpeg.installed().orElseThrow().decode(content, header.width(), header.height()))
                    .as(name)
                    .isPresent();
        }
    }

    @Test
    void refusesAnotherSizeThanTheFilesOwn() throws IOException {
        byte[] content = Fixtures.bytes("parity/420.jpg");
        JpegHeader header = JpegHeader.of(content).orElseThrow();
        TurboJpeg library = TurboJpeg.installed().orElseThrow();
        assertThat(library.decode(content, header.width() - 1, header.height())).isEmpty();
        assertThat(library.decode(content, header.width(), header.height() + 1)).isEmpty();
    }

    /** Whatever is broken, both say the same: an image or a sentence. */
    @ParameterizedTest
    @MethodSource("files")
    void judgesBrokenFilesAsImageIoDoes(Path file) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at += 37) {
            byte[] cut = Arrays.copyOf(whole, at + 1);
            byte[] changed = whole.clone();
            changed[at] = (byte) ~changed[at];
            for (byte[] content : List.of(cut, changed)) {
                String without = verdict(content, Optional.empty());
                if (!without.isEmpty()) {
                    assertThat(verdict(content, TurboJpeg.installed()))
                            .as("%s at %s", file, at)
                            .isIn(without, "");
                }
            }
            assertThat(verdict(cut, TurboJpeg.installed()))
                    .as("%s cut at %s", file, at)
                    .isEqualTo(verdict(cut, Optional.empty()));
        }
    }

    private static String verdict(byte[] content, Optional<TurboJpeg> library) {
        try {
            ImageDecoder.decode(content, "photo.jpg", library);
            return "";
        } catch (BadImageException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
