package dev.querent.task.evaluation;

import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.image.BadImageException;
import dev.querent.image.RgbImage;
import dev.querent.step.StepContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Chooses what is evaluated. */
final class UsableSamples {

    private UsableSamples() {}

    /**
     * The first samples of a split that are wanted and whose images can be decoded, in the split's order. The others are
     * recorded in the quarantine and skipped.
     *
     * @param most number of samples at which to stop
     * @param wanted asked before decoding, in order
     * @throws IllegalArgumentException where none is left
     */
    static List<Sample> of(StepContext context, String split, int most, Predicate<Sample> wanted) {
        SampleList all = context.dataset().split(split);
        List<Sample> chosen = new ArrayList<>();
        for (int index = 0; index < all.size() && chosen.size() < most; index++) {
            Sample sample = all.get(index);
            if (!wanted.test(sample)) {
                continue;
            }
            Optional<String> problem = problem(sample);
            if (problem.isPresent()) {
                context.quarantine().report(sample.id(), problem.get());
            } else {
                context.quarantine().used(sample.id());
                chosen.add(sample);
            }
        }
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("split \"" + split + "\" has nothing to evaluate: none of its "
                    + all.size() + " samples has what this step asks for and an image that can be decoded");
        }
        return chosen;
    }

    private static Optional<String> problem(Sample sample) {
        try {
            RgbImage image = sample.image().get();
            return image.rgb().length == 0 ? Optional.of("the image has no pixels") : Optional.empty();
        } catch (BadImageException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
