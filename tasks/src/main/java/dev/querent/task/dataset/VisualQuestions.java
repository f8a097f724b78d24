package dev.querent.task.dataset;

import static dev.querent.task.dataset.JsonElements.required;

import dev.querent.data.DataFolder;
import dev.querent.data.MissingDataException;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Questions about COCO's images in VQA's format: VQAv2 and OK-VQA. A question's answer is the one that most of its annotators gave, the
 * first of them where several did.
 */
@Plugin("vqa")
public final class VisualQuestions implements AnnotatedDataset {

    /** Where the splits are. */
    public record Config(
            @Doc("training questions and answers") Split train,
            @Doc("validation questions and answers") Optional<Split> validation,
            @Doc("test questions and answers") Optional<Split> test) {}

    /** One split. */
    public record Split(
            @Doc("folder of the images, named as COCO_train2014_000000000009.jpg is")
            Path images,

            @Doc("e.g. v2_OpenEnded_mscoco_train2014_questions.json")
            Path questions,

            @Doc("e.g. v2_mscoco_train2014_annotations.json")
            Path annotations) {}

    /** What an annotation says of a question. */
    private record Answer(String type, String text) {}

    private final FileProblems problems = new FileProblems();
    private final Map<String, AnnotatedImages> splits = new LinkedHashMap<>();

    /**
     * @throws MissingDataException where a folder or file isn't there
     * @throws IllegalArgumentException where a file is no JSON, is cut short or has other keys
     */
    public VisualQuestions(Config config, DataFolder unused) {
        splits.put("train", read("train", config.train()));
        config.validation().ifPresent(split -> splits.put("validation", read("validation", split)));
        config.test().ifPresent(split -> splits.put("test", read("test", split)));
    }

    private AnnotatedImages read(String name, Split split) {
        AnnotatedDataset.require(name, split.images(), split.questions(), split.annotations());
        Map<String, Answer> answers = new HashMap<>();
        Map<String, String> head = JsonElements.read(
                split.annotations(),
                Map.of("annotations", (number, json) -> {
                    String id = required(json, "question_id");
                    Answer answer = new Answer(
                            json.path("answer_type").asString("all").intern(),
                            answer(json).intern());
                    Check.that(answers.put(id, answer) == null, "question_id: " + id + " is answered twice");
                }),
                problems);
        String prefix = "COCO_" + head.getOrDefault("data_subtype", "train2014") + "_";
        AnnotatedImages images = new AnnotatedImages(split.images());
        JsonElements.read(
                split.questions(), Map.of("questions", (number, json) -> add(images, answers, prefix, json)), problems);
        answers.keySet()
                .forEach(id -> problems.add(
                        "answers without a question",
                        split.annotations() + ": question_id: there is no question " + id + " in "
                                + split.questions()));
        return images.finished();
    }

    private static void add(AnnotatedImages images, Map<String, Answer> answers, String prefix, JsonNode json) {
        String id = required(json, "question_id");
        Answer answer = answers.remove(id);
        if (answer == null) {
            throw new IllegalArgumentException("question_id: " + id + " has no answer, or stands there twice");
        }
        String image = required(json, "image_id");
        images.image(image, prefix + "0".repeat(Math.max(0, 12 - image.length())) + image + ".jpg");
        images.question(image, answer.type, required(json, "question"), answer.text);
    }

    private static String answer(JsonNode json) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (JsonNode answer : json.path("answers")) {
            counts.merge(required(answer, "answer"), 1, Integer::sum);
        }
        String best = "";
        for (Map.Entry<String, Integer> answer : counts.entrySet()) {
            if (answer.getValue() > counts.getOrDefault(best, 0)) {
                best = answer.getKey();
            }
        }
        return best.isEmpty() ? required(json, "multiple_choice_answer") : best;
    }

    @Override
    public String name() {
        return "vqa";
    }

    @Override
    public Map<String, AnnotatedImages> annotated() {
        return splits;
    }

    @Override
    public FileProblems found() {
        return problems;
    }
}
