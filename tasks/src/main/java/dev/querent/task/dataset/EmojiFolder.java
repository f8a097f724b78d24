package dev.querent.task.dataset;

import dev.querent.data.MissingDataException;
import dev.querent.image.BadImageException;
import dev.querent.image.ImageDecoder;
import dev.querent.image.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The prepared emoji on disk: {@code manifest.json} (where they come from, licences, checksums), {@code metadata.jsonl} (one
 * concept a line, with the place of each drawing) and {@code drawings.bin} (PNG files one behind the other).
 */
final class EmojiFolder {

    static final String NAME = "emoji";
    static final String MANIFEST = "manifest.json";
    static final String METADATA = "metadata.jsonl";
    static final String DRAWINGS = "drawings.bin";
    static final int FORMAT = 1;

    private final Path folder;
    private final Set<EmojiStyle> styles;
    private final List<EmojiConcept> concepts = new ArrayList<>();
    private final Map<String, Place> places = new HashMap<>();

    /** Where a drawing is in the file of drawings. */
    private record Place(long offset, int length) {}

    private EmojiFolder(Path folder, Set<EmojiStyle> styles) {
        this.folder = folder;
        this.styles = styles;
    }

    /**
     * Opens the prepared emoji.
     *
     * @throws MissingDataException where they aren't there, or not as they were written
     */
    static EmojiFolder open(Path folder) {
        Path manifest = folder.resolve(MANIFEST);
        if (!Files.exists(manifest)) {
            throw new MissingDataException("the emoji are not in " + folder + ". Write: querent data fetch " + NAME);
        }
        try {
            JsonNode root = JsonMapper.shared().readTree(Files.readAllBytes(manifest));
            if (root.path("format").asInt(0) != FORMAT) {
                throw damaged(folder, "was written by another version");
            }
            for (String name : List.of(METADATA, DRAWINGS)) {
                if (!Files.exists(folder.resolve(name))
                        || !root.path("sha256").path(name).asString("").equals(sha256(folder.resolve(name)))) {
                    throw damaged(folder, name + " is missing or not as it was written");
                }
            }
            Set<EmojiStyle> styles = EnumSet.noneOf(EmojiStyle.class);
            root.path("styles")
                    .forEach(style ->
                            styles.add(EmojiStyle.valueOf(style.path("style").asString(""))));
            EmojiFolder opened = new EmojiFolder(folder, styles);
            for (String line : Files.readAllLines(folder.resolve(METADATA))) {
                opened.add(JsonMapper.shared().readTree(line));
            }
            return opened;
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            throw damaged(folder, String.valueOf(e.getMessage()));
        }
    }

    private static MissingDataException damaged(Path folder, String what) {
        return new MissingDataException(
                "the emoji in " + folder + " can't be used: " + what + ". Get them again: querent data fetch " + NAME);
    }

    private void add(JsonNode line) {
        Set<EmojiStyle> drawn = EnumSet.noneOf(EmojiStyle.class);
        String key = line.path("key").asString("");
        for (JsonNode drawing : line.path("drawings")) {
            EmojiStyle style = EmojiStyle.valueOf(drawing.path("style").asString(""));
            drawn.add(style);
            places.put(
                    style.word() + "/" + key,
                    new Place(
                            drawing.path("offset").asLong(0),
                            drawing.path("length").asInt(0)));
        }
        List<String> keywords = new ArrayList<>();
        line.path("keywords").forEach(word -> keywords.add(word.asString("")));
        concepts.add(new EmojiConcept(
                key,
                line.path("label").asString(""),
                keywords,
                line.path("category").asString(""),
                line.path("subcategory").asString(""),
                drawn));
    }

    Set<EmojiStyle> styles() {
        return EnumSet.copyOf(styles);
    }

    /** In the order of the emoji table. */
    List<EmojiConcept> concepts() {
        return List.copyOf(concepts);
    }

    /**
     * Decodes a drawing.
     *
     * @throws BadImageException where it can't be read
     */
    RgbImage drawing(EmojiConcept concept, EmojiStyle style) {
        String name = style.word() + "/" + concept.key();
        Place place = places.get(name);
        if (place == null) {
            throw new IllegalArgumentException("no drawing of \"" + concept.label() + "\" by " + style.word());
        }
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve(DRAWINGS).toFile(), "r")) {
            byte[] png = new byte[place.length];
            file.seek(place.offset);
            file.readFully(png);
            return ImageDecoder.decode(png, folder.resolve(DRAWINGS) + " " + name);
        } catch (IOException e) {
            throw new BadImageException(folder.resolve(DRAWINGS) + " " + name + ": can't be read: " + e.getMessage());
        }
    }

    static String sha256(Path file) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
