package dev.querent.weights;

import java.util.List;

/** A checkpoint whose tensors are not those of the model. */
public final class WeightsMismatchException extends RuntimeException {
    private static final int SHOWN = 20;

    public WeightsMismatchException(String source, List<String> problems) {
        super(source + ": " + problems.size() + " of its tensors don't fit the model: "
                + String.join("; ", problems.subList(0, Math.min(SHOWN, problems.size())))
                + (problems.size() > SHOWN ? "; and " + (problems.size() - SHOWN) + " more" : "")
                + ". Check that the configuration is the one that the weights were made with.");
    }
}
