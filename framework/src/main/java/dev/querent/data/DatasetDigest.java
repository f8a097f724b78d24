package dev.querent.data;

import dev.querent.image.BadImageException;
import dev.querent.image.RgbImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Tells contents of a data set apart, whatever its files are called: sizes, words, names, captions and questions, and the pixels of a few
 * images. Of very many samples some are looked at, evenly spread; another image under an old name is noticed only where it is one of
 * those.
 */
public final class DatasetDigest {

    private static final int MOST_SAMPLES = 20_000;

    /** Of a list that is costly to reach out of order. */
    private static final int MOST_PROBES = 1000;

    private static final int MOST_IMAGES = 16;

    private final MessageDigest digest;

    private DatasetDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** SHA-256 in hexadecimal. */
    public static String of(Dataset dataset) {
        DatasetDigest of = new DatasetDigest();
        for (String split : new TreeSet<>(dataset.splits())) {
            of.add(split);
            of.add(dataset.split(split), MOST_SAMPLES, of::add);
        }
        of.addTexts(dataset);
        dataset.words().forEach(of::add);
        return HexFormat.of().formatHex(of.digest.digest());
    }

    /** Of the images alone, whatever is said of them: SHA-256 of all names in their order, where they can be surveyed, and of some pixels. */
    public static String ofImages(SampleList samples) {
        DatasetDigest of = new DatasetDigest();
        of.add(samples, Integer.MAX_VALUE, sample -> of.add(sample.id()));
        return HexFormat.of().formatHex(of.digest.digest());
    }

    private void add(SampleList samples, int most, Consumer<Sample> texts) {
        add(samples.size());
        int step = step(samples.size(), samples.surveyable() ? most : MOST_PROBES);
        int imageStep = step * step((samples.size() + step - 1) / step, MOST_IMAGES);
        for (int i = 0; i < samples.size(); i += step) {
            try {
                Sample sample = samples.get(i);
                texts.accept(sample);
                if (i % imageStep == 0) {
                    add(sample.image().get());
                }
            } catch (BadImageException e) {
                add("unusable");
            }
        }
    }

    private static int step(int size, int most) {
        return (int) Math.max(1, ((long) size + most - 1) / most);
    }

    private void add(Sample sample) {
        add(sample.id());
        add(sample.group());
        add(sample.prompts().caption());
        add(sample.prompts().question());
        add(sample.captions());
        add(sample.questions().size());
        sample.questions().forEach(question -> add(List.of(question.type(), question.text(), question.answer())));
    }

    private void add(RgbImage image) {
        add(image.width());
        digest.update(image.rgb());
    }

    private void addTexts(Dataset dataset) {
        int texts = dataset.textCount();
        add(texts);
        for (int i = 0; i < texts; i += step(texts, MOST_SAMPLES)) {
            TextPair text = dataset.text(i);
            add(List.of(text.context(), text.prefix(), text.target()));
        }
    }

    private void add(List<String> texts) {
        add(texts.size());
        texts.forEach(this::add);
    }

    /** Length first, so that no two different lists give the same bytes. */
    private void add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add(bytes.length);
        digest.update(bytes);
    }

    private void add(int number) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).flip());
    }
}
