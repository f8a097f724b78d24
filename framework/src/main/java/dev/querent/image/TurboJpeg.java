package dev.querent.image;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.util.List;
import java.util.Optional;

/**
 * libjpeg-turbo, where it is installed (Debian: libturbojpeg0), through the TurboJPEG API, whose errors are return values. It
 * decodes what Pillow decodes with, to the bit: the accurate DCT and smooth upsampling. Thread-safe.
 */
final class TurboJpeg {

    private static final List<String> NAMES = List.of("libturbojpeg.so.0", "turbojpeg");
    private static final int RGB = 0; // TJPF_RGB
    /** TJFLAG_ACCURATEDCT, TJFLAG_STOPONWARNING: data that is missing is an error, not grey. */
    private static final int FLAGS = 4096 | 8192;

    private static final Optional<TurboJpeg> INSTALLED = load();

    private final Function create;
    private final Function header;
    private final Function decompress;
    private final Function destroy;

    private TurboJpeg(NativeLibrary library) {
        create = library.getFunction("tjInitDecompress");
        header = library.getFunction("tjDecompressHeader3");
        decompress = library.getFunction("tjDecompress2");
        destroy = library.getFunction("tjDestroy");
    }

    /** Empty where the library isn't on this machine, or {@code -Dquerent.turbojpeg=false} says to do without. */
    static Optional<TurboJpeg> installed() {
        return INSTALLED;
    }

    private static Optional<TurboJpeg> load() {
        boolean wanted = !"false".equals(System.getProperty("querent.turbojpeg"));
        if (!wanted || !Platform.is64Bit()) {
            return Optional.empty();
        }
        for (String name : NAMES) {
            try {
                return Optional.of(new TurboJpeg(NativeLibrary.getInstance(name)));
            } catch (UnsatisfiedLinkError e) {
                // the next one, or one without these functions
            }
        }
        return Optional.empty();
    }

    /**
     * Decodes a JPEG file of one or three components.
     *
     * @param width as the file's frame says; the library must say the same
     * @param height likewise
     * @return empty where the library refuses the file, or warns of anything
     */
    Optional<RgbImage> decode(byte[] content, int width, int height) {
        int length = width * height * 3;
        Pointer handle = create.invokePointer(new Object[0]);
        if (handle == null) {
            return Optional.empty();
        }
        try (Memory jpeg = new Memory(content.length);
                Memory rgb = new Memory(length)) {
            jpeg.write(0, content, 0, content.length);
            NativeLong size = new NativeLong(content.length);
            if (!sizeIs(width, height, handle, jpeg, size)) {
                return Optional.empty();
            }
            int failed =
                    decompress.invokeInt(new Object[] {handle, jpeg, size, rgb, width, width * 3, height, RGB, FLAGS});
            return failed == 0
                    ? Optional.of(new RgbImage(width, height, rgb.getByteArray(0, length)))
                    : Optional.empty();
        } finally {
            destroy.invokeInt(new Object[] {handle});
        }
    }

    /** The library would write beyond the pixels' end if it read another size than we did. */
    private boolean sizeIs(int width, int height, Pointer handle, Memory jpeg, NativeLong size) {
        IntByReference foundWidth = new IntByReference();
        IntByReference foundHeight = new IntByReference();
        int failed = header.invokeInt(
                new Object[] {handle, jpeg, size, foundWidth, foundHeight, new IntByReference(), new IntByReference()});
        return failed == 0 && foundWidth.getValue() == width && foundHeight.getValue() == height;
    }
}
