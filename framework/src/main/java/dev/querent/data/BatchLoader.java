package dev.querent.data;

import dev.querent.collective.Collectives;
import dev.querent.collective.Share;
import dev.querent.collective.SingleProcess;
import dev.querent.image.BadImageException;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import dev.querent.text.CaptionText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Training batches. A batch is a function of the run's seed and the step alone: it doesn't matter which batches were asked
 * for before, how many threads decode ahead, nor how many ranks share it: each rank decodes its share of the images, and knows
 * all samples. A sample that can't be used goes to the quarantine, and another one takes its place, the same in every run.
 */
public final class BatchLoader implements AutoCloseable {

    private final SampleList samples;
    private final SampleReader reader;
    private final LoaderOptions options;
    private final RunSeed seed;
    private final Quarantine quarantine;
    private final Collectives collectives;
    private final Optional<SampleGroups> groups;
    private final LongFunction<int[]> order;
    private final ExecutorService decoders;
    private final ReadAhead<Supplier<Whole>> readAhead;

    /**
     * A batch whose bad samples may still have to be replaced.
     *
     * @param indices of its samples
     * @param filled null where a sample is bad
     * @param bad what befell samples, which the quarantine hears of when the batch is handed out
     */
    private record Loaded(
            int[] indices, float[] values, @Nullable Filled[] filled, Map<String, String> bad) {}

    /** @param bad samples that were replaced */
    private record Whole(Batch batch, Map<String, String> bad) {}

    /** @param filled null where the sample is bad */
    private record Row(@Nullable Filled filled, Map<String, String> bad) {}

    /** One place in a batch and the sample they come from. */
    private record Filled(int index, Sample sample) {}

    /**
     * Loads batches for one process.
     *
     * @throws IllegalArgumentException where there is no sample, or too few groups for batches of distinct ones
     */
    public BatchLoader(
            SampleList samples, SampleReader reader, LoaderOptions options, RunSeed seed, Quarantine quarantine) {
        this(samples, reader, options, seed, quarantine, new SingleProcess());
    }

    /**
     * Loads this rank's shares of batches.
     *
     * @throws IllegalArgumentException where there is no sample, too few groups for batches of distinct ones, or a batch has
     *     fewer samples than there are ranks
     */
    public BatchLoader(
            SampleList samples,
            SampleReader reader,
            LoaderOptions options,
            RunSeed seed,
            Quarantine quarantine,
            Collectives collectives) {
        if (options.batchSize() < collectives.size()) {
            throw new IllegalArgumentException("batch-size: a batch of " + options.batchSize() + " can't be shared by "
                    + collectives.size() + " ranks");
        }
        if (samples.size() == 0) {
            throw new IllegalArgumentException("the split has no samples, so there is nothing to train on");
        }
        this.samples = samples;
        this.reader = reader;
        this.options = options;
        this.seed = seed;
        this.quarantine = quarantine;
        this.collectives = collectives;
        groups = samples.surveyable() && (options.distinctGroups() || options.twoViews())
                ? Optional.of(new SampleGroups(samples))
                : Optional.empty();
        order = order();
        decoders = ReadAhead.daemons(options.threads(), "querent-decoder");
        readAhead = new ReadAhead<>(this::begin);
    }

    private LongFunction<int[]> order() {
        if (options.distinctGroups()) {
            return groups.isPresent()
                    ? new DistinctGroupOrder(groups.get(), options.batchSize(), seed)::batch
                    : new DistinctSequence(samples, options.batchSize(), seed)::batch;
        }
        SampleSequence sequence = samples.sequence(seed);
        return step -> sequence.batch(step, options.batchSize());
    }

    /**
     * The batch of an optimiser step. Batches of the following steps are decoded meanwhile.
     *
     * @param step counted from 0
     * @throws BadImageException where no sample at all can take the place of a bad one
     * @throws TooManyBadSamplesException where the quarantine has heard of too many
     */
    public Batch batch(long step) {
        Whole whole = readAhead.get(step).get();
        whole.bad.forEach(quarantine::report);
        whole.batch.ids().forEach(quarantine::used);
        return whole.batch;
    }

    /** The samples that a step's batch is put together from, before any bad one is replaced. */
    public List<String> ids(long step) {
        return Arrays.stream(order.apply(step))
                .mapToObj(index -> samples.get(index).id())
                .toList();
    }

    /** What can be done ahead. Ranks that tell each other of bad samples have to do so in the order of the steps. */
    private Supplier<Whole> begin(long step) {
        Loaded loaded = load(step);
        if (collectives.size() == 1) {
            Whole whole = complete(step, loaded);
            return () -> whole;
        }
        return () -> complete(step, agreed(step, loaded));
    }

    private Loaded load(long step) {
        int[] indices = order.apply(step);
        Share share = collectives.share(indices.length);
        float[] values = new float[share.rows() * reader.length()];
        List<Future<Row>> rows = new ArrayList<>();
        for (int row = 0; row < indices.length; row++) {
            int index = indices[row];
            int place = share.contains(row) ? row - share.start() : -1;
            rows.add(decoders.submit(() -> row(step, index, values, place)));
        }
        Map<String, String> bad = new LinkedHashMap<>();
        @Nullable Filled[] filled = new Filled[indices.length];
        for (int row = 0; row < indices.length; row++) {
            Row done = ReadAhead.wait(rows.get(row));
            filled[row] = done.filled;
            bad.putAll(done.bad);
        }
        return new Loaded(indices, values, filled, bad);
    }

