package dev.querent.plugin;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;

/** How Java's names are spelled in experiment files. */
final class KebabCase {

    private KebabCase() {}

    /** {@code imageSize} becomes {@code image-size}. */
    static String ofComponent(String camel) {
        return camel.replaceAll("(?<!^)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /** A sentence about components, with their names as users write them. */
    static String inSentence(String sentence, List<RecordComponent> components) {
        String spelled = sentence;
        for (RecordComponent component : components) {
            spelled = spelled.replaceAll("\\b" + component.getName() + "\\b", ofComponent(component.getName()));
        }
        return spelled;
    }

    /** {@code QUICK_GELU} becomes {@code quick-gelu}. */
    static String ofConstant(Enum<?> constant) {
        return ofText(constant.name());
    }

    /** The spelling under which a user's or a checkpoint's word for an enum constant is looked up. */
    static String ofText(String text) {
        return text.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
