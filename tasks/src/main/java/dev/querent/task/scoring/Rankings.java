package dev.querent.task.scoring;

import dev.querent.task.scoring.RetrievalScoring.RetrievalRanks;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rankings of a gallery in JSON: {@code [{"image_id": 1, "ranking": [caption ids, best first]}, ..., {"caption_id": 7, "ranking":
 * [image ids]}, ...]}. One direction alone is fine; a ranking may end after ten.
 */
final class Rankings {

    private static final int UNSEEN = -1;

    private final RetrievalGallery gallery;
    private final Direction texts;
    private final Direction images;

    private Rankings(Path file, RetrievalGallery gallery) {
        this.gallery = gallery;
        texts = new Direction("image_id", gallery.images(), gallery.captions());
        images = new Direction("caption_id", gallery.captions(), gallery.images());
        JsonRecords.list(file, record -> (record.has("caption_id") ? images : texts).add(record));
        if (!texts.seen && !images.seen) {
            throw new ScoringException(file + ": holds no ranking");
        }
        texts.refuse(file);
        images.refuse(file);
    }

    static RetrievalRanks ranks(Path file, RetrievalGallery gallery) {
        Rankings rankings = new Rankings(file, gallery);
        return new RetrievalRanks(rankings.texts.result(), rankings.images.result());
    }

    private final class Direction {
        private final String key;
        private final List<String> queryIds;
        private final Map<String, Integer> queries;
        private final Map<String, Integer> items;
        private final int[] ranks;
        private final Ids doubled = new Ids();
        private final Ids unknown = new Ids();
        private boolean seen;

        Direction(String key, List<String> queries, List<String> items) {
            this.key = key;
            this.queryIds = queries;
            this.queries = RetrievalScoring.positions(queries);
            this.items = RetrievalScoring.positions(items);
            ranks = new int[queries.size()];
            Arrays.fill(ranks, UNSEEN);
        }

        void add(JsonRecord record) {
            seen = true;
            String id = record.id(key);
            Optional<Integer> query = Optional.ofNullable(queries.get(id));
            if (query.isEmpty()) {
                unknown.add(id);
            } else if (ranks[query.get()] != UNSEEN) {
                doubled.add(id);
            } else {
                ranks[query.get()] = rank(query.get(), record);
            }
        }

        /** Place of the first right item; behind all where none is in the ranking. */
        private int rank(int query, JsonRecord record) {
            List<String> ranking = record.ids("ranking");
            int least = RetrievalScoring.leastLength(items.size());
            if (ranking.size() < least) {
                throw record.problem("ranking: has " + ranking.size() + " ids; expected at least " + least);
            }
            Set<String> before = new HashSet<>();
            int rank = items.size();
            for (int i = 0; i < ranking.size(); i++) {
                String id = ranking.get(i);
                int item = Optional.ofNullable(items.get(id))
                        .orElseThrow(() -> record.problem("ranking: id " + id + " is not in " + gallery.file()));
                if (!before.add(id)) {
                    throw record.problem("ranking: id " + id + " stands twice");
                }
                boolean right = this == texts ? gallery.owners()[item] == query : gallery.owners()[query] == item;
                if (right) {
                    rank = Math.min(rank, i);
                }
            }
            return rank;
        }

        void refuse(Path file) {
            Ids missing = new Ids();
            for (int i = 0; i < ranks.length && seen; i++) {
                if (ranks[i] == UNSEEN) {
                    missing.add(queryIds.get(i));
                }
            }
            Ids.refuse(file, gallery.file(), key, missing, doubled, unknown);
        }

        Optional<int[]> result() {
            return seen ? Optional.of(ranks) : Optional.empty();
        }
    }
}
