package dev.querent.task.scoring;

import dev.querent.task.scoring.ScoredBenchmark.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/** Writes answers and captions as the benchmarks' evaluation servers and tools take them. */
public final class ResultFile {

    private ResultFile() {}

    /**
     * Writes {@code [{"question_id": 1, "answer": "..."}]} for VQAv2 and OK-VQA, {@code [{"questionId": "1", "prediction": "..."}]} for GQA,
     * {@code [{"image_id": 1, "caption": "..."}]} for captions. The file appears when it is whole.
     *
     * @param predictions text by id, in the order to be written; ids are whole numbers, except GQA's
     */
    public static void write(ScoredBenchmark benchmark, Path file, Map<String, String> predictions) {
        if (benchmark.kind() == Kind.RANKINGS) {
            throw new IllegalArgumentException(benchmark.label() + " has no result file of texts");
        }
        boolean textIds = benchmark == ScoredBenchmark.GQA;
        String idKey = benchmark.kind() == Kind.CAPTIONS ? "image_id" : textIds ? "questionId" : "question_id";
        String textKey = benchmark.kind() == Kind.CAPTIONS ? "caption" : textIds ? "prediction" : "answer";
        Path whole = file.resolveSibling(file.getFileName() + ".part");
        try (JsonGenerator json = JsonMapper.shared().createGenerator(Files.newOutputStream(whole))) {
            json.writeStartArray();
            predictions.forEach((id, text) -> {
                json.writeStartObject();
                if (textIds) {
                    json.writeStringProperty(idKey, id);
                } else {
                    json.writeNumberProperty(idKey, Long.parseLong(id));
                }
                json.writeStringProperty(textKey, text);
                json.writeEndObject();
            });
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + whole, e);
        }
        try {
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
