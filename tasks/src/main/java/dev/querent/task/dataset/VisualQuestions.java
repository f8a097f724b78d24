package dev.querent.task.dataset;

import static dev.querent.task.dataset.JsonElements.required;

import dev.querent.data.DataFolder;
import dev.querent.data.MissingDataException;
import dev.querent.data.Sample;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * Questions about COCO's images in VQA's format: VQAv2 and OK-VQA. The answer to be learnt is the one that most of a question's
 * annotators gave, the first of them where several did. The answers to a test split may be kept back.
 */
@Plugin("vqa")
public final class VisualQuestions implements AnnotatedDataset {

    /** Where the splits are. */
    public record Config(
            @Doc("training questions and answers") Optional<Split> train,
            @Doc("validation questions and answers") Optional<Split> validation,

            @Doc("test questions, with answers where they are published")
            Optional<Split> test) {
        public Config {
            Check.that(
                    train.or(() -> validation).or(() -> test).isPresent(),
                    "missing; expected at least one of train, validation and test");
            train.ifPresent(split -> split.requireAnnotations("train"));
            validation.ifPresent(split -> split.requireAnnotations("validation"));
        }
    }

    /** One split. */
    public record Split(
            @Doc("folder of the images, named as COCO_train2014_000000000009.jpg is")
            Path images,

            @Doc("e.g. v2_OpenEnded_mscoco_train2014_questions.json")
            Path questions,

            @Doc("e.g. v2_mscoco_train2014_annotations.json; a test split may be without")
            Optional<Path> annotations) {

        private void requireAnnotations(String name) {
            Check.that(
                    annotations.isPresent(),
                    name
                            + ".annotations: missing; expected a path. Only the answers to test questions may be kept back");
        }
    }

    /** What an annotation says of a question. */
    private record Answers(String type, String commonest, List<String> all) {
        static final Answers KEPT_BACK = new Answers("all", "", List.of());
    }

    private final FileProblems problems = new FileProblems();
    private final Map<String, AnnotatedImages> splits = new LinkedHashMap<>();

    /**
     * @throws MissingDataException where a folder or file isn't there
     * @throws IllegalArgumentException where a file is no JSON, is cut short or has other keys
     */
    public VisualQuestions(Config config, DataFolder unused) {
        config.train().ifPresent(split -> splits.put("train", read("train", split)));
        config.validation().ifPresent(split -> splits.put("validation", read("validation", split)));
        config.test().ifPresent(split -> splits.put("test", read("test", split)));
    }

    private AnnotatedImages read(String name, Split split) {
        AnnotatedDataset.require(name, split.images(), split.questions());
        return split.annotations()
                .map(annotations -> answered(name, split, annotations))
                .orElseGet(() -> unanswered(split));
    }

    private AnnotatedImages answered(String name, Split split, Path annotations) {
        AnnotatedDataset.require(name, split.images(), annotations);
        Map<String, Answers> answers = new HashMap<>();
        Map<String, String> head = JsonElements.read(
                annotations,
                Map.of("annotations", (number, json) -> {
                    String id = required(json, "question_id");
                    Check.that(answers.put(id, answers(json)) == null, "question_id: " + id + " is answered twice");
                }),
                problems);
        AnnotatedImages images = questions(split, head, id -> {
            Answers found = answers.remove(id);
            if (found == null) {
                throw new IllegalArgumentException("question_id: " + id + " has no answer, or stands there twice");
            }
            return found;
        });
        answers.keySet()
                .forEach(id -> problems.add(
                        "answers without a question",
                        annotations + ": question_id: there is no question " + id + " in " + split.questions()));
        return images;
    }

    private AnnotatedImages unanswered(Split split) {
        Map<String, String> head =
                JsonElements.read(split.questions(), Map.of("questions", (number, json) -> {}), problems);
        Set<String> asked = new HashSet<>();
        return questions(split, head, id -> {
            Check.that(asked.add(id), "question_id: " + id + " stands there twice");
            return Answers.KEPT_BACK;
        });
    }

    /**
     * Reads the questions.
     *
     * @param head of the file that says which of COCO's images they are about
     * @param answers to a question of an id
     */
    private AnnotatedImages questions(Split split, Map<String, String> head, Function<String, Answers> answers) {
        String subset = head.getOrDefault("data_subtype", "train2014");
        String prefix = "COCO_" + (subset.equals("test-dev2015") ? "test2015" : subset) + "_";
        AnnotatedImages images = new AnnotatedImages(split.images());
        JsonElements.read(
                split.questions(), Map.of("questions", (number, json) -> add(images, answers, prefix, json)), problems);
        return images.finished();
    }

    private static void add(AnnotatedImages images, Function<String, Answers> answers, String prefix, JsonNode json) {
        String id = required(json, "question_id");
        Answers known = answers.apply(id);
        String image = required(json, "image_id");
        images.image(image, prefix + "0".repeat(Math.max(0, 12 - image.length())) + image + ".jpg");
        images.question(
                image, new Sample.Question(id, known.type, required(json, "question"), known.commonest, known.all));
    }

    private static Answers answers(JsonNode json) {
        List<String> all = new ArrayList<>();
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (JsonNode answer : json.path("answers")) {
            String text =
                    answer.path("answer").isString() ? answer.path("answer").asString() : required(answer, "answer");
            all.add(text.intern());
            counts.merge(text, text.isBlank() ? 0 : 1, Integer::sum);
        }
        String best = "";
        for (Map.Entry<String, Integer> answer : counts.entrySet()) {
            if (answer.getValue() > counts.getOrDefault(best, 0)) {
                best = answer.getKey();
            }
        }
        return new Answers(
                json.path("answer_type").asString("all").intern(),
                (best.isEmpty() ? required(json, "multiple_choice_answer") : best).intern(),
                List.copyOf(all));
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
