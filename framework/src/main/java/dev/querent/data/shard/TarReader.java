package dev.querent.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads the headers of a tar file from front to back and skips what is in between: ustar, with pax's and GNU's long names and
 * sizes. Keeps one window of the file in memory, whatever a header claims.
 */
final class TarReader {

    static final int BLOCK = 512;

    private static final int WINDOW = 3 << 10;
    /** Of a long name or pax header. */
    private static final int LONGEST_EXTENSION = 64 << 10;

    /** A file that is read by position. */
    interface Input {
        /** Fills the buffer as far as the file goes. */
        void read(ByteBuffer to, long position) throws IOException;
    }

    private final Input input;
    private final long end;
    private long position;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long windowStart;

    /** What extended headers say of the member behind them. */
    private static final class Extension {
        Optional<String> name = Optional.empty();
        Optional<Long> size = Optional.empty();
    }

    /**
     * @param start where a member's first header block is
     * @param end how far to read
     */
    TarReader(Input input, long start, long end) {
        this.input = input;
        this.end = end;
        position = start;
    }

    /**
     * The next member, or empty at the end.
     *
     * @param marked whether the end is to be marked by a block of zeros; otherwise it may also be the input's end
     * @throws TarException where the file can't be read on
     */
    Optional<TarEntry> next(boolean marked) throws IOException {
        Extension extension = new Extension();
        long start = position;
        while (true) {
            if (position == end && !marked) {
                return Optional.empty();
            }
            long header = position;
            int at = require(header, BLOCK);
            if (isZero(at)) {
                return Optional.empty();
            }
            checkSum(at, header);
            char type = window.get(at + 156) == 0 ? '0' : (char) (window.get(at + 156) & 0xFF);
            long size = number(at + 124, 12, header);
            if (type == 'x' || type == 'L') {
                read(type, header + BLOCK, size, extension);
                position = after(header + BLOCK, size);
            } else if (type == 'g' || type == 'K') {
                position = after(header + BLOCK, size);
            } else {
                String name = extension.name.orElse(name(at));
                boolean plain = type == '0' || type == '7';
                boolean folder = type == '5' || (plain && name.endsWith("/"));
                long content = hasContent(type) && !folder ? extension.size.orElse(size) : 0;
                position = after(header + BLOCK, content);
                return Optional.of(
                        new TarEntry(name, folder ? '5' : plain ? '0' : type, start, header + BLOCK, content));
            }
        }
    }

    /** The content of the member just read, where it came along with its header, as captions do. */
    Optional<byte[]> content(TarEntry entry) {
        long from = entry.content() - windowStart;
        if (from < 0 || from + entry.size() > window.limit()) {
            return Optional.empty();
        }
        byte[] content = new byte[(int) entry.size()];
        window.get((int) from, content);
        return Optional.of(content);
    }

    /** Links, devices and folders have none, whatever size they give. */
    private static boolean hasContent(char type) {
        return type < '1' || type > '6';
    }

    /** Where the block behind some content begins. */
    private long after(long content, long size) throws TarException {
        if (size > end - content) {
            throw new TarException(
                    "cut short: " + size + " bytes from byte " + content + " on, but the file ends at " + end);
        }
        return Math.min(end, content + (size + BLOCK - 1) / BLOCK * BLOCK);
    }

    /** @return where in the window a part of the file is */
    private int require(long from, int length) throws IOException {
        if (length > end - from) {
            throw new TarException("cut short at byte " + end + ", without the block of zeros that marks the end");
        }
        if (from < windowStart || from + length > windowStart + window.limit()) {
            int size = (int) Math.min(Math.max(WINDOW, length), end - from);
            window = window.capacity() < size ? ByteBuffer.allocate(size) : window.clear();
            window.limit(Math.min(window.capacity(), size));
            input.read(window, from);
            window.flip();
            windowStart = from;
            if (window.limit() < length) {
                throw new TarException("cut short at byte " + (from + window.limit()));
            }
        }
        return (int) (from - windowStart);
    }

