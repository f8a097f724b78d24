package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.TextDecoder;
import dev.querent.text.TextTokenizer;
import dev.querent.torch.Torch;
import java.util.List;
import java.util.stream.IntStream;

/** Says given texts. */
final class Script implements TextDecoder {
    private final NDManager manager = Torch.newManager();
    private final TextTokenizer tokenizer;
    private List<long[]> rows;
    private int said;

    Script(TextTokenizer tokenizer, List<String> texts) {
        this.tokenizer = tokenizer;
        rows = texts.stream().map(tokenizer::encode).toList(); // with the end token
    }

    @Override
    public NDArray logits() {
        float[][] logits = new float[rows.size()][tokenizer.size()];
        for (int row = 0; row < logits.length; row++) {
            long[] text = rows.get(row);
            logits[row][(int) text[Math.min(said, text.length - 1)]] = 20;
        }
        return manager.create(logits);
    }

    @Override
    public void feed(long[] tokens) {
        said++;
    }

    @Override
    public void select(int[] chosen) {
        List<long[]> before = rows;
        rows = IntStream.of(chosen).mapToObj(before::get).toList();
    }

    @Override
    public int rows() {
        return rows.size();
    }

    @Override
    public long endToken() {
        return tokenizer.id("<end>");
    }

    @Override
    public void close() {
        manager.close();
    }
}
