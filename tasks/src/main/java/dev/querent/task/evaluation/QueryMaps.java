package dev.querent.task.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One image's attention, over its patches alone.
 *
 * @param ofQueries for each query token the shares of the patches, row by row; they sum to 1 less {@code elsewhere}
 * @param elsewhere for each query token the share of the tokens in front of the patches
 */
record QueryMaps(List<float[]> ofQueries, List<Double> elsewhere) {

    /**
     * @param shares (Q, N) row by row
     * @param tokens N
     * @param patches how many of them, at the end, are patches
     */
    static QueryMaps of(float[] shares, int tokens, int patches) {
        List<float[]> maps = new ArrayList<>();
        List<Double> elsewhere = new ArrayList<>();
        for (int start = 0; start < shares.length; start += tokens) {
            double inFront = 0;
            for (int token = 0; token < tokens - patches; token++) {
                inFront += shares[start + token];
            }
            elsewhere.add(inFront);
            maps.add(Arrays.copyOfRange(shares, start + tokens - patches, start + tokens));
        }
        return new QueryMaps(maps, elsewhere);
    }

    /** The mean over the query tokens. */
    float[] mean() {
        float[] mean = new float[ofQueries.get(0).length];
        for (float[] map : ofQueries) {
            for (int patch = 0; patch < mean.length; patch++) {
                mean[patch] += map[patch] / ofQueries.size();
            }
        }
        return mean;
    }

    /** How many patches a query token reads: e to the entropy of their shares. */
    double patchesRead(int query) {
        float[] map = ofQueries.get(query);
        double sum = 0;
        double weighted = 0;
        for (float share : map) {
            sum += share;
            weighted += share > 0 ? share * Math.log(share) : 0;
        }
        return sum > 0 ? Math.exp(Math.log(sum) - weighted / sum) : 0;
    }

    /** (Q, patches) row by row. */
    float[] flat() {
        int patches = ofQueries.get(0).length;
        float[] flat = new float[ofQueries.size() * patches];
        for (int query = 0; query < ofQueries.size(); query++) {
            System.arraycopy(ofQueries.get(query), 0, flat, query * patches, patches);
        }
        return flat;
    }
}
