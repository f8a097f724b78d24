package dev.querent.task.evaluation;

import dev.querent.report.Prediction;
import dev.querent.report.ResultTable;
import dev.querent.report.StepResults;
import dev.querent.task.metric.BalancedAccuracy;
import dev.querent.task.metric.RecallAtK;
import dev.querent.task.metric.TextAgreement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The numbers of a retrieval evaluation. */
final class RetrievalSummary {

    private static final int[] CUTS = {1, 5, 10};

    private final RetrievalEvaluation.Config config;
    private final Gallery gallery;
    private final Retrieval retrieval;
    private final List<Optional<Retrieval.Negatives>> negatives;
    private final Map<String, Double> numbers = new LinkedHashMap<>();
    private final List<List<String>> recallRows = new ArrayList<>();

    RetrievalSummary(
            RetrievalEvaluation.Config config,
            Gallery gallery,
            Retrieval retrieval,
            List<Optional<Retrieval.Negatives>> negatives) {
        this.config = config;
        this.gallery = gallery;
        this.retrieval = retrieval;
        this.negatives = negatives;
    }

    void write(Path folder) {
        int images = gallery.samples().size();
        int texts = gallery.texts().size();
        int best = config.rerank();
        numbers.put("images", (double) images);
        numbers.put("texts", (double) texts);
        recalls("itc-image-to-text", "image to text, ITC", retrieval.textRanks(false, best));
        recalls("itc-text-to-image", "text to image, ITC", retrieval.imageRanks(false, best));
        recalls("itm-image-to-text", "image to text, ITM re-ranked", retrieval.textRanks(true, best));
        recalls("itm-text-to-image", "text to image, ITM re-ranked", retrieval.imageRanks(true, best));
        chances("chance-image-to-text", "image to text, chance", gallery.rightTexts(), texts);
        chances("chance-text-to-image", "text to image, chance", gallery.rightImages(), images);
        List<ResultTable> tables = new ArrayList<>();
        tables.add(new ResultTable(
                "Recall in a gallery of " + images + " images and " + texts + " texts",
                List.of("direction and score", "R@1", "R@5", "R@10"),
                recallRows));
        tables.add(matching());
        List<String> notes = List.of(
                "Split \"" + config.split()
                        + "\". A hit is any right item: a caption of the image or of another image of its" + " group.",
                "ITM re-ranks the " + Math.min(best, texts) + " texts or " + Math.min(best, images)
                        + " images with the best ITC cosine by logit of \"match\" plus cosine.");
        new StepResults("Image-text retrieval", numbers, tables, notes)
                .write(folder, SamplePictures.illustrated(folder, gallery.samples(), predictions()));
    }

    private void recalls(String name, String row, List<Integer> ranks) {
        List<String> cells = new ArrayList<>(List.of(row));
        for (int k : CUTS) {
            double recall = RecallAtK.recall(ranks, k);
            numbers.put(name + "-recall-" + k, recall);
            cells.add(ResultTable.percent(recall));
        }
        recallRows.add(cells);
    }

    private void chances(String name, String row, List<Integer> right, int size) {
        List<String> cells = new ArrayList<>(List.of(row));
        for (int k : CUTS) {
            double chance = RecallAtK.chance(right, size, k);
            numbers.put(name + "-recall-" + k, chance);
            cells.add(ResultTable.percent(chance));
        }
        recallRows.add(cells);
    }

    private ResultTable matching() {
        BalancedAccuracy hardest = BalancedAccuracy.NONE;
        BalancedAccuracy random = BalancedAccuracy.NONE;
        for (int image = 0; image < negatives.size(); image++) {
            Optional<Retrieval.Negatives> wrong = negatives.get(image);
            if (wrong.isPresent()) {
                hardest = retrieval.count(hardest, image, wrong.get().matched());
                random = retrieval.count(random, image, wrong.get().matched());
                hardest = retrieval.count(hardest, image, wrong.get().hardest());
                random = retrieval.count(random, image, wrong.get().random());
            }
        }
        List<List<String>> rows = new ArrayList<>();
        if (hardest.hasBothSides()) {
            numbers.put("itm-balanced-accuracy-hardest", hardest.value());
            numbers.put("itm-balanced-accuracy-random", random.value());
            numbers.put("chance-itm-balanced-accuracy", 0.5);
            rows.add(row("the wrong text most similar by ITC", hardest));
            rows.add(row("a random wrong text", random));
            rows.add(List.of("chance", ResultTable.percent(0.5), "-", "-"));
        }
        return new ResultTable(
                "ITM: matched pairs against wrong ones",
                List.of("wrong pairs", "balanced accuracy", "matched pairs accepted", "wrong pairs refused"),
                rows);
    }

    private static List<String> row(String name, BalancedAccuracy counted) {
        return List.of(
                name,
                ResultTable.percent(counted.value()),
                ResultTable.percent(counted.truePositives() / (double) counted.positives()),
                ResultTable.percent(counted.trueNegatives() / (double) counted.negatives()));
    }

    private List<Prediction> predictions() {
        List<Prediction> predictions = new ArrayList<>();
        for (int image = 0; image < gallery.samples().size(); image++) {
            int found = retrieval.firstFound(image, true, config.rerank());
            List<String> captions = gallery.samples().get(image).captions();
            String said = gallery.texts().get(found);
            boolean right = gallery.belong(image, found);
            predictions.add(new Prediction(gallery.samples().get(image).id(), "", said, captions, right, "")
                    .scored(right ? 1 : TextAgreement.best(said, captions).f1()));
        }
        return predictions;
    }
}
