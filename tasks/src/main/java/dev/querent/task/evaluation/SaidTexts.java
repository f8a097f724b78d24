package dev.querent.task.evaluation;

import dev.querent.data.Sample;
import dev.querent.step.PartFiles;
import dev.querent.step.StepContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What was said of all images, put together from the files of the partitions. */
final class SaidTexts {

    private final StepContext context;
    private final SampleParts samples;
    private int place;
    private int readable;

    SaidTexts(StepContext context, SampleParts samples) {
        this.context = context;
        this.samples = samples;
    }

    /** Hears of one image. */
    @FunctionalInterface
    interface Visitor {
        /** @param texts what was said; empty where the image can't be read */
        void visit(Sample sample, Optional<List<String>> texts);
    }

    /**
     * Visits all samples in their order, and reports those that can't be read.
     *
     * @return how many can
     * @throws IllegalArgumentException where none can
     */
    int forEach(PartFiles parts, Visitor visitor) {
        for (Path part : parts.files()) {
            try (Stream<String> lines = Files.lines(part)) {
                lines.forEach(line -> visit(part, ImageTexts.of(line), visitor));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + part, e);
            }
        }
        if (place < samples.size()) {
            throw new IllegalStateException(context.folder() + " holds texts of " + place + " images, expected "
                    + samples.size() + ". Delete it and run the step again");
        }
        if (readable == 0) {
            throw SampleParts.nothing(samples.size());
        }
        return readable;
    }

    private void visit(Path part, ImageTexts said, Visitor visitor) {
        Sample sample = place < samples.size() ? samples.get(place) : null;
        place++;
        if (sample == null || !sample.id().equals(said.id())) {
            throw new IllegalStateException(part + " is about other data: expected "
                    + (sample == null ? "no more images" : "\"" + sample.id() + "\"") + ", found \"" + said.id()
                    + "\". Delete the step's folder and run it again");
        }
        if (said.problem().isPresent()) {
            context.quarantine().report(sample.id(), said.problem().get());
            visitor.visit(sample, Optional.empty());
            return;
        }
        context.quarantine().used(sample.id());
        readable++;
        visitor.visit(sample, Optional.of(said.texts()));
    }
}
