package dev.querent.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tokenizers as checkpoints bring them. In a folder {@code tokenizer.json} wins; where there is none, the vocabulary of the
 * model's family ({@link VocabularyFormat}) is turned into one, with the settings that {@code tokenizer_config.json},
 * {@code special_tokens_map.json} and {@code added_tokens.json} beside it hold. Beside a {@code tokenizer.json} only
 * {@code clean_up_tokenization_spaces} is read from them: decoding tidies spaces unless it is false.
 */
public final class PublishedTokenizer {

    private static final String JSON = "tokenizer.json";

    private PublishedTokenizer() {}

    /**
     * Reads a tokenizer.
     *
     * @param place a folder, or one file: a {@code tokenizer.json} or the family's vocabulary, whatever its name
     * @param layout of the model that asks
     * @return empty where nothing is there
     * @throws IllegalArgumentException where a file isn't what it should be, with its name
     */
    public static Optional<JsonTokenizer> find(Path place, TokenizerLayout layout) {
        return file(place, layout.format()).map(file -> read(file, layout));
    }

    /** What {@link #find} looks for in a folder, for error messages. */
    public static String files(VocabularyFormat format) {
        return JSON + " or " + String.join(" or ", format.files());
    }

    private static Optional<Path> file(Path place, VocabularyFormat format) {
        if (Files.isRegularFile(place)) {
            return Optional.of(place);
        }
        return Stream.concat(Stream.of(JSON), format.files().stream())
                .map(place::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private static JsonTokenizer read(Path file, TokenizerLayout layout) {
        String name = file.getFileName().toString();
        boolean whole = name.endsWith(".json") && !layout.format().files().contains(name);
        String json = whole ? BoundedFile.text(file) : layout.format().json(file);
        boolean tidies = TokenizerSettings.beside(file).flag("clean_up_tokenization_spaces", true);
        try {
            return JsonTokenizer.parse(json, layout.added(), tidies);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }
}
