package dev.querent.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.torch.Kernels;
import java.nio.DoubleBuffer;
import java.util.Arrays;

/**
 * Linear least squares with a penalty on the squared weights, in closed form and fp64: what can be read off features
 * without any training of one's own. Features are centred and scaled to deviation 1 by those of the fitted samples, targets
 * are centred, so there is an intercept and it is not penalised.
 */
public final class RidgeRegression implements AutoCloseable {

    private static final Kernels KERNELS = Kernels.load(Kernels.class, "kernels/regression.py");

    /** Features that hardly vary are left at their scale. */
    private static final double LEAST_DEVIATION = 1e-6;

    private final NDManager manager;
    private final NDArray featureMean; // (1, D)
    private final NDArray featureDeviation; // (1, D)
    private final NDArray targetMean; // (1, C)
    private final NDArray weights; // (D, C)

    /**
     * Fits.
     *
     * @param parent memory is taken below it
     * @param features n rows of D
     * @param targets n rows of C
     * @param penalty lambda, above 0
     */
    public RidgeRegression(NDManager parent, float[][] features, float[][] targets, double penalty) {
        if (features.length == 0 || features.length != targets.length) {
            throw new IllegalArgumentException(
                    "cannot fit " + features.length + " samples to " + targets.length + " targets");
        }
        manager = parent.newSubManager();
        try (NDManager inner = manager.newSubManager()) {
            NDArray x = doubles(inner, features);
            NDArray y = doubles(inner, targets);
            featureMean = kept(x.mean(new int[] {0}, true));
            NDArray centred = x.sub(featureMean);
            NDArray deviation = centred.square().mean(new int[] {0}, true).sqrt();
            NDArray varies = deviation.gt(LEAST_DEVIATION).toType(DataType.FLOAT64, false);
            featureDeviation = kept(deviation.mul(varies).add(varies.neg().add(1)));
            targetMean = kept(y.mean(new int[] {0}, true));
            NDArray scaled = centred.div(featureDeviation);
            NDArray wanted = y.sub(targetMean);
            boolean wide = features[0].length > features.length;
            weights = kept(
                    wide
                            ? scaled.transpose().matMul(KERNELS.call(inner, "ridge_dual", scaled, wanted, penalty))
                            : KERNELS.call(inner, "ridge_primal", scaled, wanted, penalty));
        }
    }

    private NDArray kept(NDArray array) {
        array.attach(manager);
        return array;
    }

    private static NDArray doubles(NDManager owner, float[][] rows) {
        DoubleBuffer values = DoubleBuffer.allocate(rows.length * rows[0].length);
        for (float[] row : rows) {
            for (float value : row) {
                values.put(value);
            }
        }
        return owner.create(values.flip(), new Shape(rows.length, rows[0].length));
    }

    /**
     * Predicts.
     *
     * @param features m rows of D
     * @return m rows of C
     */
    public double[][] predict(float[][] features) {
        double[][] rows = new double[features.length][];
        if (features.length == 0) {
            return rows;
        }
        try (NDManager inner = manager.newSubManager()) {
            NDArray scaled = doubles(inner, features).sub(featureMean).div(featureDeviation);
            NDArray predicted = scaled.matMul(weights).add(targetMean); // (m, C)
            double[] flat = predicted.toDoubleArray();
            int width = flat.length / rows.length;
            for (int row = 0; row < rows.length; row++) {
                rows[row] = Arrays.copyOfRange(flat, row * width, (row + 1) * width);
            }
        }
        return rows;
    }

    @Override
    public void close() {
        manager.close();
    }
}
