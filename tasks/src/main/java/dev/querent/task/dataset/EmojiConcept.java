package dev.querent.task.dataset;

import java.util.List;
import java.util.Set;

/**
 * What an emoji means, whoever draws it.
 *
 * @param key its code points, as {@link EmojiStyle#key} writes them
 * @param label its English name, unlike every other concept's
 * @param keywords English words that have to do with it
 * @param category a noun such as {@code animal}
 * @param subcategory a plural such as {@code mammals}
 * @param styles vendors that draw it
 */
record EmojiConcept(
        String key, String label, List<String> keywords, String category, String subcategory, Set<EmojiStyle> styles) {
    EmojiConcept {
        keywords = List.copyOf(keywords);
        styles = Set.copyOf(styles);
    }

    EmojiConcept drawnBy(Set<EmojiStyle> vendors) {
        return new EmojiConcept(key, label, keywords, category, subcategory, vendors);
    }

    /** The name of its drawing in the prepared file. */
    String drawing(EmojiStyle style) {
        return style.word() + "/" + key + ".png";
    }
}
