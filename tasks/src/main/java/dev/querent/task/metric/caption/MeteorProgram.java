package dev.querent.task.metric.caption;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * METEOR 1.5 in the jar that coco-caption uses, which answers on standard output: statistics for a caption with its references,
 * scores for statistics. The score of several captions is that of their summed statistics.
 */
final class MeteorProgram implements AutoCloseable {

    private final JavaProgram program;
    private final BufferedWriter in;
    private final BufferedReader out;

    /** @param jar with {@code data/paraphrase-en.gz} beside it */
    MeteorProgram(Path jar) {
        Path whole = jar.toAbsolutePath();
        program = new JavaProgram(
                "METEOR (" + jar + ")",
                whole,
                List.of("-Xmx2G", "-jar", whole.toString(), "-", "-", "-stdio", "-l", "en", "-norm"));
        in = new BufferedWriter(new OutputStreamWriter(program.process().getOutputStream(), StandardCharsets.UTF_8));
        out = new BufferedReader(new InputStreamReader(program.process().getInputStream(), StandardCharsets.UTF_8));
    }

    /** The statistics of each caption, as the program writes them. */
    List<String> statistics(List<TokenizedCaption> captions) {
        List<String> statistics = new ArrayList<>();
        for (TokenizedCaption caption : captions) {
            write("SCORE ||| " + String.join(" ||| ", caption.references()) + " ||| " + caption.candidate());
            statistics.add(read());
        }
        return statistics;
    }

    /** The score of captions together, 0 to 1. */
    double score(List<String> statistics) {
        write("EVAL ||| " + String.join(" ||| ", statistics));
        statistics.forEach(each -> read()); // of each by itself
        String together = read();
        try {
            return Double.parseDouble(together);
        } catch (NumberFormatException e) {
            throw program.failed();
        }
    }

    private void write(String line) {
        try {
            in.write(line);
            in.newLine();
            in.flush();
        } catch (IOException e) {
            throw program.failed();
        }
    }

    private String read() {
        try {
            String line = out.readLine();
            if (line == null) {
                throw program.failed();
            }
            return line.strip();
        } catch (IOException e) {
            throw program.failed();
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
