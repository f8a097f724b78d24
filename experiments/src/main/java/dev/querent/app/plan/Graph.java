package dev.querent.app.plan;

/** What the backward pass wants of a layer. */
enum Graph {
    /** Nothing: the layer is in no graph. */
    NONE(0, 0),
    /** The gradient of its input: it is frozen, something trained lies in front of it. */
    PASSED_ON(1, 2),
    /** The gradients of its input and of its weights. */
    TRAINED(2, 2);

    /** Products, each as dear as the forward pass's. */
    private final int ofLinear;

    private final int ofProduct;

    Graph(int ofLinear, int ofProduct) {
        this.ofLinear = ofLinear;
        this.ofProduct = ofProduct;
    }

    /** A linear layer. What is kept of it is counted with the layers around it ({@link #keeping}). */
    Work linear(double tokens, double in, double out) {
        double forward = 2 * tokens * in * out;
        return new Work(forward, ofLinear * forward, 0);
    }

    /** The two products of attention: scores, and the sum of the values. Masked places are computed as others are. */
    Work attention(double queries, double keys, double width) {
        return product(queries, keys, 2 * width);
    }

    /** A product (rows, inner) x (inner, columns) of two activations, both of which need gradients. */
    Work product(double rows, double columns, double inner) {
        double forward = 2 * rows * columns * inner;
        return new Work(forward, ofProduct * forward, 0);
    }

    /**
     * Bytes kept.
     *
     * @param always where there is a graph
     * @param trained besides, where the weights get gradients: what the linear layers read
     */
    double keeping(double always, double trained) {
        return switch (this) {
            case NONE -> 0;
            case PASSED_ON -> always;
            case TRAINED -> always + trained;
        };
    }
}
