package dev.querent.task.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.config.Problems;
import dev.querent.config.YamlReader;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.MissingDataException;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.plugin.ConfigBinder;
import dev.querent.plugin.PluginDescriptor;
import dev.querent.plugin.PluginRegistry;
import dev.querent.progress.Progress;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Small files with the keys of the public ones. */
class AnnotatedDatasetTest {

    @TempDir
    private Path folder;

    private DataFolder data;
    private Path images;

    @BeforeEach
    void begin() throws IOException {
        data = new DataFolder(folder);
        images = Files.createDirectories(folder.resolve("images"));
    }

    private void picture(String name) throws IOException {
        Path file = images.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(new BufferedImage(4, 3, BufferedImage.TYPE_INT_RGB), "jpg", file.toFile());
    }

    private Path json(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content.replace('\'', '"'));
    }

    private static List<String> problems(Dataset data) {
        return DataCheck.of(data, Progress.SILENT).problems();
    }

    private static List<String> ids(SampleList samples) {
        return IntStream.range(0, samples.size())
                .mapToObj(index -> samples.get(index).id())
                .toList();
    }

    private CocoCaptions coco(String content) throws IOException {
        return new CocoCaptions(
                new CocoCaptions.Config(
                        Optional.empty(),
                        Optional.of(new CocoCaptions.Split(images, json("captions.json", content))),
                        Optional.empty()),
                data);
    }

    private static final String COCO = """
            {'info': {'year': 2014, 'version': ['1', {}]},
             'images': [{'license': 5, 'file_name': 'COCO_val2014_000000000042.jpg', 'height': 478, 'width': 640, 'id': 42},
                        {'license': 1, 'file_name': 'COCO_val2014_000000000073.jpg', 'id': 73}],
             'licenses': [],
             'annotations': [{'image_id': 73, 'id': 1, 'caption': 'A motorcycle.'},
                             {'image_id': 42, 'id': 2, 'caption': 'Shoes\\nand a dog'},
                             {'image_id': 73, 'id': 3, 'caption': 'Zwei Räder'}]}
            """;

    @Test
    void readsCocoCaptions() throws IOException {
        picture("COCO_val2014_000000000042.jpg");
        picture("COCO_val2014_000000000073.jpg");
        CocoCaptions data = coco(COCO);
        assertThat(data.splits()).containsExactly("validation");
        SampleList samples = data.split("validation");
        assertThat(ids(samples)).containsExactly("42", "73");
        assertThat(samples.get(1).captions()).containsExactly("A motorcycle.", "Zwei Räder");
        assertThat(samples.get(0).captions()).containsExactly("Shoes and a dog");
        assertThat(samples.get(0).image().get().width()).isEqualTo(4);
        assertThat(data.text(0).target()).isEqualTo("Shoes and a dog");
        assertThat(data.words()).contains("motorcycle");
        assertThat(problems(data)).isEmpty();
        assertThatThrownBy(() -> data.split("train")).hasMessageContaining("Known: validation");
    }

    @Test
    void readsNoCapsByOpenImagesId() throws IOException {
        picture("0013ea2087020901.jpg");
        CocoCaptions data =
                coco("{'images': [{'id': 0, 'open_images_id': '0013ea2087020901', 'domain': 'near-domain'}],"
                        + " 'annotations': [{'image_id': 0, 'id': 0, 'caption': 'A baby'}]}");
        assertThat(data.split("validation").get(0).image().get().height()).isEqualTo(3);
    }

    @Test
    void saysWhatIsWrongWithACopyOfCoco() throws IOException {
        picture("COCO_val2014_000000000042.jpg");
        String file = folder.resolve("captions.json").toString();
        assertThat(problems(coco(COCO)))
                .containsExactly(images.resolve("COCO_val2014_000000000073.jpg") + ": no such file");
        assertThat(problems(coco(COCO.replace("'image_id': 42", "'image_id': 43"))))
                .contains(
                        file + ": annotations[1]: image_id: there is no image 43 in \"images\"",
                        file + ": image 42 has no caption");
        assertThat(problems(coco(COCO.replace("'id': 73}", "'id': 42}"))))
                .contains(file + ": images[1]: id: 42 stands for two images");
        assertThat(problems(coco(COCO.replace("'caption': 'A motorcycle.'", "'caption': null"))))
                .contains(file + ": annotations[0]: caption: expected text, found null");
        assertThat(problems(coco(COCO.replace("'COCO_val2014_000000000042.jpg'", "'../../secret.jpg'"))))
                .contains(file + ": images[0]: the image \"../../secret.jpg\" is not in " + images);
        assertThatThrownBy(() -> coco(COCO.replace("'annotations'", "'annotation'")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + ": has no \"annotations\", but \"annotation\", \"images\", \"info\", \"licenses\"");
        for (int length = 0; length < COCO.length() - 2; length += 13) {
            String cut = COCO.substring(0, length);
            assertThatThrownBy(() -> coco(cut))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(file + ": ");
        }
    }

    @Test
    void countsWhatIsMissingBeyondTheFirstFew() throws IOException {
        StringBuilder listed = new StringBuilder();
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            listed.append(i == 0 ? "" : ",").append("{'id': " + i + ", 'file_name': '" + i + ".jpg'}");
            said.append(i == 0 ? "" : ",").append("{'image_id': " + i + ", 'caption': 'x'}");
        }
        List<String> problems = problems(coco("{'images': [" + listed + "], 'annotations': [" + said + "]}"));
        assertThat(problems).hasSize(6);
        assertThat(problems.get(5)).isEqualTo("... and 7 more: images missing or unreadable in validation");
    }

    @Test
    void readsKarpathysSplits() throws IOException {
        picture("val2014/a.jpg");
        picture("b.jpg");
        String image = "{'filename': '%s.jpg', %s'imgid': %d, 'split': '%s', 'sentids': [1],"
                + " 'sentences': [{'tokens': ['x'], 'raw': 'Sentence %d', 'imgid': 0, 'sentid': 1}, {'raw': 'Other'}]}";
        String all = "{'images': ["
                + String.join(
                        ",",
                        image.formatted("a", "'filepath': 'val2014', 'cocoid': 391895, ", 0, "test", 0),
                        image.formatted("b", "", 1, "restval", 1),
                        image.formatted("b", "", 2, "train", 2),
                        image.formatted("b", "", 3, "val", 3))
                + "], 'dataset': 'coco'}";
        KarpathyCaptions data =
                new KarpathyCaptions(new KarpathyCaptions.Config(images, json("dataset_coco.json", all)), this.data);
        assertThat(data.splits()).containsExactly("train", "validation", "test");
        assertThat(ids(data.split("train"))).containsExactly("1", "2");
        assertThat(ids(data.split("validation"))).containsExactly("3");
        assertThat(ids(data.split("test"))).containsExactly("391895");
        Sample test = data.split("test").get(0);
        assertThat(test.captions()).containsExactly("Sentence 0", "Other");
        assertThat(test.image().get().width()).isEqualTo(4);
        assertThat(problems(data)).isEmpty();
        Path doubled = json("b.json", all.replace("'imgid': 3", "'imgid': 2").replace("'restval'", "'rest'"));
        assertThat(problems(new KarpathyCaptions(new KarpathyCaptions.Config(images, doubled), this.data)))
                .containsExactly(
                        doubled + ": images[1]: split: expected train, restval, val or test, found \"rest\"",
                        doubled + ": images[3]: image 2 is in the file twice");
    }

    @Test
    void readsVisualGenomesRegions() throws IOException {
        picture("VG_100K/1.jpg");
        picture("VG_100K_2/2.jpg");
        Path regions = json(
                "region_descriptions.json",
                "[{'regions': [{'region_id': 1382, 'width': 82, 'height': 139, 'image_id': 1, 'phrase': 'the clock is green',"
                        + " 'x': 421, 'y': 57}, {'region_id': 1383, 'phrase': 'a sidewalk'}], 'id': 1},"
                        + "{'regions': [{'region_id': 9, 'phrase': 'sky'}, {'region_id': 10, 'phrase': ' '}], 'id': 2},"
                        + "{'regions': [], 'id': 3}]");
        VisualGenome data =
                new VisualGenome(new VisualGenome.Config(images, Optional.of(regions), Optional.empty()), this.data);
        SampleList samples = data.split("train");
        assertThat(ids(samples)).containsExactly("1", "2");
        assertThat(samples.get(0).captions()).containsExactly("the clock is green", "a sidewalk");
        assertThat(samples.get(0).image().get().width()).isEqualTo(4);
        assertThat(samples.get(1).image().get().width()).isEqualTo(4);
        assertThat(problems(data))
                .containsExactly(
                        regions + ": region 10 of image 2 has no phrase",
                        regions + ": image 3 has no region with a phrase");
    }

    @Test
    void readsVisualGenomesQuestionsBesideItsRegions() throws IOException {
        picture("VG_100K/1.jpg");
        picture("VG_100K_2/2.jpg");
        Path regions = json(
                "region_descriptions.json",
                "[{'regions': [{'region_id': 1382, 'phrase': 'the clock is green'}], 'id': 1}]");
        Path questions = json(
                "question_answers.json",
                "[{'id': 1, 'qas': [{'a_objects': [], 'question': 'What colour is the clock?', 'image_id': 1, 'qa_id': 986769,"
                        + " 'answer': 'Green.', 'q_objects': []}]},"
                        + "{'id': 2, 'qas': [{'question': 'Where is the sky?', 'qa_id': 7, 'answer': 'At 5 p.m. above..'}]}]");
        SampleList both = new VisualGenome(
                        new VisualGenome.Config(images, Optional.of(regions), Optional.of(questions)), this.data)
                .split("train");
        assertThat(ids(both)).containsExactly("1", "2");
        assertThat(both.get(0).captions()).containsExactly("the clock is green");
        assertThat(both.get(0).questions())
                .containsExactly(
                        new Sample.Question("986769", "all", "What colour is the clock?", "green", List.of("green")));
        assertThat(both.get(1).questions().get(0).answer()).isEqualTo("at 5 p.m. above");
        VisualGenome.Config alone = new VisualGenome.Config(images, Optional.empty(), Optional.of(questions));
        assertThat(new VisualGenome(alone, this.data).split("train").size()).isEqualTo(2);
        assertThatThrownBy(() -> new VisualGenome.Config(images, Optional.empty(), Optional.empty()))
                .hasMessageContaining("expected regions, questions, or both");
    }

    private VisualQuestions vqa(String questions, String annotations) throws IOException {
        return new VisualQuestions(
                new VisualQuestions.Config(
                        Optional.of(new VisualQuestions.Split(
                                images,
                                json("questions.json", questions),
                                Optional.of(json("annotations.json", annotations)))),
                        Optional.empty(),
                        Optional.empty()),
                data);
    }

    @Test
    void readsQuestionsWithTheirCommonestAnswers() throws IOException {
        picture("COCO_train2014_000000458752.jpg");
        String questions = "{'info': {}, 'task_type': 'Open-Ended', 'data_type': 'mscoco', 'data_subtype': 'train2014',"
                + " 'questions': [{'image_id': 458752, 'question': 'What is this?', 'question_id': 458752000},"
                + " {'image_id': 458752, 'question': 'How many?', 'question_id': 458752001}]}";
        String annotations = "{'annotations': [{'question_type': 'what is', 'multiple_choice_answer': 'net', 'answers':"
                + " [{'answer': 'mesh', 'answer_confidence': 'maybe', 'answer_id': 1}, {'answer': 'net', 'answer_id': 2},"
                + " {'answer': 'net', 'answer_id': 3}], 'image_id': 458752, 'answer_type': 'other', 'question_id': 458752000},"
                + " {'answers': [{'answer': '2', 'raw_answer': 'two'}, {'answer': 'many'}], 'question_id': 458752001}],"
                + " 'data_subtype': 'train2014'}";
        VisualQuestions data = vqa(questions, annotations);
        Sample sample = data.split("train").get(0);
        assertThat(sample.questions())
                .containsExactly(
                        new Sample.Question(
                                "458752000", "other", "What is this?", "net", List.of("mesh", "net", "net")),
                        new Sample.Question("458752001", "all", "How many?", "2", List.of("2", "many")));
        assertThat(sample.captions()).containsExactly("What is this? net", "How many? 2");
        assertThat(problems(data)).isEmpty();
        assertThat(problems(vqa(questions.replace("458752001", "458752002"), annotations)))
                .containsExactly(
                        folder.resolve("questions.json")
                                + ": questions[1]: question_id: 458752002 has no answer, or stands there twice",
                        folder.resolve("annotations.json") + ": question_id: there is no question 458752001 in "
                                + folder.resolve("questions.json"));
    }

    @Test
    void keepsAnswersToTheLetter() throws IOException {
        List<String> answers = List.of(" yes", "a\\tb", "tab\there", "two\nlines", "a\r\nb", "", "", "\\");
        StringBuilder listed = new StringBuilder();
        for (String answer : answers) {
            listed.append(listed.isEmpty() ? "" : ",")
                    .append("{\"answer\": ")
                    .append(JsonMapper.shared().writeValueAsString(answer))
                    .append("}");
        }
        VisualQuestions data = vqa(
                "{'questions': [{'image_id': 7, 'question': ' What\\tis it? ', 'question_id': 70}]}",
                "{'annotations': [{'answers': [" + listed + "], 'question_id': 70}]}");
        Sample.Question question = data.split("train").get(0).questions().get(0);
        assertThat(question.answers()).isEqualTo(answers);
        assertThat(question.text()).isEqualTo("What is it?");
        assertThat(question.answer()).isEqualTo("yes"); // of equally common ones the first that isn't blank
    }

    @Test
    void readsQuestionsWhoseAnswersAreKeptBack() throws IOException {
        picture("COCO_test2015_000000000007.jpg");
        Path questions = json(
                "test.json",
                "{'data_subtype': 'test-dev2015', 'questions': [{'image_id': 7, 'question': 'What?', 'question_id': 70},"
                        + " {'image_id': 7, 'question': 'Who?', 'question_id': 71},"
                        + " {'image_id': 7, 'question': 'Again?', 'question_id': 71}]}");
        VisualQuestions.Split split = new VisualQuestions.Split(images, questions, Optional.empty());
        VisualQuestions data = new VisualQuestions(
                new VisualQuestions.Config(Optional.empty(), Optional.empty(), Optional.of(split)), this.data);
        Sample sample = data.split("test").get(0);
        assertThat(sample.questions())
                .containsExactly(
                        new Sample.Question("70", "all", "What?", "", List.of()),
                        new Sample.Question("71", "all", "Who?", "", List.of()));
        assertThat(sample.captions()).containsExactly("What?", "Who?");
        assertThat(sample.image().get().width()).isEqualTo(4);
        assertThat(problems(data)).containsExactly(questions + ": questions[2]: question_id: 71 stands there twice");
        assertThatThrownBy(() -> new VisualQuestions.Config(Optional.of(split), Optional.empty(), Optional.empty()))
                .hasMessageStartingWith("train.annotations: missing; expected a path");
        assertThatThrownBy(() -> new VisualQuestions.Config(Optional.empty(), Optional.empty(), Optional.empty()))
                .hasMessageContaining("at least one of train, validation and test");
    }

    @Test
    void readsNoCapsTestImagesWithoutCaptions() throws IOException {
        picture("a.jpg");
        Path file =
                json("test.json", "{'images': [{'id': 3, 'file_name': 'a.jpg', 'domain': 'in-domain'}], 'info': {}}");
        Optional<CocoCaptions.Split> split = Optional.of(new CocoCaptions.Split(images, file));
        CocoCaptions data =
                new CocoCaptions(new CocoCaptions.Config(Optional.empty(), Optional.empty(), split), this.data);
        Sample sample = data.split("test").get(0);
        assertThat(sample.captions()).isEmpty();
        assertThat(sample.domain()).isEqualTo("in-domain");
        assertThat(problems(data)).isEmpty();
        assertThat(data.text(0).target()).isEmpty();
        assertThatThrownBy(() ->
                        new CocoCaptions(new CocoCaptions.Config(Optional.empty(), split, Optional.empty()), this.data))
                .hasMessageContaining("has no \"annotations\"");
    }

    @Test
    void readsGqa() throws IOException {
        picture("2375429.jpg");
        Path train = json(
                "train.json",
                "{'07333408': {'semantic': [{'operation': 'select', 'argument': 'wall (722332)'}], 'entailed': ['1'],"
                        + " 'question': 'What is on the white wall?', 'imageId': '2375429', 'isBalanced': true,"
                        + " 'groups': {'global': null}, 'answer': 'pipe', 'types': {'structural': 'query'},"
                        + " 'fullAnswer': 'The pipe is on the wall.'}, '1': {'question': 'Is it?', 'imageId': '2375429'},"
                        + " '2': {'question': 'Is it?', 'imageId': '2375429', 'answer': 'no'}}");
        Gqa data = new Gqa(new Gqa.Config(images, Optional.of(train), Optional.empty(), Optional.of(train)), this.data);
        Sample sample = data.split("train").get(0);
        Sample.Question wall =
                new Sample.Question("07333408", "query", "What is on the white wall?", "pipe", List.of("pipe"));
        Sample.Question other = new Sample.Question("2", "all", "Is it?", "no", List.of("no"));
        assertThat(sample.questions()).containsExactly(wall, other);
        assertThat(sample.captions()).containsExactly("The pipe is on the wall.");
        assertThat(data.split("test").get(0).questions())
                .containsExactly(wall, new Sample.Question("1", "all", "Is it?", "", List.of()), other);
        assertThat(problems(data)).contains(train + ": [1]: answer: expected text, found nothing");
    }

    @Test
    void readsTables() throws IOException {
        picture("a.jpg");
        Path comma = Files.writeString(
                folder.resolve("a.csv"),
                "id,image,caption\r\n1,a.jpg,\"A dog, \"\"Rex\"\",\n at home\"\r\n2,a.jpg,two\r\n3,b.jpg\r\n,,\r\n");
        Path tab = Files.writeString(folder.resolve("b.tsv"), "filepath\ttitle\na.jpg\tA, b\n");
        Optional<String> none = Optional.empty();
        ImageTextTable data = new ImageTextTable(
                new ImageTextTable.Config(images, comma, Optional.empty(), Optional.empty(), none, none), this.data);
        assertThat(data.split("train").size()).isEqualTo(1);
        assertThat(data.split("train").get(0).captions()).containsExactly("A dog, \"Rex\",  at home", "two");
        assertThat(problems(data))
                .containsExactly(
                        comma + ":5: the row has no image or no caption",
                        comma + ":6: the row has no image or no caption");
        ImageTextTable other = new ImageTextTable(
                new ImageTextTable.Config(
                        images, tab, Optional.empty(), Optional.empty(), Optional.of("filepath"), Optional.of("title")),
                this.data);
        assertThat(other.split("train").get(0).captions()).containsExactly("A, b");
        assertThatThrownBy(() -> new ImageTextTable(
                        new ImageTextTable.Config(images, tab, Optional.empty(), Optional.empty(), none, none),
                        this.data))
                .hasMessage(tab + ": has no column \"image\" in its first row, but [filepath, title]");
        Path open = Files.writeString(folder.resolve("c.csv"), "image,caption\na.jpg,\"open\n");
        assertThatThrownBy(() -> new ImageTextTable(
                        new ImageTextTable.Config(images, open, Optional.empty(), Optional.empty(), none, none),
                        this.data))
                .hasMessageContaining("ends within a quote");
    }

    @Test
    void isWiredByYaml() throws IOException {
        picture("COCO_val2014_000000000042.jpg");
        picture("COCO_val2014_000000000073.jpg");
        Path captions = json("captions.json", COCO);
        PluginRegistry registry = PluginRegistry.of(CocoCaptions.class);
        PluginDescriptor plugin = registry.find(Dataset.class, "coco-captions");
        Problems problems = new Problems();
        String yaml = "plugin: coco-captions\ntrain: {images: \"" + images + "\", annotations: \"" + captions + "\"}\n"
                + "test: {images: \"" + images + "\", annotation: x}\n";
        assertThat(new ConfigBinder(problems)
                        .bind(YamlReader.document(yaml, "data.yaml"), "data", plugin, Set.of("plugin")))
                .isEmpty();
        assertThat(problems.list().toString())
                .contains("data.test.annotation: unknown key. Known: annotations, images. Did you mean annotations?");
        Record config = new ConfigBinder(new Problems())
                .bind(
                        YamlReader.document(yaml.substring(0, yaml.indexOf("test:")), "data.yaml"),
                        "data",
                        plugin,
                        Set.of("plugin"))
                .orElseThrow();
        Dataset data = (Dataset) plugin.create(config, this.data);
        assertThat(data.split("train").size()).isEqualTo(2);
    }

    @Test
    void namesWhatIsNotThere() throws IOException {
        Path file = json("gqa.json", "{}");
        assertThatThrownBy(() -> new Gqa(
                        new Gqa.Config(folder.resolve("none"), Optional.of(file), Optional.empty(), Optional.empty()),
                        data))
                .isInstanceOf(MissingDataException.class)
                .hasMessage("data.train: there is no folder " + folder.resolve("none"));
        assertThatThrownBy(() -> new VisualGenome(
                        new VisualGenome.Config(images, Optional.of(folder.resolve("r.json")), Optional.empty()), data))
                .isInstanceOf(MissingDataException.class)
                .hasMessage("data.regions: there is no file " + folder.resolve("r.json"));
    }

    /** Neither depth nor length of what a file holds may exhaust memory. */
    @Test
    void refusesJsonWithoutMeasure() throws IOException {
        assertThatThrownBy(() -> coco("{'images': [" + "[".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("captions.json: is no JSON or cut short");
        assertThatThrownBy(() -> coco("{'images': [[" + "0,".repeat(300_000) + "0]], 'annotations': []}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("an element of more than 200000 values");
        assertThatThrownBy(() -> coco("{'images': ['" + "x".repeat(2 << 20) + "'], 'annotations': []}"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> coco("[]")).hasMessageContaining("expected a map with \"images\", found start_array");
    }
}
