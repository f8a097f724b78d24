package dev.querent.task.scoring;

import dev.querent.task.metric.VqaRule;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** VQA accuracy of answers in the official format, {@code [{"question_id": 1, "answer": "yes"}, ...]}. */
final class VqaScoring {

    private final Path annotations;
    private final Map<String, Question> questions = new LinkedHashMap<>();
    private final Map<String, String> texts = new HashMap<>(); // each text once: a million answers repeat few words

    private record Question(String type, String answerType, List<String> answers) {}

    /** @param annotations as the data set's authors publish them, {@code {"annotations": [{"question_id", "answers", ...}]}} */
    VqaScoring(Path annotations) {
        this.annotations = annotations;
        JsonRecords.lists(annotations, Map.of("annotations", this::add));
        if (questions.isEmpty()) {
            throw new ScoringException(annotations + ": annotations: holds no question");
        }
    }

    private void add(JsonRecord record) {
        List<String> answers = record.objects("answers").stream()
                .map(answer -> shared(answer.text("answer")))
                .toList();
        if (answers.isEmpty()) {
            throw record.problem(
                    "answers: is empty; expected the answers of several people (a test split keeps them back)");
        }
        Question question = new Question(
                shared(record.optionalText("question_type").orElse("")),
                shared(record.optionalText("answer_type").orElse("")),
                answers);
        String id = record.id("question_id");
        if (questions.put(id, question) != null) {
            throw record.problem("question_id " + id + " was there before");
        }
    }

    private String shared(String text) {
        return texts.computeIfAbsent(text, it -> it);
    }

    /**
     * Refuses a questions file that isn't that of the annotations.
     *
     * @param file {@code {"questions": [{"question_id", "question", ...}]}}
     */
    void check(Path file) {
        Set<String> asked = new HashSet<>();
        JsonRecords.lists(file, Map.of("questions", record -> {
            String id = record.id("question_id");
            if (questions.containsKey(id)) {
                asked.add(id);
            }
        }));
        Ids missing = new Ids();
        questions.keySet().stream().filter(id -> !asked.contains(id)).forEach(missing::add);
        if (!missing.none()) {
            throw new ScoringException(file + ": question_id: no question for " + missing.named() + " of " + annotations
                    + ". Expected the questions of the same split");
        }
    }

    Scores score(Path predictions, VqaRule rule) {
        Map<String, String> answers = Predictions.read(
                predictions, "question_id", "answer", annotations, questions.keySet(), questions.keySet());
        GroupedMeans all = GroupedMeans.byName();
        GroupedMeans byAnswer = GroupedMeans.byName();
        GroupedMeans byQuestion = GroupedMeans.byName();
        questions.forEach((id, question) -> {
            String answer = Optional.ofNullable(answers.get(id)).orElseThrow();
            double accuracy = rule.accuracy(answer, question.answers());
            all.add("accuracy", accuracy);
            byAnswer.add(question.answerType(), accuracy);
            byQuestion.add(question.type(), accuracy);
        });
        Map<String, Map<String, Double>> groups = new LinkedHashMap<>();
        groups.put("per-answer-type", byAnswer.percent());
        groups.put("per-question-type", byQuestion.percent());
        return new Scores(questions.size(), all.percent(), groups);
    }
}
