package dev.querent.task.evaluation;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The ITM logits of one image. In a file one image stands behind the other: the number of texts, then their indices, the logits of "no
 * match" and those of "match".
 *
 * @param texts P, rising
 * @param noMatch (P)
 * @param match (P)
 */
record MatchedTexts(int[] texts, float[] noMatch, float[] match) {

    /** The place of a text, which is among them. */
    int place(int text) {
        int place = Arrays.binarySearch(texts, text);
        if (place < 0) {
            throw new IllegalStateException("text " + text + " was not matched");
        }
        return place;
    }

    /** Whether ITM says that a text matches. */
    boolean accepts(int text) {
        return match[place(text)] > noMatch[place(text)];
    }

    void write(DataOutputStream file) throws IOException {
        file.writeInt(texts.length);
        for (int text : texts) {
            file.writeInt(text);
        }
        for (float logit : noMatch) {
            file.writeFloat(logit);
        }
        for (float logit : match) {
            file.writeFloat(logit);
        }
    }

    private static MatchedTexts read(DataInputStream file) throws IOException {
        int count = file.readInt();
        int[] texts = new int[count];
        float[] noMatch = new float[count];
        float[] match = new float[count];
        for (int i = 0; i < count; i++) {
            texts[i] = file.readInt();
        }
        for (int i = 0; i < count; i++) {
            noMatch[i] = file.readFloat();
        }
        for (int i = 0; i < count; i++) {
            match[i] = file.readFloat();
        }
        return new MatchedTexts(texts, noMatch, match);
    }

    /** Hears of one image. */
    interface Visitor {
        void visit(int image, MatchedTexts matched);
    }

    /** Reads the usable images of all ranges in order. */
    static void forEach(RetrievalParts parts, SeenImages seen, Visitor visitor) {
        for (int range = 0; range < parts.ranges(); range++) {
            Path path = parts.matched(range);
            try (DataInputStream file = new DataInputStream(new BufferedInputStream(Files.newInputStream(path)))) {
                for (int image = seen.firstOf(range); image < seen.firstOf(range + 1); image++) {
                    visitor.visit(image, read(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + path, e);
            }
        }
    }
}
