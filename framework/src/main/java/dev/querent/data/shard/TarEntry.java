package dev.querent.data.shard;

import java.util.Arrays;
import java.util.Optional;

/**
 * A member of a tar file.
 *
 * @param name as the archive gives it; never used as a path of this machine
 * @param type its type flag: {@code 0} for a plain file
 * @param start where its first header block is, extended headers included
 * @param content where its content begins
 * @param size of its content in bytes
 */
public record TarEntry(String name, char type, long start, long content, long size) {

    /** A sample's key: folder and name up to the first dot of the name. Empty for what belongs to no sample. */
    public Optional<String> key() {
        int dot = dot();
        return type == '5' || dot < 0 ? Optional.empty() : Optional.of(name.substring(0, dot));
    }

    /** What the member is of its sample, e.g. {@code jpg}: behind the first dot of the name. */
    public String extension() {
        return name.substring(dot() + 1);
    }

    /** -1 where there is none behind at least one character. */
    private int dot() {
        int base = name.lastIndexOf('/') + 1;
        int dot = name.indexOf('.', base);
        return dot > base ? dot : -1;
    }

    /** Why nothing is to be made of it; empty for a plain file with an ordinary name. */
    Optional<String> refusal() {
        if (type != '0') {
            return Optional.of("\"" + name + "\" is no plain file but of type '" + type + "'");
        }
        if (name.startsWith("/")
                || name.contains("\\")
                || Arrays.asList(name.split("/", -1)).contains("..")) {
            return Optional.of("\"" + name + "\" leads out of the archive");
        }
        return Optional.empty();
    }
}
