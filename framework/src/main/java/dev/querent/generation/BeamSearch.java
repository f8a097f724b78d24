package dev.querent.generation;

import dev.querent.model.TextDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Beam search as transformers 5 does it. Each step takes the 2 K likeliest continuations of a
 * text's beams. Those of the first K that end are kept among the K best finished ones by their score; the first K that don't
 * end are the next beams. A row is done when K texts are finished and {@link EarlyStopping} says so, or when the longest length is reached, at which the first K continuations count as
 * finished whatever they end in. Ties go to the better beam, then to the lower token id.
 *
 * <p>Done rows leave the decoder, so a batch gets cheaper as it goes.
 */
final class BeamSearch {

    private final DecodingConfig config;
    private final TextDecoder decoder;

    BeamSearch(DecodingConfig config, TextDecoder decoder) {
        this.config = config;
        this.decoder = decoder;
    }

    /** One text of the batch: its beams, best first, and what is finished, best first. */
    private static final class Row {
        private List<Beam> beams = new ArrayList<>();
        private final List<GeneratedTokens> finished = new ArrayList<>();
    }

    /** A running text and the decoder's row that has read it. */
    private record Beam(Hypothesis text, int decoderRow) {}

    /** A beam with one more token. */
    private record Candidate(Beam beam, int token, double tokenLogProbability) {
        double logProbability() {
            return beam.text().logProbability() + tokenLogProbability;
        }
    }

    /** The finished texts of each row, best first. */
    List<List<GeneratedTokens>> run() {
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < decoder.rows(); row++) {
            Row started = new Row();
            started.beams.add(new Beam(Hypothesis.EMPTY, row));
            rows.add(started);
        }
        for (int length = 0; advance(rows, length); length++) {
            feed(rows);
        }
        return rows.stream().map(row -> List.copyOf(row.finished)).toList();
    }

    /** Takes one step in every row; false when all are done. */
    private boolean advance(List<Row> rows, int length) {
        LogProbabilities next = LogProbabilities.next(decoder, length >= config.minNewTokens());
        boolean running = false;
        for (Row row : rows) {
            if (config.repetitionPenalty() != 1) {
                row.beams.forEach(beam ->
                        next.penalise(beam.decoderRow(), beam.text().distinctTokens(), config.repetitionPenalty()));
            }
            if (!row.beams.isEmpty()) {
                advance(row, next, length + 1);
                running |= !row.beams.isEmpty();
            }
        }
        return running;
    }

    private void advance(Row row, LogProbabilities next, int length) {
        int beams = config.numBeams();
        List<Candidate> candidates = likeliest(row.beams, next, 2 * beams);
        List<Beam> continuing = new ArrayList<>();
        for (int rank = 0; rank < candidates.size(); rank++) {
            Candidate candidate = candidates.get(rank);
            Hypothesis text = candidate.beam().text().with(candidate.token(), candidate.tokenLogProbability());
            boolean ended = candidate.token() == decoder.endToken();
            if (!ended && length < config.maxNewTokens()) {
                if (continuing.size() < beams) {
                    continuing.add(new Beam(text, candidate.beam().decoderRow()));
                }
            } else if (rank < beams) {
                keep(row.finished, text.finish(config, ended));
            }
        }
        row.beams = canImprove(row.finished, continuing, length) ? continuing : List.of();
    }

    /** Keeps the K best; of equal ones those that came first. */
    private void keep(List<GeneratedTokens> finished, GeneratedTokens text) {
        int at = finished.size();
        while (at > 0 && text.score() > finished.get(at - 1).score()) {
            at--;
        }
        finished.add(at, text);
        if (finished.size() > config.numBeams()) {
            finished.remove(finished.size() - 1);
        }
    }

    private boolean canImprove(List<GeneratedTokens> finished, List<Beam> continuing, int length) {
        if (continuing.isEmpty()) {
            return false;
        }
        if (finished.size() < config.numBeams()) {
            return true;
        }
        if (config.earlyStopping() == EarlyStopping.TRUE) {
            return false;
        }
        boolean hopeful = config.earlyStopping() == EarlyStopping.NEVER && config.lengthPenalty() > 0;
        double best = config.score(continuing.get(0).text().logProbability(), hopeful ? config.maxNewTokens() : length);
        return best > finished.get(finished.size() - 1).score();
    }

    /** The likeliest continuations of all beams together, best first. */
    private static List<Candidate> likeliest(List<Beam> beams, LogProbabilities next, int count) {
        List<Candidate> chosen = new ArrayList<>();
        for (Beam beam : beams) {
            for (int token : tops(next, beam.decoderRow(), count)) {
                chosen.add(new Candidate(beam, token, next.of(beam.decoderRow(), token)));
            }
        }
        if (chosen.isEmpty()) {
            throw LogProbabilities.noNumbers();
        }
        // Stable: candidates stand in the order of their beams, best first, then of their tokens.
        chosen.sort(Comparator.comparingDouble(Candidate::logProbability).reversed());
        return chosen.subList(0, Math.min(count, chosen.size()));
    }

    /** A row's likeliest tokens, best first, ties in the order of their ids; those of probability 0 left out. */
    private static int[] tops(LogProbabilities next, int row, int count) {
        int[] tokens = new int[Math.min(count, next.vocabulary())];
        int size = 0;
        for (int token = 0; token < next.vocabulary(); token++) {
            float value = next.of(row, token);
            if (!(value > Float.NEGATIVE_INFINITY)
                    || (size == tokens.length && value <= next.of(row, tokens[size - 1]))) {
                continue;
            }
            int at = size < tokens.length ? size++ : size - 1;
            while (at > 0 && value > next.of(row, tokens[at - 1])) {
                tokens[at] = tokens[at - 1];
                at--;
            }
            tokens[at] = token;
        }
        return Arrays.copyOf(tokens, size);
    }

    /** Gives every running beam a decoder row and feeds it its last token. */
    private void feed(List<Row> rows) {
        List<Beam> running = new ArrayList<>();
        for (Row row : rows) {
            List<Beam> renumbered = new ArrayList<>();
            for (Beam beam : row.beams) {
                renumbered.add(new Beam(beam.text(), running.size()));
                running.add(beam);
            }
            row.beams = renumbered;
        }
        decoder.select(running.stream().mapToInt(Beam::decoderRow).toArray());
        decoder.feed(running.stream().mapToLong(beam -> beam.text().lastToken()).toArray());
    }
}