    /** @param place among the rows of the share; negative where another rank decodes it */
    private Row row(long step, int index, float[] values, int place) {
        Map<String, String> bad = new LinkedHashMap<>();
        Filled filled = place < 0 ? new Filled(index, samples.get(index)) : decode(step, index, values, place, bad);
        return new Row(filled, bad);
    }

    /** What is bad on any rank is bad on all: each looks for itself, so that all say the same of it. */
    private Loaded agreed(long step, Loaded loaded) {
        long[] bad = new long[loaded.filled.length];
        for (int row = 0; row < bad.length; row++) {
            bad[row] = loaded.filled[row] == null ? 1 : 0;
        }
        collectives.largest(bad);
        if (Arrays.stream(bad).noneMatch(row -> row == 1)) {
            return loaded;
        }
        float[] unused = new float[reader.length()];
        Map<String, String> reasons = new LinkedHashMap<>();
        for (int row = 0; row < bad.length; row++) {
            if (bad[row] == 1) {
                Sample sample = samples.get(loaded.indices[row]);
                decode(step, loaded.indices[row], unused, 0, reasons);
                reasons.putIfAbsent(sample.id(), "another rank could not read it");
                loaded.filled[row] = null;
            }
        }
        return new Loaded(loaded.indices, loaded.values, loaded.filled, reasons);
    }

    private Whole complete(long step, Loaded loaded) {
        int[] indices = loaded.indices;
        Share share = collectives.share(indices.length);
        List<Filled> filled = new ArrayList<>();
        for (int row = 0; row < indices.length; row++) {
            Filled place = loaded.filled[row];
            filled.add(place != null ? place : replace(step, row, loaded, share));
        }
        Optional<float[]> second =
                options.twoViews() ? Optional.of(secondViews(step, filled, share, loaded.bad)) : Optional.empty();
        Batch batch = new Batch(
                filled.stream().map(Filled::sample).toList(),
                filled.stream().map(place -> caption(step, place)).toList(),
                reader.shape(),
                share,
                loaded.values,
                second);
        return new Whole(batch, loaded.bad);
    }

    private String caption(long step, Filled place) {
        List<String> all = place.sample.captions();
        int choice = seed.generator(Purpose.CAPTION_CHOICE, step, place.index).nextInt(all.size());
        return CaptionText.caption(all.get(choice));
    }

    /** @return null where the sample is bad */
    private @Nullable Filled decode(long step, int index, float[] values, int place, Map<String, String> bad) {
        Sample sample = samples.get(index);
        return decode(index, sample, seed.at(Purpose.AUGMENTATION, step, index, 0), place, values, bad)
                ? new Filled(index, sample)
                : null;
    }

    private boolean decode(
            int index, Sample sample, long augmentation, int place, float[] values, Map<String, String> bad) {
        if (bad.containsKey(sample.id())) {
            return false;
        }
        try {
            reader.read(index, sample, augmentation, values, place * reader.length());
            return true;
        } catch (BadImageException e) {
            bad.put(sample.id(), String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** The first usable sample after a random one that the batch doesn't hold, of a group it doesn't hold. */
    private Filled replace(long step, int row, Loaded loaded, Share share) {
        int[] indices = loaded.indices;
        Set<Object> taken = new HashSet<>();
        for (int index : indices) {
            taken.add(key(index));
        }
        float[] values = share.contains(row) ? loaded.values : new float[reader.length()];
        int place = share.contains(row) ? row - share.start() : 0;
        int start = seed.generator(Purpose.DATA_ORDER, step, row, 1).nextInt(samples.size());
        for (int i = 0; i < samples.size(); i++) {
            int index = (start + i) % samples.size();
            if (!taken.contains(key(index))) {
                Filled filled = decode(step, index, values, place, loaded.bad);
                if (filled != null) {
                    indices[row] = index;
                    return filled;
                }
            }
        }
        throw new BadImageException("none of the " + samples.size() + " samples can take the place of \""
                + samples.get(indices[row]).id() + "\": "
                + loaded.bad.get(samples.get(indices[row]).id()));
    }

    private Object key(int index) {
        return options.distinctGroups() ? samples.get(index).group() : (Object) index;
    }

    private float[] secondViews(long step, List<Filled> filled, Share share, Map<String, String> bad) {
        float[] values = new float[share.rows() * reader.length()];
        for (int row = share.start(); row < share.end(); row++) {
            int index = filled.get(row).index;
            int place = row - share.start();
            int[] members =
                    groups.map(known -> known.members(known.groupOf(index))).orElse(new int[0]);
            long augmentation = seed.at(Purpose.AUGMENTATION, step, index, 1);
            int start = members.length < 2
                    ? 0
                    : seed.generator(Purpose.DATA_ORDER, step, row, 2).nextInt(members.length);
            boolean done = false;
            for (int i = 0; i < members.length && !done; i++) {
                int other = members[(start + i) % members.length];
                done = other != index && decode(other, samples.get(other), augmentation, place, values, bad);
            }
            if (!done) {
                decode(index, filled.get(row).sample, augmentation, place, values, bad);
            }
        }
        return values;
    }

    /** Stops decoding ahead. */
    @Override
    public void close() {
        readAhead.close();
        decoders.shutdownNow();
    }
}
