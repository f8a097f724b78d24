package dev.querent.task.dataset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Writes small tar.gz files, harmless or hostile. */
final class Tar {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Tar file(String name, byte[] content) {
        return entry(name, '0', content, content.length);
    }

    Tar file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** @param size what the header claims */
    Tar entry(String name, char type, byte[] content, long size) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        put(header, 124, String.format("%011o ", size));
        header[156] = (byte) type;
        put(header, 257, "ustar\00000");
        out.writeBytes(header);
        out.writeBytes(content);
        out.writeBytes(new byte[(512 - content.length % 512) % 512]);
        return this;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, Math.min(bytes.length, at == 0 ? 100 : 155));
    }

    byte[] gzipped() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(file)) {
            out.writeTo(gzip);
            gzip.write(new byte[1024]);
        }
        return file.toByteArray();
    }

    Path write(Path file) throws IOException {
        return Files.write(file, gzipped());
    }
}
