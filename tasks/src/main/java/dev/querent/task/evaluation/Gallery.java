package dev.querent.task.evaluation;

import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Images and texts of a retrieval evaluation, and which belong together: a text is right for its image and for every image of the
 * same group. Where equal texts are one, it is also right for every image that has it among its captions.
 */
final class Gallery {

    private final List<Sample> samples;
    private final List<String> texts = new ArrayList<>();
    private final int[] firsts;
    private final int[][] own;
    private final int[][] right;
    private final int[][] rightImages;

    /**
     * @param captionsPerImage how many of an image's captions join the gallery
     * @param equalTextsAreOne else every caption counts for itself
     */
    Gallery(List<Sample> samples, int captionsPerImage, boolean equalTextsAreOne) {
        this.samples = List.copyOf(samples);
        firsts = new int[samples.size() + 1];
        own = new int[samples.size()][];
        right = new int[samples.size()][];
        Map<String, Integer> known = new HashMap<>();
        Map<String, Set<Integer>> textsOfGroup = new HashMap<>();
        for (int image = 0; image < own.length; image++) {
            firsts[image] = texts.size();
            own[image] = samples.get(image).captions().stream()
                    .limit(captionsPerImage)
                    .mapToInt(
                            caption -> equalTextsAreOne ? known.computeIfAbsent(caption, this::added) : added(caption))
                    .toArray();
            Set<Integer> ofGroup =
                    textsOfGroup.computeIfAbsent(samples.get(image).group(), group -> new TreeSet<>());
            Arrays.stream(own[image]).forEach(ofGroup::add);
        }
        firsts[own.length] = texts.size();
        for (int image = 0; image < own.length; image++) {
            Sample sample = samples.get(image);
            Set<Integer> all = new TreeSet<>(textsOfGroup.getOrDefault(sample.group(), Set.of()));
            sample.captions().stream()
                    .filter(known::containsKey)
                    .map(known::get)
                    .forEach(all::add);
            right[image] = all.stream().mapToInt(text -> text).toArray();
        }
        rightImages = transposed(right, texts.size());
    }

    private int added(String caption) {
        texts.add(caption);
        return texts.size() - 1;
    }

    /** For each column, the rows that have it, rising. */
    static int[][] transposed(int[][] rows, int columns) {
        int[] counts = new int[columns];
        Arrays.stream(rows).flatMapToInt(Arrays::stream).forEach(column -> counts[column]++);
        int[][] transposed = new int[columns][];
        Arrays.setAll(transposed, column -> new int[counts[column]]);
        int[] filled = new int[columns];
        for (int row = 0; row < rows.length; row++) {
            for (int column : rows[row]) {
                transposed[column][filled[column]++] = row;
            }
        }
        return transposed;
    }

    /**
     * The samples whose images are searched, whether or not these can be decoded: the first of a split.
     *
     * @param most number at which to stop
     * @param different whether a sample is left out whose first caption an earlier one has
     * @throws IllegalArgumentException where there is none
     */
    static List<Sample> choose(SampleList split, int most, boolean different) {
        Set<String> seen = new HashSet<>();
        List<Sample> chosen = new ArrayList<>();
        for (int index = 0; index < split.size() && chosen.size() < most; index++) {
            Sample sample = split.get(index);
            if (!different || seen.add(sample.captions().get(0))) {
                chosen.add(sample);
            }
        }
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to evaluate: the split has no samples");
        }
        return chosen;
    }

    List<Sample> samples() {
        return samples;
    }

    int images() {
        return samples.size();
    }

    List<String> texts() {
        return texts;
    }

    boolean belong(int image, int text) {
        return Arrays.binarySearch(right[image], text) >= 0;
    }

    /** The text of an image's first caption. */
    int firstText(int image) {
        return own[image][0];
    }

    /** The texts of an image's captions, in their order. */
    int[] ownTexts(int image) {
        return own[image];
    }

    /** How many texts the images before this one have brought. */
    int textsBefore(int image) {
        return firsts[image];
    }

    /** The texts that are right for an image, rising. */
    int[] rightTexts(int image) {
        return right[image];
    }

    /** The images that a text is right for, rising. */
    int[] rightImages(int text) {
        return rightImages[text];
    }
}
