package dev.querent.task.evaluation;

import dev.querent.data.Sample;
import dev.querent.task.metric.RocCurve;
import dev.querent.task.metric.TextAgreement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a probe is to tell of an image: (n, C) numbers to fit, and how good a prediction of them is. */
interface ProbeTargets {

    /** Share of a split at which a word is too rare or too common to be probed. */
    double RARE = 0.01;

    /** (n, C), 1 for what is true of a sample, else 0. */
    float[][] of(List<Sample> samples);

    /**
     * How good predictions are.
     *
     * @param predicted (n, C)
     */
    double score(List<Sample> samples, double[][] predicted);

    /** What a probe that knows nothing reaches. */
    double chance();

    /** What the score is, for a table's head. */
    String measure();

    /** Which of the training samples' groups an image belongs to: top-1 accuracy. */
    static ProbeTargets groups(List<Sample> train) {
        Map<String, Integer> classes = new LinkedHashMap<>();
        train.forEach(sample -> classes.putIfAbsent(sample.group(), classes.size()));
        return new ProbeTargets() {
            @Override
            public float[][] of(List<Sample> samples) {
                float[][] targets = new float[samples.size()][classes.size()];
                for (int row = 0; row < targets.length; row++) {
                    targets[row][classes.getOrDefault(samples.get(row).group(), 0)] = 1;
                }
                return targets;
            }

            @Override
            public double score(List<Sample> samples, double[][] predicted) {
                int right = 0;
                for (int row = 0; row < predicted.length; row++) {
                    right += likeliest(predicted[row])
                                    == classes.getOrDefault(samples.get(row).group(), -1)
                            ? 1
                            : 0;
                }
                return right / (double) predicted.length;
            }

            @Override
            public double chance() {
                return 1.0 / classes.size();
            }

            @Override
            public String measure() {
                return "top-1 accuracy over " + classes.size() + " groups";
            }
        };
    }

    /** Which words an image's captions have: mean area under the ROC curve over the words. */
    static ProbeTargets words(List<Sample> train, List<Sample> test) {
        Set<String> ofTest = probed(test);
        List<String> words = probed(train).stream().filter(ofTest::contains).toList();
        if (words.isEmpty()) {
            throw new IllegalArgumentException("no word stands in some but not all captions of both splits, so there is"
                    + " nothing to probe: take more samples");
        }
        return new ProbeTargets() {
            @Override
            public float[][] of(List<Sample> samples) {
                float[][] targets = new float[samples.size()][words.size()];
                for (int row = 0; row < targets.length; row++) {
                    Set<String> own = wordsOf(samples.get(row));
                    for (int word = 0; word < words.size(); word++) {
                        targets[row][word] = own.contains(words.get(word)) ? 1 : 0;
                    }
                }
                return targets;
            }

            @Override
            public double score(List<Sample> samples, double[][] predicted) {
                float[][] truth = of(samples);
                double sum = 0;
                for (int word = 0; word < words.size(); word++) {
                    boolean[] positive = new boolean[predicted.length];
                    double[] scores = new double[predicted.length];
                    for (int row = 0; row < predicted.length; row++) {
                        positive[row] = truth[row][word] == 1;
                        scores[row] = predicted[row][word];
                    }
                    sum += RocCurve.area(scores, positive);
                }
                return sum / words.size();
            }

            @Override
            public double chance() {
                return 0.5;
            }

            @Override
            public String measure() {
                return "mean area under the ROC curve over " + words.size() + " caption words";
            }
        };
    }

    /** Words that at least one sample in a hundred has, and at least one in a hundred lacks, in alphabetical order. */
    private static Set<String> probed(List<Sample> samples) {
        Map<String, Integer> counts = new TreeMap<>();
        samples.forEach(sample -> wordsOf(sample).forEach(word -> counts.merge(word, 1, Integer::sum)));
        double least = Math.max(1, RARE * samples.size());
        counts.values().removeIf(count -> count < least || samples.size() - count < least);
        return counts.keySet();
    }

    private static Set<String> wordsOf(Sample sample) {
        Set<String> words = new HashSet<>();
        for (String caption : sample.captions()) {
            words.addAll(new ArrayList<>(
                    Arrays.asList(TextAgreement.normalize(caption).split(" "))));
        }
        words.remove("");
        return words;
    }

    private static int likeliest(double[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        return best;
    }
}
