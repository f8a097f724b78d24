package dev.querent.task.dataset;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads a package file (a gzip-compressed tar) from front to back. Nothing is written to disk under a name the file gives;
 * an archive with links, devices, paths that lead elsewhere, or more than a package has any use for, is refused.
 */
final class PackageArchive {

    private static final int BLOCK = 512;
    private static final int MOST_ENTRIES = 50_000;
    private static final long MOST_BYTES = 1L << 30;
    private static final int MOST_ENTRY_BYTES = 8 << 20;

    private final Path file;

    PackageArchive(Path file) {
        this.file = file;
    }

    /**
     * Checks the file as a whole.
     *
     * @param integrity {@code sha512-} and the Base64 digest
     * @throws IOException where it differs
     */
    PackageArchive check(String integrity) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-512", e);
        }
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        String found = "sha512-" + Base64.getEncoder().encodeToString(digest.digest());
        if (!found.equals(integrity)) {
            throw new IOException(file.getFileName() + ": not the package that was pinned: expected " + integrity
                    + ", found " + found);
        }
        return this;
    }

    /**
     * Hands out the content of chosen files.
     *
     * @param wanted by path, with forward slashes
     * @throws IOException where the archive is broken, cut short or refused
     */
    void read(Predicate<String> wanted, BiConsumer<String, byte[]> consumer) throws IOException {
        try (InputStream in = new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file), 1 << 16))) {
            long total = 0;
            String longName = "";
            for (int entries = 0; ; entries++) {
                byte[] header = in.readNBytes(BLOCK);
                if (header.length == 0 || isZero(header)) {
                    return;
                }
                if (header.length < BLOCK) {
                    throw refused("cut short");
                }
                long size = number(header, 124, 12);
                total += size;
                if (entries >= MOST_ENTRIES || total > MOST_BYTES) {
                    throw refused("more than " + MOST_ENTRIES + " entries or " + MOST_BYTES + " bytes");
                }
                char type = (char) header[156];
                if (type == 'x' || type == 'L') {
                    longName = longName(type, content(in, size, "its header"));
                } else if (type == 'g' || type == '5') {
                    skip(in, size);
                } else if (type == '0' || type == 0) {
                    String name = checked(longName.isEmpty() ? name(header) : longName);
                    longName = "";
                    if (wanted.test(name)) {
                        consumer.accept(name, content(in, size, name));
                    } else {
                        skip(in, size);
                    }
                } else {
                    throw refused("\"" + name(header) + "\" is no plain file but of type '" + type + "'");
                }
            }
        } catch (EOFException | ZipException e) {
            throw refused("broken or cut short: " + e.getMessage());
        }
    }

    private IOException refused(String why) {
        return new IOException(file.getFileName() + ": " + why);
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** An octal number, ended by a space or a zero byte. */
    private long number(byte[] header, int from, int length) throws IOException {
        String text = text(header, from, length).strip();
        try {
            long value = text.isEmpty() ? 0 : Long.parseLong(text, 8);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw refused("broken: \"" + text + "\" is no size");
        }
        throw refused("broken: a negative size");
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.UTF_8);
    }

    private static String name(byte[] header) {
        boolean ustar = text(header, 257, 5).equals("ustar");
        String prefix = ustar ? text(header, 345, 155) : "";
        String name = text(header, 0, 100);
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** A GNU long name as it is, or the path of a pax header's records {@code "LENGTH KEY=VALUE\n"}. */
    private static String longName(char type, byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        if (type == 'L') {
            return text.replace("\0", "");
        }
        return text.lines()
                .filter(line -> line.matches("\\d+ path=.*"))
                .map(line -> line.substring(line.indexOf('=') + 1))
                .findFirst()
                .orElse("");
    }

    private String checked(String name) throws IOException {
        boolean leaves = name.startsWith("/")
                || name.contains("\\")
                || name.contains(":")
                || Arrays.asList(name.split("/", -1)).contains("..");
        if (leaves) {
            throw refused("\"" + name + "\" leads out of the package");
        }
        return name;
    }

    private byte[] content(InputStream in, long size, String name) throws IOException {
        if (size > MOST_ENTRY_BYTES) {
            throw refused("\"" + name + "\" has " + size + " bytes, more than " + MOST_ENTRY_BYTES);
        }
        byte[] content = in.readNBytes((int) size);
        if (content.length < size) {
            throw refused("cut short in \"" + name + "\"");
        }
        in.skipNBytes(padding(size));
        return content;
    }

    private static void skip(InputStream in, long size) throws IOException {
        in.skipNBytes(size + padding(size));
    }

    private static long padding(long size) {
        return (BLOCK - size % BLOCK) % BLOCK;
    }
}
