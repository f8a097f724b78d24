package dev.querent.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Against Pillow; the fixture is made by make_fixtures.py beside it. */
class BicubicResizeGoldenTest {

    @Test
    void equalsPillowByteForByte() throws IOException {
        ByteBuffer cases = ByteBuffer.wrap(Fixtures.bytes("resize.bin"));
        int count = 0;
        while (cases.hasRemaining()) {
            int width = cases.getInt();
            int height = cases.getInt();
            CropBox box = new CropBox(cases.getInt(), cases.getInt(), cases.getInt(), cases.getInt());
            int toWidth = cases.getInt();
            int toHeight = cases.getInt();
            RgbImage source = new RgbImage(width, height, take(cases, width * height * 3));
            byte[] expected = take(cases, toWidth * toHeight * 3);
            assertThat(BicubicResize.resize(source, box, toWidth, toHeight).rgb())
                    .as("%s of %d x %d to %d x %d", box, width, height, toWidth, toHeight)
                    .isEqualTo(expected);
            count++;
        }
        assertThat(count).isEqualTo(13);
    }

    private static byte[] take(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }
}
