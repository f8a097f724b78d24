package dev.querent.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Writes small tar files, harmless or hostile, compressed or not. */
public final class Tar {

    private static final byte[] END = new byte[1024];

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public Tar file(String name, byte[] content) {
        return entry(name, '0', content, content.length);
    }

    public Tar file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** @param size what the header claims */
    public Tar entry(String name, char type, byte[] content, long size) {
        return entry(name, type, content, String.format("%011o ", size).getBytes(StandardCharsets.US_ASCII));
    }

    /** @param size twelve bytes, as they shall stand in the header */
    public Tar entry(String name, char type, byte[] content, byte[] size) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        System.arraycopy(size, 0, header, 124, size.length);
        put(header, 148, "        ");
        header[156] = (byte) type;
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte value : header) {
            sum += value & 0xFF;
        }
        put(header, 148, String.format("%06o\0 ", sum));
        return raw(header).raw(content).raw(new byte[(512 - content.length % 512) % 512]);
    }

    /** A pax header of one record for the entry that follows. */
    public Tar pax(String key, String value) {
        int length = key.length() + value.getBytes(StandardCharsets.UTF_8).length + 3;
        length += Integer.toString(length + Integer.toString(length).length()).length();
        byte[] record = (length + " " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8);
        return entry("PaxHeader", 'x', record, record.length);
    }

    /** Any bytes. */
    public Tar raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, Math.min(bytes.length, at == 0 ? 100 : 155));
    }

    /** Without the blocks that mark the end. */
    public byte[] unfinished() {
        return out.toByteArray();
    }

    public byte[] bytes() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(unfinished());
        file.writeBytes(END);
        return file.toByteArray();
    }

    public byte[] gzipped() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(file)) {
            gzip.write(bytes());
        }
        return file.toByteArray();
    }

    /** Writes it compressed. */
    public Path write(Path file) throws IOException {
        return Files.write(file, gzipped());
    }
}
