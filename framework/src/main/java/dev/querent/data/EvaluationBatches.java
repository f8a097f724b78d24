package dev.querent.data;

import dev.querent.collective.Share;
import dev.querent.image.BadImageException;
import dev.querent.image.ImageTransform;
import dev.querent.text.CaptionText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The samples of a split in their order, without augmentation. The last batch may be smaller; a sample that can't be used
 * is reported and left out, and a batch without a usable sample is left out as a whole.
 */
public final class EvaluationBatches implements Iterable<Batch> {

    private final SampleList samples;
    private final ImageTransform transform;
    private final int batchSize;
    private final Quarantine quarantine;

    /**
     * @param transform as it is made for evaluation; its seed is 0
     * @throws IllegalArgumentException where there is no sample
     */
    public EvaluationBatches(SampleList samples, ImageTransform transform, int batchSize, Quarantine quarantine) {
        if (samples.size() == 0) {
            throw new IllegalArgumentException("the split has no samples, so there is nothing to evaluate");
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("batches of " + batchSize + " samples");
        }
        this.samples = samples;
        this.transform = transform;
        this.batchSize = batchSize;
        this.quarantine = quarantine;
    }

    @Override
    public Iterator<Batch> iterator() {
        return new Iterator<>() {
            private int next;
            private Optional<Batch> ready = Optional.empty();

            @Override
            public boolean hasNext() {
                while (ready.isEmpty() && next < samples.size()) {
                    Batch batch = load(next, Math.min(batchSize, samples.size() - next));
                    next += batchSize;
                    ready = Optional.of(batch).filter(b -> b.rows() > 0);
                }
                return ready.isPresent();
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Batch batch = ready.orElseThrow();
                ready = Optional.empty();
                return batch;
            }
        };
    }

    private Batch load(int first, int count) {
        List<Sample> usable = new ArrayList<>();
        float[] pixels = new float[count * transform.length()];
        for (int index = first; index < first + count; index++) {
            Sample sample = samples.get(index);
            try {
                transform.apply(sample.image().get(), 0, pixels, usable.size() * transform.length());
                usable.add(sample);
                quarantine.used(sample.id());
            } catch (BadImageException e) {
                quarantine.report(sample.id(), String.valueOf(e.getMessage()));
            }
        }
        float[] used = Arrays.copyOf(pixels, usable.size() * transform.length());
        List<String> captions = usable.stream()
                .map(sample -> CaptionText.caption(sample.captions().get(0)))
                .toList();
        return new Batch(
                usable,
                captions,
                List.of(3, transform.imageSize(), transform.imageSize()),
                new Share(0, usable.size()),
                used,
                Optional.empty());
    }
}
