package dev.querent.data;

import dev.querent.image.BadImageException;
import dev.querent.image.ImageTransform;
import dev.querent.image.RgbImage;
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
import java.util.function.LongFunction;

/**
 * Training batches. A batch is a function of the run's seed and the step alone: it doesn't matter which batches were asked
 * for before, nor how many threads decode ahead. A sample that can't be used goes to the quarantine, and another one
 * takes its place, the same in every run.
 */
public final class BatchLoader implements AutoCloseable {

    private final SampleList samples;
    private final ImageTransform transform;
    private final LoaderOptions options;
    private final RunSeed seed;
    private final Quarantine quarantine;
    private final Optional<SampleGroups> groups;
    private final LongFunction<int[]> order;
    private final ReadAhead<Loaded> readAhead;

    /** A batch with what befell its samples, which the quarantine hears of when the batch is handed out. */
    private record Loaded(Batch batch, Map<String, String> bad) {}

    /** Pixels of one place in a batch and the sample they come from. */
    private record Filled(int index, Sample sample) {}

    /**
     * @throws IllegalArgumentException where there is no sample, or too few groups for batches of distinct ones
     */
    public BatchLoader(
            SampleList samples, ImageTransform transform, LoaderOptions options, RunSeed seed, Quarantine quarantine) {
        if (samples.size() == 0) {
            throw new IllegalArgumentException("the split has no samples, so there is nothing to train on");
        }
        this.samples = samples;
        this.transform = transform;
        this.options = options;
        this.seed = seed;
        this.quarantine = quarantine;
        groups = options.distinctGroups() || options.twoViews()
                ? Optional.of(new SampleGroups(samples))
                : Optional.empty();
        order = order();
        readAhead = new ReadAhead<>(this::load, options.threads());
    }

    private LongFunction<int[]> order() {
        if (options.distinctGroups()) {
            return new DistinctGroupOrder(groups.orElseThrow(), options.batchSize(), seed)::batch;
        }
        return new SampleOrder(samples.size(), options.batchSize(), seed)::batch;
    }

    /**
     * The batch of an optimiser step. Batches of the following steps are decoded meanwhile.
     *
     * @param step counted from 0
     * @throws BadImageException where no sample at all can take the place of a bad one
     * @throws TooManyBadSamplesException where the quarantine has heard of too many
     */
    public Batch batch(long step) {
        Loaded loaded = readAhead.get(step);
        loaded.bad.forEach(quarantine::report);
        loaded.batch.ids().forEach(quarantine::used);
        return loaded.batch;
    }

    /** The samples that a step's batch is put together from, before any bad one is replaced. */
    public List<String> ids(long step) {
        return Arrays.stream(order.apply(step))
                .mapToObj(index -> samples.get(index).id())
                .toList();
    }

    private Loaded load(long step) {
        int[] indices = order.apply(step);
        float[] pixels = new float[indices.length * transform.length()];
        Map<String, String> bad = new LinkedHashMap<>();
        Filled[] filled = new Filled[indices.length];
        for (int row = 0; row < indices.length; row++) {
            filled[row] = decode(step, row, indices[row], pixels, bad);
        }
        for (int row = 0; row < indices.length; row++) {
            if (filled[row] == null) {
                filled[row] = replace(step, row, indices, pixels, bad);
            }
        }
        float[] second = options.twoViews() ? secondViews(step, filled, bad) : null;
        List<Sample> batch = Arrays.stream(filled).map(Filled::sample).toList();
        List<String> captions = new ArrayList<>();
        for (Filled place : filled) {
            captions.add(caption(step, place));
        }
        return new Loaded(new Batch(batch, captions, transform.imageSize(), pixels, Optional.ofNullable(second)), bad);
    }

    private String caption(long step, Filled place) {
        List<String> all = place.sample.captions();
        int choice = seed.generator(Purpose.CAPTION_CHOICE, step, place.index).nextInt(all.size());
        return CaptionText.caption(all.get(choice));
    }

    /** @return null where the sample is bad */
    private @org.jspecify.annotations.Nullable Filled decode(
            long step, int row, int index, float[] pixels, Map<String, String> bad) {
        Sample sample = samples.get(index);
        return decode(sample, seed.at(Purpose.AUGMENTATION, step, index, 0), row, pixels, bad)
                ? new Filled(index, sample)
                : null;
    }

    private boolean decode(Sample sample, long augmentation, int row, float[] pixels, Map<String, String> bad) {
        if (bad.containsKey(sample.id())) {
            return false;
        }
        try {
            RgbImage image = sample.image().get();
            transform.apply(image, augmentation, pixels, row * transform.length());
            return true;
        } catch (BadImageException e) {
            bad.put(sample.id(), String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** The first usable sample after a random one that the batch doesn't hold, of a group it doesn't hold. */
    private Filled replace(long step, int row, int[] indices, float[] pixels, Map<String, String> bad) {
        Set<Integer> taken = new HashSet<>();
        for (int index : indices) {
            taken.add(key(index));
        }
        int start = seed.generator(Purpose.DATA_ORDER, step, row, 1).nextInt(samples.size());
        for (int i = 0; i < samples.size(); i++) {
            int index = (start + i) % samples.size();
            if (!taken.contains(key(index))) {
                Filled filled = decode(step, row, index, pixels, bad);
                if (filled != null) {
                    indices[row] = index;
                    return filled;
                }
            }
        }
        throw new BadImageException("none of the " + samples.size() + " samples can take the place of \""
                + samples.get(indices[row]).id() + "\": "
                + bad.get(samples.get(indices[row]).id()));
    }

    private int key(int index) {
        return options.distinctGroups() ? groups.orElseThrow().groupOf(index) : index;
    }

    private float[] secondViews(long step, Filled[] filled, Map<String, String> bad) {
        float[] pixels = new float[filled.length * transform.length()];
        SampleGroups known = groups.orElseThrow();
        for (int row = 0; row < filled.length; row++) {
            int index = filled[row].index;
            int[] members = known.members(known.groupOf(index));
            long augmentation = seed.at(Purpose.AUGMENTATION, step, index, 1);
            int start = members.length < 2
                    ? 0
                    : seed.generator(Purpose.DATA_ORDER, step, row, 2).nextInt(members.length);
            boolean done = false;
            for (int i = 0; i < members.length && !done; i++) {
                int other = members[(start + i) % members.length];
                done = other != index && decode(samples.get(other), augmentation, row, pixels, bad);
            }
            if (!done) {
                decode(filled[row].sample, augmentation, row, pixels, bad);
            }
        }
        return pixels;
    }

    /** Stops decoding ahead. */
    @Override
    public void close() {
        readAhead.close();
    }
}
