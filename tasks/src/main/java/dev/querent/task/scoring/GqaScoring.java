package dev.querent.task.scoring;

import dev.querent.task.metric.AnswerVariant;
import dev.querent.task.metric.GqaMatch;
import dev.querent.task.metric.PythonText;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * GQA's accuracy of answers in the official format, {@code [{"questionId": "1", "prediction": "yes"}, ...]}, over the balanced
 * questions, as its tool prints it. Not here: validity, plausibility and grounding, which need further files.
 */
final class GqaScoring {

    private final Path annotations;
    private final Map<String, Question> questions = new LinkedHashMap<>();
    private final Set<String> balanced = new HashSet<>();

    private record Question(
            String answer,
            Optional<String> structural,
            Optional<String> semantic,
            Optional<String> group,
            int words,
            OptionalInt steps,
            List<String> entailed) {}

    /** @param annotations GQA's own questions, {@code {"ID": {"answer", "isBalanced", "types", ...}, ...}} */
    GqaScoring(Path annotations) {
        this.annotations = annotations;
        JsonRecords.entries(annotations, this::add);
        if (balanced.isEmpty()) {
            throw new ScoringException(annotations + ": holds no question whose isBalanced is true");
        }
    }

    private void add(String id, JsonRecord record) {
        Optional<JsonRecord> types = record.has("types") ? Optional.of(record.object("types")) : Optional.empty();
        boolean isBalanced = record.flag("isBalanced");
        questions.put(
                id,
                new Question(
                        record.text("answer"),
                        types.flatMap(it -> it.optionalText("structural")),
                        types.flatMap(it -> it.optionalText("semantic")),
                        record.has("groups") ? record.object("groups").optionalText("global") : Optional.empty(),
                        PythonText.split(record.optionalText("question").orElse(""))
                                .size(),
                        record.has("semantic") ? OptionalInt.of(steps(record)) : OptionalInt.empty(),
                        isBalanced && record.has("entailed") ? record.ids("entailed") : List.of()));
        if (isBalanced) {
            balanced.add(id);
        }
    }

    /** The operations that think; the tool leaves out those that only look whether something is there or what it is called. */
    private static int steps(JsonRecord question) {
        return (int) question.objects("semantic").stream()
                .map(step -> step.optionalText("operation").orElse("") + ": "
                        + step.optionalText("argument").orElse(""))
                .filter(step ->
                        !step.contains("exist") && !step.contains("query: name") && !step.contains("choose name"))
                .count();
    }

    /** Refuses a file of questions that lacks one of the annotations. */
    void check(Path file) {
        Set<String> asked = new HashSet<>();
        JsonRecords.entries(file, (id, record) -> {
            if (questions.containsKey(id)) {
                asked.add(id);
            }
        });
        Ids missing = new Ids();
        questions.keySet().stream().filter(id -> !asked.contains(id)).forEach(missing::add);
        if (!missing.none()) {
            throw new ScoringException(file + ": no question for " + missing.named() + " of " + annotations
                    + ". Expected the questions of the same split");
        }
    }

    Scores score(Path predictions, AnswerVariant variant) {
        Map<String, String> answers =
                Predictions.read(predictions, "questionId", "prediction", annotations, questions.keySet(), balanced);
        GroupedMeans all = GroupedMeans.byName();
        GroupedMeans kinds = GroupedMeans.byName();
        GroupedMeans structural = GroupedMeans.byName();
        GroupedMeans semantic = GroupedMeans.byName();
        GroupedMeans steps = GroupedMeans.byNumber();
        GroupedMeans words = GroupedMeans.byNumber();
        Distribution distribution = new Distribution();
        questions.forEach((id, question) -> {
            if (!balanced.contains(id)) {
                return;
            }
            String answer = Optional.ofNullable(answers.get(id)).orElseThrow();
            double right = isRight(id, answers, variant) ? 1 : 0;
            all.add("accuracy", right);
            question.structural().ifPresent(type -> {
                kinds.add(type.equals("query") ? "open" : "binary", right);
                structural.add(type, right);
            });
            question.semantic().ifPresent(type -> semantic.add(type, right));
            question.steps().ifPresent(count -> steps.add(String.valueOf(count), right));
            words.add(String.valueOf(question.words()), right);
            question.group().ifPresent(group -> distribution.add(group, question.answer(), answer));
        });
        Map<String, Map<String, Double>> groups = new LinkedHashMap<>();
        groups.put("per-answer-kind", kinds.percent());
        groups.put("per-structural-type", structural.percent());
        groups.put("per-semantic-type", semantic.percent());
        groups.put("per-steps", steps.percent());
        groups.put("per-words", words.percent());
        if (!distribution.expected.isEmpty()) {
            groups.put("answer-distribution", Map.of("chi-square", distribution.distance()));
        }
        if (answers.size() == questions.size()) {
            consistency(answers, variant).ifPresent(it -> groups.put("entailed-questions", Map.of("consistency", it)));
        }
        groups.values().removeIf(Map::isEmpty);
        return new Scores(balanced.size(), all.percent(), groups);
    }

    /**
     * Of the questions whose answers follow from a question that was answered rightly, the share that was too; nothing where they
     * aren't all in the file.
     */
    private OptionalDouble consistency(Map<String, String> answers, AnswerVariant variant) {
        double sum = 0;
        int premises = 0;
        for (String id : questions.keySet()) {
            List<String> entailed = Optional.ofNullable(questions.get(id)).orElseThrow().entailed().stream()
                    .filter(other -> !other.equals(id))
                    .toList();
            if (!questions.keySet().containsAll(entailed)) {
                return OptionalDouble.empty();
            }
            if (!entailed.isEmpty() && isRight(id, answers, variant)) {
                sum += entailed.stream()
                                .filter(other -> isRight(other, answers, variant))
                                .count()
                        / (double) entailed.size();
                premises++;
            }
        }
        return premises == 0 ? OptionalDouble.empty() : OptionalDouble.of(100 * sum / premises);
    }

    private boolean isRight(String id, Map<String, String> answers, AnswerVariant variant) {
        return GqaMatch.matches(
                Optional.ofNullable(answers.get(id)).orElseThrow(),
                Optional.ofNullable(questions.get(id)).orElseThrow().answer(),
                variant);
    }

    /** How far the answers given within a group of questions are from the right ones in their frequencies. */
    private static final class Distribution {
        private final Map<String, Map<String, Integer>> expected = new TreeMap<>();
        private final Map<String, Map<String, Integer>> given = new HashMap<>();

        void add(String group, String answer, String prediction) {
            expected.computeIfAbsent(group, it -> new HashMap<>()).merge(answer, 1, Integer::sum);
            given.computeIfAbsent(group, it -> new HashMap<>()).merge(prediction, 1, Integer::sum);
        }

        /** Chi-square over the right answers, weighted by the groups' sizes; the tool prints a hundredth of it. */
        double distance() {
            double sum = 0;
            double size = 0;
            for (Map.Entry<String, Map<String, Integer>> group : expected.entrySet()) {
                Map<String, Integer> counts = given.getOrDefault(group.getKey(), Map.of());
                double score = 0;
                int questions = 0;
                for (Map.Entry<String, Integer> answer : group.getValue().entrySet()) {
                    double difference = counts.getOrDefault(answer.getKey(), 0) - answer.getValue();
                    score += difference * difference / answer.getValue();
                    questions += answer.getValue();
                }
                sum += score * questions;
                size += questions;
            }
            return sum / size / 100;
        }
    }
}
