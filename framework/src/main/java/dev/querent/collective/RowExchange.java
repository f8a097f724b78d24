package dev.querent.collective;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Which rows go where, where each row of a batch wants another one.
 *
 * @param sent this rank's rows, counted within its share, in the order of the ranks that get them
 * @param sentTo how many go to each rank
 * @param arrivesFrom how many come from each rank; they come in the order of the ranks
 * @param order of what has arrived, so that it fits this rank's rows
 */
record RowExchange(int[] sent, int[] sentTo, int[] arrivesFrom, int[] order) {

    /** @param wanted for each row of the batch the wanted row, -1 for none */
    static RowExchange of(int[] wanted, int rank, int size) {
        Share own = Share.of(wanted.length, rank, size);
        int[] asked = Arrays.stream(wanted, own.start(), own.end())
                .filter(row -> row >= 0)
                .toArray();
        int[] sentTo = new int[size];
        int[] arrivesFrom = new int[size];
        int[][] sent = new int[size][];
        int[][] arrivals = new int[size][];
        for (int other = 0; other < size; other++) {
            Share share = Share.of(wanted.length, other, size);
            sent[other] = Arrays.stream(wanted, share.start(), share.end())
                    .filter(row -> row >= 0 && own.contains(row))
                    .map(row -> row - own.start())
                    .toArray();
            arrivals[other] = IntStream.range(0, asked.length)
                    .filter(i -> share.contains(asked[i]))
                    .toArray();
            sentTo[other] = sent[other].length;
            arrivesFrom[other] = arrivals[other].length;
        }
        int[] arrived = Arrays.stream(arrivals).flatMapToInt(Arrays::stream).toArray();
        int[] order = new int[arrived.length];
        for (int i = 0; i < arrived.length; i++) {
            order[arrived[i]] = i;
        }
        return new RowExchange(Arrays.stream(sent).flatMapToInt(Arrays::stream).toArray(), sentTo, arrivesFrom, order);
    }

    /** Of what fits this rank's rows, in the order in which it had arrived. */
    int[] arrived() {
        int[] arrived = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            arrived[order[i]] = i;
        }
        return arrived;
    }
}