    private boolean isZero(int at) {
        for (int i = 0; i < BLOCK; i += 8) {
            if (window.getLong(at + i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The sum of the header's bytes, its own field counted as spaces; some old programs take bytes as signed. */
    private void checkSum(int at, long header) throws TarException {
        long expected = number(at + 148, 8, header);
        int unsigned = 0;
        int signed = 0;
        for (int i = 0; i < BLOCK; i++) {
            byte value = i >= 148 && i < 156 ? (byte) ' ' : window.get(at + i);
            unsigned += value & 0xFF;
            signed += value;
        }
        if (expected != unsigned && expected != signed) {
            throw new TarException("broken at byte " + header + ": no tar header (its check sum is wrong)");
        }
    }

    /** Octal digits between spaces and zero bytes, or GNU's binary form for what they can't hold. */
    private long number(int at, int length, long header) throws TarException {
        if (window.get(at) == (byte) 0x80) {
            return binary(at, length, header);
        }
        long value = 0;
        boolean ended = false;
        for (int i = at; i < at + length; i++) {
            int digit = window.get(i);
            if (digit >= '0' && digit <= '7' && !ended) {
                value = value * 8 + digit - '0';
            } else if (digit == ' ' || digit == 0) {
                ended |= value > 0;
            } else {
                throw new TarException("broken at byte " + header + ": a number with the character " + digit);
            }
        }
        return value;
    }

    private long binary(int at, int length, long header) throws TarException {
        long value = 0;
        for (int i = at + 1; i < at + length; i++) {
            if (value >>> 55 != 0) {
                throw new TarException("broken at byte " + header + ": a size beyond all files");
            }
            value = (value << 8) | (window.get(i) & 0xFF);
        }
        return value;
    }

    private String name(int at) {
        String name = text(at, 100);
        boolean ustar = text(at + 257, 5).equals("ustar") && window.get(at + 262) == 0; // GNU has other fields there
        String prefix = ustar ? text(at + 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private String text(int at, int most) {
        int length = 0;
        while (length < most && window.get(at + length) != 0) {
            length++;
        }
        return new String(window.array(), at, length, StandardCharsets.UTF_8);
    }

    private void read(char type, long from, long size, Extension extension) throws IOException {
        if (size > LONGEST_EXTENSION) {
            throw new TarException(
                    "refused at byte " + from + ": a header of " + size + " bytes, more than " + LONGEST_EXTENSION);
        }
        int at = require(from, (int) size);
        if (type == 'L') {
            extension.name = Optional.of(text(at, (int) size));
        } else {
            readPax(at, at + (int) size, from, extension);
        }
    }

    /** Records {@code "LENGTH KEY=VALUE\n"}, the length that of the whole record. */
    private void readPax(int at, int end, long from, Extension extension) throws TarException {
        for (int record = at; record < end; ) {
            int digits = 0;
            int length = 0;
            while (digits < 6 && record + digits < end && Character.isDigit(window.get(record + digits))) {
                length = length * 10 + window.get(record + digits++) - '0';
            }
            if (digits == 0 || length < digits + 3 || length > end - record) {
                throw new TarException("broken at byte " + from + ": a pax header that doesn't say its length");
            }
            int start = record + digits + 1;
            String text = new String(window.array(), start, record + length - 1 - start, StandardCharsets.UTF_8);
            if (text.startsWith("path=")) {
                extension.name = Optional.of(text.substring("path=".length()));
            } else if (text.startsWith("size=")) {
                extension.size = Optional.of(size(text.substring("size=".length()), from));
            }
            record += length;
        }
    }

    private static long size(String text, long from) throws TarException {
        if (!text.matches("[0-9]{1,18}")) {
            throw new TarException("broken at byte " + from + ": a pax header with a size of \"" + text + "\"");
        }
        return Long.parseLong(text);
    }
}
