package dev.querent.task.evaluation;

import dev.querent.data.Sample;
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
import java.util.function.Function;
import java.util.stream.IntStream;

/** The numbers of a retrieval evaluation. */
final class RetrievalSummary {

    private static final int[] CUTS = {1, 5, 10};
    private static final List<String> HEAD = List.of("direction and score", "R@1", "R@5", "R@10", "mean");

    private final RetrievalEvaluation.Config config;
    private final SeenImages seen;
    private final Gallery gallery;
    private final Candidates candidates;
    private final Reranking reranking;
    private final Map<String, Double> numbers = new LinkedHashMap<>();
    private final List<ResultTable> tables = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    RetrievalSummary(RetrievalEvaluation.Config config, SeenImages seen, Candidates candidates, Reranking reranking) {
        this.config = config;
        this.seen = seen;
        this.candidates = candidates;
        this.reranking = reranking;
        gallery = seen.gallery();
    }

    void write(Path folder) {
        int images = gallery.images();
        int texts = gallery.texts().size();
        numbers.put("images", (double) images);
        numbers.put("texts", (double) texts);
        List<List<String>> rows = recalls("", List.of(RetrievalRanks.among(seen, reranking, 0, images)));
        rows.add(chances("chance-image-to-text", "image to text, chance", rightTexts(), texts));
        rows.add(chances("chance-text-to-image", "text to image, chance", rightImages(), images));
        tables.add(new ResultTable("Recall in a gallery of " + images + " images and " + texts + " texts", HEAD, rows));
        notes.add("Split \"" + config.split()
                + "\". A hit is any right item: a caption of the image or of another image of its group.");
        notes.add("ITM re-ranks the " + candidates.textsRanked() + " texts or " + candidates.imagesRanked()
                + " images with the best ITC cosine by logit of \"match\" plus cosine.");
        folds();
        tables.add(matching());
        new StepResults("Image-text retrieval", numbers, tables, notes)
                .write(folder, SamplePictures.illustrated(folder, gallery.samples(), predictions()));
    }

    /** As COCO 1K is taken from COCO 5K: nothing is scored anew. */
    private void folds() {
        int folds = Math.min(config.folds(), gallery.images());
        if (folds < 2) {
            return;
        }
        List<RetrievalRanks> ranks = new ArrayList<>();
        for (int fold = 0; fold < folds; fold++) {
            ranks.add(RetrievalRanks.among(seen, reranking, start(fold, folds), start(fold + 1, folds)));
        }
        tables.add(new ResultTable(
                "Mean over " + folds + " folds of " + start(1, folds) + " images", HEAD, recalls("folds-", ranks)));
        notes.add(
                "A fold is a gallery of its own: images that follow each other, with their texts. Its re-ranked candidates are"
                        + " those of the whole gallery that are in it.");
    }

    private int start(int fold, int folds) {
        return (int) ((long) fold * gallery.images() / folds);
    }

    /** Means over galleries. */
    private List<List<String>> recalls(String prefix, List<RetrievalRanks> galleries) {
        List<List<String>> rows = new ArrayList<>();
        for (String score : new String[] {"itc", "itm"}) {
            boolean itc = score.equals("itc");
            String suffix = itc ? ", ITC" : ", ITM re-ranked";
            double texts = recalls(
                    prefix + score + "-image-to-text",
                    "image to text" + suffix,
                    galleries,
                    itc ? RetrievalRanks::itcTexts : RetrievalRanks::itmTexts,
                    rows);
            double images = recalls(
                    prefix + score + "-text-to-image",
                    "text to image" + suffix,
                    galleries,
                    itc ? RetrievalRanks::itcImages : RetrievalRanks::itmImages,
                    rows);
            numbers.put(prefix + score + "-recall-mean", (texts + images) / 2);
        }
        return rows;
    }

    private double recalls(
            String name,
            String row,
            List<RetrievalRanks> galleries,
            Function<RetrievalRanks, List<Integer>> ranks,
            List<List<String>> rows) {
        List<String> cells = new ArrayList<>(List.of(row));
        double mean = 0;
        for (int k : CUTS) {
            double recall = 0;
            for (RetrievalRanks one : galleries) {
                recall += RecallAtK.recall(ranks.apply(one), k) / galleries.size();
            }
            numbers.put(name + "-recall-" + k, recall);
            cells.add(ResultTable.percent(recall));
            mean += recall / CUTS.length;
        }
        numbers.put(name + "-recall-mean", mean);
        cells.add(ResultTable.percent(mean));
        rows.add(cells);
        return mean;
    }

    private List<Integer> rightTexts() {
        return IntStream.range(0, gallery.images())
                .mapToObj(image -> gallery.rightTexts(image).length)
                .toList();
    }

    private List<Integer> rightImages() {
        return IntStream.range(0, gallery.texts().size())
                .mapToObj(text -> gallery.rightImages(text).length)
                .toList();
    }

    private List<String> chances(String name, String row, List<Integer> right, int size) {
        List<String> cells = new ArrayList<>(List.of(row));
        for (int k : CUTS) {
            double chance = RecallAtK.chance(right, size, k);
            numbers.put(name + "-recall-" + k, chance);
            cells.add(ResultTable.percent(chance));
        }
        cells.add("-");
        return cells;
    }

    private ResultTable matching() {
        BalancedAccuracy hardest = reranking.hardest();
        BalancedAccuracy random = reranking.random();
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
        for (int image = 0; image < gallery.images(); image++) {
            int found = reranking.texts(image)[0];
            Sample sample = gallery.samples().get(image);
            String said = gallery.texts().get(found);
            boolean right = gallery.belong(image, found);
            predictions.add(new Prediction(sample.id(), "", said, sample.captions(), right, "")
                    .scored(
                            right
                                    ? 1
                                    : TextAgreement.best(said, sample.captions())
                                            .f1()));
        }
        return predictions;
    }
}
