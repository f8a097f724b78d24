package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.torch.Kernels;
import dev.querent.weights.ParameterScope;
import java.util.Optional;

/**
 * Fits the position table of one image size to another, by bicubic interpolation of its grid in fp32; the class token's row
 * stays as it is. So do LAVIS (EVA-CLIP: {@code interpolate_pos_embed}; CLIP with the corners aligned) and, with
 * {@code interpolate_pos_encoding}, {@code transformers}.
 */
enum PositionTable implements ParameterScope.Fit {
    /** torch's {@code align_corners=False}. */
    PIXELS_ALIGNED(false),
    /** torch's {@code align_corners=True}. */
    CORNERS_ALIGNED(true);

    private static final Kernels KERNELS = Kernels.load(PositionTable.class, "kernels/positions.py");

    private final boolean cornersAligned;

    PositionTable(boolean cornersAligned) {
        this.cornersAligned = cornersAligned;
    }

    /**
     * @param stored (N, Dv) or (1, N, Dv)
     * @param shape the same with another N
     * @return empty where either isn't a class token and a square, or the widths differ
     */
    @Override
    public Optional<NDArray> fit(NDArray stored, long... shape) {
        Shape from = stored.getShape();
        int rows = shape.length - 2;
        if (from.dimension() != shape.length
                || from.get(shape.length - 1) != shape[shape.length - 1]
                || !isGrid(from.get(rows))
                || !isGrid(shape[rows])) {
            return Optional.empty();
        }
        NDManager owner = stored.getManager();
        NDArray table = stored.reshape(-1, shape[rows + 1]);
        return Optional.of(KERNELS.call(owner, "fit", table, side(from.get(rows)), side(shape[rows]), cornersAligned)
                .reshape(new Shape(shape)));
    }

    private static long side(long rows) {
        return Math.round(Math.sqrt(rows - 1.0));
    }

    private static boolean isGrid(long rows) {
        return rows > 1 && side(rows) * side(rows) == rows - 1;
    }
}
