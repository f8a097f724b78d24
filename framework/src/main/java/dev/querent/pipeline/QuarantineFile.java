package dev.querent.pipeline;

import dev.querent.data.Quarantine;
import dev.querent.data.TooManyBadSamplesException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** {@code quarantine.jsonl}: one line a bad sample. A sample counts once, however often it is met and the run resumed. */
final class QuarantineFile implements Quarantine {

    /** The share means nothing before so many samples were seen. */
    private static final int LEAST_SEEN = 50;

    private final Path file;
    private final double limit;
    private final Set<String> bad = new HashSet<>();
    private final SeenSamples seen = new SeenSamples();

    QuarantineFile(Path file, double limit) {
        this.file = file;
        this.limit = limit;
        try {
            if (Files.exists(file)) {
                List<String> whole =
                        Files.readAllLines(file).stream().filter(this::read).toList();
                Files.write(file, whole); // without a line that a kill cut short
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private boolean read(String line) {
        try {
            bad.add(JsonMapper.shared().readTree(line).path("sample").asString(""));
            return true;
        } catch (JacksonException e) {
            return false; // its sample is met again
        }
    }

    @Override
    public synchronized void report(String sampleId, String reason) {
        seen.add(sampleId, true);
        if (bad.add(sampleId)) {
            String line = JsonMapper.shared()
                    .createObjectNode()
                    .put("sample", sampleId)
                    .put("reason", reason)
                    .toString();
            try {
                Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + file, e);
            }
        }
        check();
    }

    @Override
    public synchronized void used(String sampleId) {
        seen.add(sampleId, bad.contains(sampleId));
    }

    /** Samples that could not be used so far, those of earlier attempts included. */
    synchronized int size() {
        return bad.size();
    }

    private void check() {
        if (seen.all() >= LEAST_SEEN && seen.bad() > limit * seen.all()) {
            throw new TooManyBadSamplesException(seen.bad() + " of the " + seen.all()
                    + " samples seen so far could not be used, more than bad-sample-limit " + limit
                    + " allows. They are listed with reasons in " + file);
        }
    }
}
