package dev.querent.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A sentencepiece unigram model, read from the {@code ModelProto} of sentencepiece's {@code sentencepiece_model.proto}. Only
 * the options with which T5's models are made are understood; a model with others is refused.
 *
 * @param pieces with their scores, by id
 * @param unknown id of the piece that stands for unknown text
 * @param charsmap the compiled normalisation, see {@link Charsmap}; empty for none
 */
record SentencePieceModel(List<Piece> pieces, int unknown, byte[] charsmap) {

    /** @param score logarithm of the probability */
    record Piece(String text, float score, int kind) {}

    private static final int UNIGRAM = 1;
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;

    /**
     * @throws IllegalArgumentException where the file is damaged, no such model, or one with other options
     */
    static SentencePieceModel read(Path file) {
        return new Reader(file.toString()).read(BoundedFile.bytes(file));
    }

    private static final class Reader {

        private final String where;
        private final List<Piece> pieces = new ArrayList<>();
        private byte[] charsmap = new byte[0];
        private boolean trainer;
        private boolean normalizer;

        Reader(String where) {
            this.where = where;
        }

        SentencePieceModel read(byte[] file) {
            ProtocolBuffer message = new ProtocolBuffer(file, where);
            while (message.hasNext()) {
                switch (message.field()) {
                    case 1 -> pieces.add(piece(message.bytes()));
                    case 2 -> trainer(message.bytes());
                    case 3 -> normalizer(message.bytes());
                    default -> message.skip();
                }
            }
            if (pieces.isEmpty() || !trainer || !normalizer) {
                throw refused("a sentencepiece model of pieces, trainer and normalizer", "a part of it only");
            }
            return new SentencePieceModel(List.copyOf(pieces), unknown(), charsmap);
        }

        private Piece piece(byte[] bytes) {
            ProtocolBuffer message = new ProtocolBuffer(bytes, where);
            String text = "";
            float score = 0;
            long kind = NORMAL;
            while (message.hasNext()) {
                switch (message.field()) {
                    case 1 -> text = message.text();
                    case 2 -> score = message.fraction();
                    case 3 -> kind = message.number();
                    default -> message.skip();
                }
            }
            if (text.isEmpty() || !Float.isFinite(score) || kind < NORMAL || kind > CONTROL) {
                throw refused(
                        "normal, unknown and control pieces (kinds 1 to 3) with text and a finite score",
                        "piece " + pieces.size() + " \"" + text + "\" of score " + score + " and kind " + kind);
            }
            return new Piece(text, score, (int) kind);
        }

        private void trainer(byte[] bytes) {
            trainer = true;
            ProtocolBuffer message = new ProtocolBuffer(bytes, where);
            long model = UNIGRAM;
            while (message.hasNext()) {
                switch (message.field()) {
                    case 3 -> model = message.number();
                    case 24 -> option("treat_whitespace_as_suffix", message.number(), false);
                    case 35 -> option("byte_fallback", message.number(), false);
                    default -> message.skip();
                }
            }
            if (model != UNIGRAM) {
                throw refused(
                        "a unigram model (type 1)", "one of type " + model + " (2 is BPE, 3 words, 4 characters)");
            }
        }

        private void normalizer(byte[] bytes) {
            normalizer = true;
            ProtocolBuffer message = new ProtocolBuffer(bytes, where);
            while (message.hasNext()) {
                switch (message.field()) {
                    case 2 -> charsmap = message.bytes();
                    case 3 -> option("add_dummy_prefix", message.number(), true);
                    case 4 -> option("remove_extra_whitespaces", message.number(), true);
                    case 5 -> option("escape_whitespaces", message.number(), true);
                    default -> message.skip();
                }
            }
        }

        private void option(String name, long found, boolean expected) {
            if (found != (expected ? 1 : 0)) {
                throw refused(name + " " + expected + ", as in T5's", "the number " + found);
            }
        }

        private int unknown() {
            Set<String> texts = new HashSet<>();
            List<Integer> unknown = new ArrayList<>();
            for (int id = 0; id < pieces.size(); id++) {
                if (!texts.add(pieces.get(id).text())) {
                    throw refused("each piece once", "\"" + pieces.get(id).text() + "\" again as piece " + id);
                }
                if (pieces.get(id).kind() == UNKNOWN) {
                    unknown.add(id);
                }
            }
            if (unknown.size() != 1) {
                throw refused("one piece for unknown text (kind 2)", String.valueOf(unknown.size()));
            }
            return unknown.get(0);
        }

        private IllegalArgumentException refused(String expected, String found) {
            return new IllegalArgumentException(where + ": expected " + expected + ", found " + found
                    + ". Other sentencepiece models need a tokenizer.json");
        }
    }
}
