package dev.querent.task.dataset;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Vendors whose drawings of the emoji may be used, copied and changed, with the package that holds them. */
public enum EmojiStyle {
    /** Noto. */
    GOOGLE(
            "emoji-datasource-google",
            "16.0.0",
            "sha512-ZRexfzs7MVoLnmzZmNsO4TKhnAJp5D++Vm6PpUpH/jEQQlemp3l88CjZ+DoZ2faM9R4QxZkOPJCoT8DlPhfQ3A==",
            "package/img/google/64/",
            "png",
            "Apache-2.0"),
    /** Twemoji. */
    TWITTER(
            "emoji-datasource-twitter",
            "16.0.0",
            "sha512-7F+uCuHH+7Qnrc15P5tnbvKkg9E6tlzi4MnT2uW1RlN4pLYTza6cP/dstIfSDMtpjFLWuZewWg8jBbuL2eyELQ==",
            "package/img/twitter/64/",
            "png",
            "CC-BY-4.0"),
    /** EmojiOne 2, the last version under a free licence. */
    EMOJIONE(
            "emojione",
            "2.2.7",
            "sha512-Gbf8qysc34+TFUS5HPwOUY62v8gjLuPmfVTWUR/zirULSYUe/D3MrvYo0W5Y2gScF1YI7EBe5t81IbD8q144Ag==",
            "package/assets/png/",
            "png",
            "CC-BY-4.0"),
    OPENMOJI(
            "openmoji",
            "15.1.0",
            "sha512-stNFJkXeiH9dQfRNN3vrM8Ac0cSAR83Y1a3UqA8o8eVKTxynU2dUeTK0wWO8968YC7KGYaVbuCWBDp7n6plIrw==",
            "package/color/svg/",
            "svg",
            "CC-BY-SA-4.0"),
    FLUENT_FLAT(Fluent.NAME, Fluent.VERSION, Fluent.INTEGRITY, "package/icons/flat/", "svg", "MIT"),
    FLUENT_MODERN(Fluent.NAME, Fluent.VERSION, Fluent.INTEGRITY, "package/icons/modern/", "svg", "MIT");

    /** Microsoft's drawings, whose files are named by what they show. */
    private static final class Fluent {
        private static final String NAME = "fluentui-emoji";
        private static final String VERSION = "1.3.0";
        private static final String INTEGRITY =
                "sha512-JTXXwqIie2rWTgOkIJDJxr0WtwTz2WU4kdOq8buLVThYwQ264aFR2jdTyuon2oEbLqqGMT64zI4btyn1saB2xw==";
    }

    private final String packageName;
    private final String version;
    private final String integrity;
    private final String folder;
    private final String suffix;
    private final String licence;

    EmojiStyle(String packageName, String version, String integrity, String folder, String suffix, String licence) {
        this.packageName = packageName;
        this.version = version;
        this.integrity = integrity;
        this.folder = folder;
        this.suffix = suffix;
        this.licence = licence;
    }

    NpmPackage source() {
        return new NpmPackage(packageName, version, integrity);
    }

    String licence() {
        return licence;
    }

    /** As experiment files and folders write it. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether an entry of the package is a drawing of this style. */
    boolean holds(String entry) {
        return entry.startsWith(folder) && entry.endsWith("." + suffix) && entry.indexOf('/', folder.length()) < 0;
    }

    boolean isVector() {
        return suffix.equals("svg");
    }

    private boolean isNamed() {
        return packageName.equals(Fluent.NAME);
    }

    /** What tells a drawing from the others of its style: {@link #key} of its code points, or its name. */
    String keyOf(String entry) {
        String name = entry.substring(folder.length(), entry.length() - suffix.length() - 1);
        return isNamed() ? name : key(name);
    }

    /** The keys a concept's drawing may have, the best first. */
    List<String> keysOf(EmojiConcept concept) {
        if (!isNamed()) {
            return List.of(concept.key());
        }
        String name = Normalizer.normalize(concept.label().toLowerCase(Locale.ROOT), Normalizer.Form.NFD)
                .replaceAll("\\p{M}|['\u2019]", "")
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        List<String> keys = new ArrayList<>(List.of(name));
        keys.add(name + "-default"); // without a skin tone
        return keys;
    }

    /** Hexadecimal code points without joiners and presentation marks, which vendors write or leave out. */
    static String key(String codePoints) {
        List<String> parts =
                new ArrayList<>(List.of(codePoints.toLowerCase(Locale.ROOT).split("-", -1)));
        parts.removeIf(part -> part.equals("fe0f") || part.equals("200d"));
        return String.join("-", parts);
    }
}
