package dev.querent.app.study;

/** Student's t distribution, by its finite sums (Abramowitz and Stegun 26.7.3 and 26.7.4). */
final class StudentT {

    private static final int BISECTIONS = 100;

    private StudentT() {}

    /**
     * The t between whose negative and itself a share of the distribution lies, e.g. 2.776 for 0.95 and 4 degrees of freedom.
     *
     * @param share above 0, below 1
     * @param freedom degrees of freedom, at least 1
     */
    static double within(double share, int freedom) {
        double low = 0;
        double high = Math.PI / 2;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (share(middle, freedom) < share) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return Math.sqrt(freedom) * Math.tan((low + high) / 2);
    }

    /** What lies between -t and t, where tan(angle) = t / sqrt(freedom). */
    private static double share(double angle, int freedom) {
        double square = Math.cos(angle) * Math.cos(angle);
        boolean odd = freedom % 2 == 1;
        double term = odd ? Math.cos(angle) : 1;
        double sum = 0;
        for (int power = odd ? 1 : 0; power <= freedom - 2; power += 2) {
            sum += term;
            term *= square * (power + 1) / (power + 2);
        }
        return odd ? 2 / Math.PI * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
    }
}
