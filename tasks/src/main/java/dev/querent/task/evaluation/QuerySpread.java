package dev.querent.task.evaluation;

/**
 * How different the query outputs are: the mean cosine between different queries of one image (1 where they coincide), and
 * between the same query of different images (1 where a query says the same of every image).
 */
final class QuerySpread {

    private double betweenQueries;
    private long images;
    private double[][] sums = new double[0][]; // (Q, D) of unit vectors over images

    /** Adds one image's outputs, (Q, D) row by row. */
    void add(float[] outputs, int queries) {
        int width = outputs.length / queries;
        if (sums.length == 0) {
            sums = new double[queries][width];
        }
        double[] ofImage = new double[width];
        for (int query = 0; query < queries; query++) {
            double square = 0;
            for (int i = 0; i < width; i++) {
                double value = outputs[query * width + i];
                square += value * value;
            }
            double length = Math.max(1e-12, Math.sqrt(square));
            for (int i = 0; i < width; i++) {
                double unit = outputs[query * width + i] / length;
                ofImage[i] += unit;
                sums[query][i] += unit;
            }
        }
        betweenQueries += meanCosine(ofImage, queries);
        images++;
    }

    /** Mean cosine between different ones of several unit vectors, from their sum. */
    private static double meanCosine(double[] sum, long count) {
        double square = 0;
        for (double value : sum) {
            square += value * value;
        }
        return count < 2 ? Double.NaN : (square - count) / ((double) count * (count - 1));
    }

    /** Not a number for a single query. */
    double betweenQueries() {
        return betweenQueries / images;
    }

    /** Not a number for a single image. */
    double betweenImages() {
        double mean = 0;
        for (double[] sum : sums) {
            mean += meanCosine(sum, images);
        }
        return mean / sums.length;
    }
}
