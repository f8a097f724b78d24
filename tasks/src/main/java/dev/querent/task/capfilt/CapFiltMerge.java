package dev.querent.task.capfilt;

import dev.querent.report.ResultTable;
import dev.querent.report.StepResults;
import dev.querent.step.PartFiles;
import dev.querent.step.StepContext;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Puts the captions of all partitions into one file, and says what was kept. */
final class CapFiltMerge {

    private final StepContext context;
    private long images;
    private long captions;
    private long written;
    private long replaced;
    private double score;

    CapFiltMerge(StepContext context) {
        this.context = context;
    }

    void merge(PartFiles parts) {
        Path output = context.folder().resolve("output/captions.jsonl");
        Path unfinished = output.resolveSibling("captions.tmp");
        try {
            Files.createDirectories(output.getParent());
            try (BufferedWriter lines = Files.newBufferedWriter(unfinished)) {
                for (Path part : parts.files()) {
                    append(part, lines);
                }
            }
            if (images == 0) {
                throw new IllegalArgumentException("capfilt: none of the training images can be decoded");
            }
            Files.move(unfinished, output, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + output, e);
        }
        report();
    }

    private void append(Path part, BufferedWriter lines) throws IOException {
        try (Stream<String> read = Files.lines(part)) {
            for (String line : (Iterable<String>) read::iterator) {
                ChosenCaptions chosen = ChosenCaptions.of(line);
                if (chosen.problem().isPresent()) {
                    context.quarantine().report(chosen.id(), chosen.problem().get());
                    continue;
                }
                context.quarantine().used(chosen.id());
                count(chosen);
                lines.write(line);
                lines.newLine();
            }
        }
    }

    private void count(ChosenCaptions chosen) {
        images++;
        captions += chosen.captions().size();
        long byModel = chosen.own().stream().filter(own -> !own).count();
        written += byModel;
        replaced += byModel == chosen.captions().size() ? 1 : 0;
        score += chosen.scores().get(0);
    }

    private void report() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("images", (double) images);
        numbers.put("captions", (double) captions);
        numbers.put("written", written / (double) captions);
        numbers.put("replaced", replaced / (double) images);
        numbers.put("best-score", score / images);
        ResultTable table = new ResultTable(
                "What CapFilt kept",
                List.of("images", "captions", "written by the captioner", "images that lost their own caption"),
                List.of(List.of(
                        Long.toString(images),
                        Long.toString(captions),
                        ResultTable.percent(written / (double) captions),
                        ResultTable.percent(replaced / (double) images))));
        new StepResults("CapFilt", numbers, List.of(table), List.of()).write(context.folder(), List.of());
    }
}
