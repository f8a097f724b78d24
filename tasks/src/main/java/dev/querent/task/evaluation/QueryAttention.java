package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Sample;
import dev.querent.file.AtomicFile;
import dev.querent.image.RgbImage;
import dev.querent.model.AttentionMaps;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.report.HeatMaps;
import dev.querent.report.ResultPicture;
import dev.querent.report.ResultTable;
import dev.querent.report.StepResults;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PipelineStep;
import dev.querent.step.StepContext;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Where the query tokens look: their attention over the patches of a few images, drawn over them and summed up. */
@Plugin("query-attention")
public final class QueryAttention implements PipelineStep {

    /** What is looked at. */
    public record Config(
            @Doc("split of the data set") String split,

            @Doc("most images, the first usable ones of the split")
            int images,

            @Doc("most query tokens that get a picture of their own")
            int queries,

            @Doc("images looked at together") int batchSize) {

        /** A page of pictures. */
        public static final Config DEFAULTS = new Config("test", 8, 32, 8);

        public Config {
            Check.range("images", images, 1, 100);
            Check.range("queries", queries, 1, 98);
            Check.positive("batch-size", batchSize);
        }
    }

    private final Config config;

    public QueryAttention(Config config) {
        this.config = config;
    }

    @Override
    public List<String> problems(ExperimentParts experiment) {
        return experiment.has("bridge", AttentionMaps.class)
                ? List.of()
                : List.of(
                        "query-attention needs a bridge whose query tokens attend to the image, such as q-former: choose"
                                + " one, or remove this step");
    }

    @Override
    public void run(StepContext context) {
        List<Sample> samples = UsableSamples.of(context, config.split(), config.images(), sample -> true);
        List<ResultPicture> pictures = new ArrayList<>();
        AttentionSummary summary = new AttentionSummary();
        try (NDManager manager = Torch.newManager()) {
            VisionEncoder encoder = context.vision(manager);
            if (!(context.bridge(manager) instanceof AttentionMaps bridge)) {
                throw new IllegalArgumentException(
                        problems(new ExperimentParts(Map.of())).get(0));
            }
            int patches = patches(encoder);
            new FeatureBatches(context, encoder, manager, config.batchSize())
                    .forEach(samples, 0, samples.size(), (first, batch, features) -> {
                        NDArray attention = bridge.attention(features); // (B, Q, N)
                        float[] shares = attention.toFloatArray();
                        int length = shares.length / batch.size();
                        for (int row = 0; row < batch.size(); row++) {
                            float[] ofImage = Arrays.copyOfRange(shares, row * length, (row + 1) * length);
                            QueryMaps maps = QueryMaps.of(ofImage, encoder.tokens(), patches);
                            summary.add(maps);
                            pictures.add(picture(context, encoder, batch.get(row), first + row, maps));
                        }
                    });
        }
        write(context, samples.size(), summary, pictures);
    }

    /** Patches of an image; the tokens in front of them stand for no place. */
    private static int patches(VisionEncoder encoder) {
        int side = encoder.imageSize() / encoder.patchSize();
        int patches = side * side;
        if (patches > encoder.tokens()) {
            throw new IllegalArgumentException("query-attention: the vision encoder has " + encoder.tokens()
                    + " tokens, fewer than the " + patches + " patches of its image; its tokens are no places");
        }
        return patches;
    }

    private ResultPicture picture(
            StepContext context, VisionEncoder encoder, Sample sample, int index, QueryMaps maps) {
        List<float[]> drawn = new ArrayList<>(List.of(maps.mean()));
        drawn.addAll(maps.ofQueries()
                .subList(0, Math.min(config.queries(), maps.ofQueries().size())));
        RgbImage seen = encoder.preprocessing().resize(sample.image().get(), encoder.imageSize());
        String file = String.format(Locale.ROOT, "attention/%03d.png", index);
        AtomicFile.write(context.folder().resolve(file), HeatMaps.sheet(seen, drawn));
        String caption =
                sample.captions().isEmpty() ? "" : " (" + sample.captions().get(0) + ")";
        return new ResultPicture(file, sample.id() + caption);
    }

    private void write(StepContext context, int images, AttentionSummary summary, List<ResultPicture> pictures) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("images", (double) images);
        numbers.putAll(summary.numbers());
        ResultTable table = new ResultTable(
                "Attention of " + summary.queries() + " query tokens over " + summary.patches() + " patches, mean of "
                        + images + " images",
                List.of("query token", "patches read", "not on patches"),
                summary.rows());
        List<String> notes = List.of(
                "The last cross-attention layer, mean over its heads: what is read there passes no further attention to the"
                        + " image. Patches read: e to the entropy of the shares of the patches, 1 where a query token reads a"
                        + " single patch, " + summary.patches()
                        + " where it reads all alike. Not on patches: the share of the class token.",
                "Pictures, row by row of " + HeatMaps.COLUMNS
                        + ": the image as the encoder sees it, the mean over all query tokens, then "
                        + (summary.queries() <= config.queries() ? "each" : "the first " + config.queries())
                        + " of them. Dark is nothing; the brightest of a map is its strongest patch, or three times an"
                        + " even share where none is that strong.");
        new StepResults("Attention of the query tokens", numbers, List.of(table), notes, pictures)
                .write(context.folder(), List.of());
    }
}
