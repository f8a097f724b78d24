package dev.querent.task.capfilt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.evaluation.PixelBatch;
import dev.querent.generation.DecodingConfig;
import dev.querent.generation.EarlyStopping;
import dev.querent.generation.Generator;
import dev.querent.generation.Sampling;
import dev.querent.image.BadImageException;
import dev.querent.image.RgbImage;
import dev.querent.model.Captioner;
import dev.querent.model.ImageTextScorer;
import dev.querent.progress.StoppedException;
import dev.querent.random.Purpose;
import dev.querent.step.PartitionWork;
import dev.querent.step.StepContext;
import dev.querent.torch.Torch;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Captioner and scorer at work on one partition of the training images after the other. */
final class CapFiltWork implements PartitionWork {

    private final CapFilt.Config config;
    private final StepContext context;
    private final SampleList samples;
    private final NDManager manager;
    private final Captioner captioner;
    private final ImageTextScorer scorer;
    private final Generator generator;

    private CapFiltWork(CapFilt.Config config, StepContext context, NDManager manager) {
        this.config = config;
        this.context = context;
        this.manager = manager;
        samples = context.dataset().split("train");
        captioner = context.captioner(manager);
        scorer = context.scorer(manager);
        // a caption depends on the run's seed and its image's index, not on the images beside it
        Sampling nucleus = new Sampling(1, 0, config.topP(), context.seed().at(Purpose.SAMPLING));
        generator = new Generator(new DecodingConfig(
                1,
                1,
                config.minNewTokens(),
                config.maxNewTokens(),
                config.repetitionPenalty(),
                EarlyStopping.FALSE,
                config.captions(),
                Optional.of(nucleus)));
    }

    static CapFiltWork open(CapFilt.Config config, StepContext context) {
        return Torch.owning(manager -> new CapFiltWork(config, context, manager));
    }

    /** One sample with its picture, or with why it has none. */
    private record Seen(int index, Sample sample, RgbImage image, Optional<String> problem) {}

    @Override
    public void write(int partition, Path file) throws IOException {
        int start = partition * config.partitionSize();
        int end = Math.min(samples.size(), start + config.partitionSize());
        try (BufferedWriter lines = Files.newBufferedWriter(file)) {
            for (int first = start; first < end; first += config.batchSize()) {
                if (context.stopSignal().stopRequested()) {
                    throw new StoppedException("stopped before image " + first);
                }
                List<Seen> batch = new ArrayList<>();
                for (int index = first; index < Math.min(end, first + config.batchSize()); index++) {
                    batch.add(look(index));
                }
                for (ChosenCaptions chosen : choose(batch)) {
                    lines.write(chosen.line());
                    lines.newLine();
                }
            }
        }
    }

    private Seen look(int index) {
        Sample sample = samples.get(index);
        try {
            return new Seen(index, sample, sample.image().get(), Optional.empty());
        } catch (BadImageException e) {
            // grey stands for it, so that the others keep their rows, and with them their random numbers
            return new Seen(
                    index, sample, new RgbImage(1, 1, new byte[3]), Optional.of(String.valueOf(e.getMessage())));
        }
    }

    private List<ChosenCaptions> choose(List<Seen> batch) {
        List<RgbImage> images = batch.stream().map(Seen::image).toList();
        try (NDManager inner = manager.newSubManager()) {
            NDArray pixels = PixelBatch.of(inner, captioner.transform(), images); // (B, 3, S, S)
            List<List<String>> written = generator.allTexts(
                    captioner.decoder(pixels, captioner.prompt()),
                    captioner.tokenizer(),
                    batch.get(0).index());
            NDArray seen = scorer.embedImages(PixelBatch.of(inner, scorer.transform(), images)); // (B, E) or (B, Q, E)
            List<ChosenCaptions> chosen = new ArrayList<>();
            for (int row = 0; row < batch.size(); row++) {
                Seen one = batch.get(row);
                chosen.add(
                        one.problem().isPresent()
                                ? ChosenCaptions.none(
                                        one.index(), one.sample(), one.problem().get())
                                : best(one, written.get(row), seen.get(row + ":" + (row + 1))));
            }
            return chosen;
        }
    }

    /** @param seen (1, E) or (1, Q, E) */
    private ChosenCaptions best(Seen one, List<String> written, NDArray seen) {
        Set<String> own = new LinkedHashSet<>(one.sample().captions());
        Set<String> texts = new LinkedHashSet<>(own);
        written.stream().filter(text -> !text.isBlank()).forEach(texts::add);
        List<String> all = List.copyOf(texts);
        try (NDManager inner = seen.getManager().newSubManager()) {
            float[] scores = scorer.scores(seen, scorer.embedTexts(inner, all)).toFloatArray(); // (1, C)
            return ChosenCaptions.best(one.index(), one.sample(), all, scores, own, config.keep());
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
