package dev.querent.task.evaluation;

import dev.querent.data.Sample;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Images and texts of a retrieval evaluation, and which belong together: a text is right for every image that has it among
 * its captions and for every image of the group of one that has. Texts are all different.
 */
final class Gallery {

    private final List<Sample> samples;
    private final List<String> texts;
    private final List<Set<Integer>> textsOfImage = new ArrayList<>();
    private final List<Integer> firstText = new ArrayList<>();

    /**
     * @param captionsPerImage how many of an image's captions join the gallery
     */
    Gallery(List<Sample> samples, int captionsPerImage) {
        this.samples = List.copyOf(samples);
        Map<String, Integer> indices = new LinkedHashMap<>();
        Map<String, Set<Integer>> textsOfGroup = new LinkedHashMap<>();
        for (Sample sample : samples) {
            Set<Integer> own = textsOfGroup.computeIfAbsent(sample.group(), group -> new HashSet<>());
            List<String> captions = sample.captions();
            for (String caption : captions.subList(0, Math.min(captionsPerImage, captions.size()))) {
                own.add(indices.computeIfAbsent(caption, text -> indices.size()));
            }
            firstText.add(indices.getOrDefault(captions.get(0), 0));
        }
        texts = List.copyOf(indices.keySet());
        for (Sample sample : samples) {
            Set<Integer> right = new HashSet<>(textsOfGroup.getOrDefault(sample.group(), Set.of()));
            sample.captions().stream()
                    .filter(indices::containsKey)
                    .map(indices::get)
                    .forEach(right::add);
            textsOfImage.add(right);
        }
    }

    /** Whether an image's first caption is new; for choosing images with different captions. */
    static java.util.function.Predicate<Sample> differentCaptions() {
        Set<String> seen = new HashSet<>();
        return sample -> seen.add(sample.captions().get(0));
    }

    List<Sample> samples() {
        return samples;
    }

    List<String> texts() {
        return texts;
    }

    boolean belong(int image, int text) {
        return textsOfImage.get(image).contains(text);
    }

    /** The text of an image's first caption. */
    int firstText(int image) {
        return firstText.get(image);
    }

    /** For each image, how many texts are right. */
    List<Integer> rightTexts() {
        return textsOfImage.stream().map(Set::size).toList();
    }

    /** For each text, how many images are right. */
    List<Integer> rightImages() {
        int[] counts = new int[texts.size()];
        textsOfImage.forEach(own -> own.forEach(text -> counts[text]++));
        return java.util.Arrays.stream(counts).boxed().toList();
    }
}
