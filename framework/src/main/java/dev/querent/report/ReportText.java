package dev.querent.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What both forms of a report say in the same words. */
final class ReportText {

    /** The head of a table of sample predictions. */
    static final List<String> SAMPLE_COLUMNS = List.of("image", "question", "said", "right", "hit");

    private static final int MOST_SAMPLES = 36;

    private ReportText() {}

    /** The file of a step's curves within the report's folder. */
    static String plotName(RunContents.Step step) {
        return step.name() + "-loss.png";
    }

    /** Which curve has which colour. */
    static String legend(RunContents.Step step) {
        List<String> parts = new ArrayList<>();
        for (String name : step.losses()) {
            parts.add(name + " (" + LossPlot.COLOUR_NAMES.get(parts.size() % LossPlot.COLOUR_NAMES.size()) + ")");
        }
        return "Over steps: " + String.join(", ", parts) + ".";
    }

    /** How long training went, how fast, and from which loss to which. */
    static String training(RunContents.Step step) {
        Map<String, Double> first = step.metrics().get(0);
        Map<String, Double> last = step.metrics().get(step.metrics().size() - 1);
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%.0f steps", last.get("step")));
        if (last.containsKey("seconds")) {
            text.append(String.format(Locale.ROOT, " in %.0f s", last.get("seconds")));
        }
        if (last.containsKey("samples-per-second")) {
            text.append(
                    String.format(Locale.ROOT, ", %.1f samples a second at the end", last.get("samples-per-second")));
        }
        if (first.containsKey("loss") && last.containsKey("loss")) {
            text.append(String.format(Locale.ROOT, ", loss %.4f to %.4f", first.get("loss"), last.get("loss")));
        }
        return text.append('.').toString();
    }

    /** The predictions a report shows: the first that have a picture. */
    static List<Prediction> shown(RunContents.Step step) {
        return step.predictions().stream()
                .filter(prediction -> step.picture(prediction).isPresent())
                .limit(MOST_SAMPLES)
                .toList();
    }
}
