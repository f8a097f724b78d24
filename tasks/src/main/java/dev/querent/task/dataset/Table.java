package dev.querent.task.dataset;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a table of comma- or tab-separated values with a row of names, a row at a time (RFC 4180). */
final class Table {

    private static final int LONGEST_ROW = 1 << 20;

    private final BufferedReader in;
    private final Path file;
    private final List<String> names;
    private char separator = ',';
    private int line;

    Table(BufferedReader in, Path file) throws IOException {
        this.in = in;
        this.file = file;
        in.mark(LONGEST_ROW);
        StringBuilder first = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n' && first.length() < LONGEST_ROW; c = in.read()) {
            first.append((char) c);
        }
        in.reset();
        separator = first.indexOf("\t") >= 0 ? '\t' : ',';
        names = next().orElse(List.of());
    }

    /**
     * The number of a column.
     *
     * @throws IllegalArgumentException naming the columns there are
     */
    int column(String name) {
        int column = names.indexOf(name);
        if (column < 0) {
            throw new IllegalArgumentException(
                    file + ": has no column \"" + name + "\" in its first row, but " + names);
        }
        return column;
    }

    /** The line that the last row ended at, from 1. */
    int line() {
        return line;
    }

    /** @throws IllegalArgumentException where a quote isn't closed, or the row has no end */
    Optional<List<String>> next() throws IOException {
        List<String> values = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        boolean quoted = false;
        int length = 0;
        int c = in.read();
        if (c < 0) {
            return Optional.empty();
        }
        for (; c >= 0 && (quoted || c != '\n'); c = in.read()) {
            if (++length > LONGEST_ROW) {
                throw new IllegalArgumentException(file + ":" + (line + 1) + ": the row has more than " + LONGEST_ROW
                        + " characters; is a quote missing?");
            }
            line += c == '\n' ? 1 : 0;
            if (quoted && c == '"') {
                in.mark(1);
                if (in.read() == '"') {
                    value.append('"');
                } else {
                    in.reset();
                    quoted = false;
                }
            } else if (!quoted && c == '"' && value.length() == 0) {
                quoted = true;
            } else if (!quoted && c == separator) {
                values.add(value.toString());
                value.setLength(0);
            } else {
                value.append((char) c);
            }
        }
        line++;
        if (quoted) {
            throw new IllegalArgumentException(file + ":" + line + ": ends within a quote");
        }
        values.add(value.toString().stripTrailing());
        return Optional.of(values);
    }
}
