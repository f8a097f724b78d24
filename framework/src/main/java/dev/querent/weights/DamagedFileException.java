package dev.querent.weights;

import java.nio.file.Path;

/** A file that can't be read as what it should be. */
public final class DamagedFileException extends RuntimeException {
    public DamagedFileException(Path file, String what) {
        super(file + " is damaged: " + what);
    }
}
