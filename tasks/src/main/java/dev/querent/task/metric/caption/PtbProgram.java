package dev.querent.task.metric.caption;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** PTBTokenizer 3.4.1 itself, in the jar that coco-caption uses. */
final class PtbProgram implements CaptionTokenizer {

    private final Path jar;

    PtbProgram(Path jar) {
        this.jar = jar.toAbsolutePath();
    }

    /** {@inheritDoc} All texts go through one file, as in coco-caption; characters that end lines there are blanks first. */
    @Override
    public List<String> tokenize(List<String> texts) {
        try {
            Path input = Files.createTempFile("querent-captions", ".txt");
            try {
                Files.write(
                        input,
                        texts.stream()
                                .map(PtbProgram::oneLine)
                                .collect(Collectors.joining("\n"))
                                .getBytes(StandardCharsets.UTF_8)); // half a surrogate pair becomes a question mark
                return run(input, texts.size());
            } finally {
                Files.deleteIfExists(input);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot pass captions to PTBTokenizer", e);
        }
    }

    private static String oneLine(String text) {
        return text.replaceAll("[\n\r\u000b\f\u2028\u2029]", " ");
    }

    private List<String> run(Path input, int texts) throws IOException {
        try (JavaProgram program = new JavaProgram(
                "PTBTokenizer (" + jar + ")",
                jar,
                List.of(
                        "-cp",
                        jar.toString(),
                        "edu.stanford.nlp.process.PTBTokenizer",
                        "-preserveLines",
                        "-lowerCase",
                        input.toString()))) {
            String out = new String(program.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            program.expectSuccess();
            List<String> lines = Arrays.asList(out.split("\n", -1));
            if (lines.size() < texts) {
                throw new ScorerException("PTBTokenizer (" + jar + ") gave " + lines.size() + " lines for " + texts);
            }
            return lines.subList(0, texts).stream()
                    .map(line -> Arrays.stream(line.stripTrailing().split(" "))
                            .filter(token -> !PtbTokenizer.DROPPED.contains(token))
                            .collect(Collectors.joining(" ")))
                    .toList();
        }
    }
}
