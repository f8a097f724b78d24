package dev.querent.task.dataset;

import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.image.ImageDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Images of a folder with captions and questions, gathered from an annotation file. An image is one sample; its texts lie in
 * memory as bytes, one array an image: the ten answers of each of VQAv2's training questions are some 30 MB.
 */
final class AnnotatedImages implements SampleList {

    private static final char CAPTION = 'c';
    private static final char QUESTION = 'q';

    /** The fields before a question's answers: id, type, text, and the answer to be learnt. */
    private static final int ANSWERS = 4;

    private final Path folder;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> ids = new ArrayList<>();
    private final List<String> files = new ArrayList<>();
    private final List<String> domains = new ArrayList<>();
    private final List<byte[]> texts = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();
    private int[] usable = new int[0];

    /** @param folder that the images' names are relative to */
    AnnotatedImages(Path folder) {
        this.folder = folder;
    }

    /** Whether an image is known. */
    boolean has(String id) {
        return numbers.containsKey(id);
    }

    /**
     * Adds an image, unless it is known.
     *
     * @param file relative to the folder
     * @throws IllegalArgumentException where the name leads out of the folder
     */
    void image(String id, String file) {
        image(id, file, "");
    }

    /** Adds an image of a domain. */
    void image(String id, String file, String domain) {
        if (has(id)) {
            return;
        }
        if (!folder.resolve(file).normalize().startsWith(folder.normalize())) {
            throw new IllegalArgumentException("the image \"" + file + "\" is not in " + folder);
        }
        numbers.put(id, ids.size());
        ids.add(id);
        files.add(file);
        domains.add(domain.intern());
        texts.add(new byte[0]);
        lengths.add(0);
    }

    void caption(String id, String caption) {
        add(id, CAPTION + plain(caption));
    }

    /** Adds a question, whose answers are kept to the letter since they are compared with. */
    void question(String id, Sample.Question question) {
        StringBuilder line = new StringBuilder().append(QUESTION);
        line.append(plain(question.id())).append('\t').append(plain(question.type()));
        line.append('\t').append(plain(question.text())).append('\t').append(plain(question.answer()));
        question.answers().forEach(answer -> line.append('\t').append(escaped(answer)));
        add(id, line.toString());
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    private static String plain(String text) {
        return text.strip().replaceAll("[\\t\\r\\n]+", " ");
    }

    private void add(String id, String line) {
        Integer number = numbers.get(id);
        if (number == null) {
            throw new IllegalArgumentException("there is no image " + id);
        }
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] known = texts.get(number);
        int length = lengths.get(number);
        if (length + bytes.length > known.length) {
            known = Arrays.copyOf(known, length + Math.max(bytes.length, length / 2));
            texts.set(number, known);
        }
        System.arraycopy(bytes, 0, known, length, bytes.length);
        lengths.set(number, length + bytes.length);
    }

    /** Leaves out images of which nothing is said. Nothing may be added any more. */
    AnnotatedImages finished() {
        usable = IntStream.range(0, ids.size())
                .filter(number -> lengths.get(number) > 0)
                .toArray();
        return this;
    }

    /** Keeps them: images of a test split, of which nothing is said to the public. */
    AnnotatedImages finishedWithAll() {
        usable = IntStream.range(0, ids.size()).toArray();
        return this;
    }

    /** The images of which nothing is said. */
    List<String> withoutText() {
        return IntStream.range(0, ids.size())
                .filter(number -> lengths.get(number) == 0)
                .mapToObj(ids::get)
                .toList();
    }

    /** The file of a sample's image. */
    Path file(int index) {
        return folder.resolve(files.get(usable[index]));
    }

    @Override
    public int size() {
        return usable.length;
    }

    /** Where an image has questions only, each of them with its answer is a caption. */
    @Override
    public Sample get(int index) {
        int number = usable[index];
        List<String> captions = new ArrayList<>();
        List<Sample.Question> questions = new ArrayList<>();
        new String(texts.get(number), 0, lengths.get(number), StandardCharsets.UTF_8)
                .lines()
                .forEach(line -> {
                    if (line.charAt(0) == CAPTION) {
                        captions.add(line.substring(1));
                    } else {
                        String[] parts = line.substring(1).split("\t", -1);
                        questions.add(new Sample.Question(
                                parts[0],
                                parts[1],
                                parts[2],
                                parts[3],
                                Arrays.stream(parts, ANSWERS, parts.length)
                                        .map(String::translateEscapes)
                                        .toList()));
                    }
                });
        if (captions.isEmpty()) {
            questions.forEach(question -> captions.add((question.text() + " " + question.answer()).strip()));
        }
        String id = ids.get(number);
        Path file = folder.resolve(files.get(number));
        return new Sample(
                id, id, () -> ImageDecoder.decode(file), captions, questions, Sample.Prompts.NONE, domains.get(number));
    }
}
