package dev.querent.task.scoring;

import dev.querent.file.AtomicFile;
import dev.querent.task.scoring.ScoredBenchmark.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/** Writes answers and captions as the benchmarks' evaluation servers and tools take them. */
public final class ResultFile {

    /** What steps call it in their folders. */
    public static final String NAME = "predictions.json";

    private ResultFile() {}

    /**
     * Writes {@code [{"question_id": 1, "answer": "..."}]} for VQAv2 and OK-VQA, {@code [{"questionId": "1", "prediction": "..."}]} for GQA,
     * {@code [{"image_id": 1, "caption": "..."}]} for captions. The file appears when it is whole.
     *
     * @param predictions text by id, in the order to be written
     * @throws IllegalArgumentException where an id isn't the benchmark's
     */
    public static void write(ScoredBenchmark benchmark, Path file, Map<String, String> predictions) {
        if (benchmark.kind() == Kind.RANKINGS) {
            throw new IllegalArgumentException(benchmark.label() + " has no result file of texts");
        }
        check(benchmark, predictions.keySet());
        boolean textIds = benchmark == ScoredBenchmark.GQA;
        String idKey = benchmark.kind() == Kind.CAPTIONS ? "image_id" : textIds ? "questionId" : "question_id";
        String textKey = benchmark.kind() == Kind.CAPTIONS ? "caption" : textIds ? "prediction" : "answer";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JsonMapper.shared().createGenerator(bytes)) {
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
        }
        AtomicFile.write(file, bytes.toByteArray());
    }

    /**
     * Refuses ids that such a file can't have, before anything is predicted for them.
     *
     * @throws IllegalArgumentException where one isn't the benchmark's, or stands there twice
     */
    public static void check(ScoredBenchmark benchmark, Iterable<String> ids) {
        Set<String> known = new HashSet<>();
        for (String id : ids) {
            boolean mayBeText = benchmark == ScoredBenchmark.GQA && !id.isEmpty();
            if (!mayBeText && !id.matches("[0-9]{1,18}")) {
                throw new IllegalArgumentException(
                        benchmark.label() + " numbers its questions and images; found the id \"" + id
                                + "\". Expected the benchmark's own data: name them by data, or leave out benchmark");
            }
            if (!known.add(id)) {
                throw new IllegalArgumentException(
                        benchmark.label() + ": the id " + id + " is in the data twice (querent data check)");
            }
        }
    }
}
