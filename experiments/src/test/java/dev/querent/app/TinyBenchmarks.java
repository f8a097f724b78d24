package dev.querent.app;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** A few images under the names of the paper's data sets, with official files that tell of them. */
final class TinyBenchmarks {

    static final int IMAGES = 5;

    private final Path folder;

    TinyBenchmarks(Path folder) throws IOException {
        this.folder = folder;
        for (int i = 0; i < IMAGES; i++) {
            for (String subset : new String[] {"train2014", "val2014", "test2015"}) {
                picture("coco/" + subset + "/" + coco(subset, i), i);
            }
            picture("blip2/images/" + i + ".jpg", i);
            picture("flickr30k/" + i + ".jpg", i);
            picture("gqa/images/" + i + ".jpg", i);
            picture("nocaps/val/" + i + ".jpg", i);
            picture("vg/VG_100K/" + i + ".jpg", i);
        }
        String pairs = each("{'image': '%1$d.jpg', 'caption': 'w7 w%1$d'}\n").replace(", {", "{");
        write("blip2/train.jsonl", pairs);
        write("blip2/validation.jsonl", pairs);
        for (String subset : new String[] {"train2014", "val2014"}) {
            write("vqa/v2_OpenEnded_mscoco_" + subset + "_questions.json", questions(subset));
            write("vqa/v2_mscoco_" + subset + "_annotations.json", annotations(subset));
        }
        write("vqa/v2_OpenEnded_mscoco_test-dev2015_questions.json", questions("test-dev2015"));
        write("okvqa/OpenEnded_mscoco_val2014_questions.json", questions("val2014"));
        write("okvqa/mscoco_val2014_annotations.json", annotations("val2014"));
        write(
                "gqa/testdev_balanced_questions.json",
                "{" + each("'2%1$d': {'imageId': '%1$d', 'question': 'Is it?', 'answer': 'no', 'isBalanced': true}")
                        + "}");
        write(
                "vg/question_answers.json",
                "[" + each("{'id': %1$d, 'qas': [{'qa_id': 3%1$d, 'question': 'w8?', 'answer': 'w%1$d.'}]}") + "]");
        String captions =
                ", 'annotations': [" + each("{'id': %1$d, 'image_id': %1$d, 'caption': 'Picture %1$d.'}") + "]}";
        write(
                "nocaps/nocaps_val_4500_captions.json",
                "{'images': [" + each("{'id': %1$d, 'file_name': '%1$d.jpg', 'domain': 'near-domain'}") + "]"
                        + captions);
        write(
                "coco/dataset_coco.json",
                karpathy("'filepath': 'val2014', 'filename': 'COCO_val2014_00000000000%1$d.jpg'"));
        write("flickr30k/dataset_flickr30k.json", karpathy("'filename': '%1$d.jpg'"));
        write("coco/references.json", "{'images': [" + each("{'id': %1$d}") + "]" + captions);
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    private static String coco(String subset, int image) {
        return String.format(Locale.ROOT, "COCO_%s_%012d.jpg", subset, image);
    }

    private void picture(String name, int seed) throws IOException {
        Path file = file(name);
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(20, 14, BufferedImage.TYPE_INT_RGB);
        image.setRGB(seed, seed, 0xff0000);
        ImageIO.write(image, "jpg", file.toFile());
    }

    private void write(String name, String json) throws IOException {
        Path file = file(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, json.replace('\'', '"'));
    }

    private static String each(String template) {
        return IntStream.range(0, IMAGES)
                .mapToObj(i -> String.format(Locale.ROOT, template, i))
                .collect(Collectors.joining(", "));
    }

    private static String questions(String subset) {
        return "{'data_subtype': '" + subset + "', 'questions': ["
                + each("{'image_id': %1$d, 'question_id': 1%1$d, 'question': 'What is it?'}") + "]}";
    }

    private static String annotations(String subset) {
        String ten = String.join(", ", Collections.nCopies(10, "{'answer': 'net'}"));
        return "{'data_subtype': '" + subset + "', 'annotations': ["
                + each("{'question_id': 1%1$d, 'answer_type': 'other', 'answers': [" + ten + "]}") + "]}";
    }

    /** All images twice: to train and to test. */
    private static String karpathy(String place) {
        String sentences = ", 'sentences': [{'raw': 'Picture %1$d.'}, {'raw': 'w7 w%1$d'}]}";
        return "{'images': [" + each("{" + place + ", 'cocoid': %1$d, 'split': 'test'" + sentences) + ", "
                + each("{" + place + ", 'cocoid': 1%1$d, 'split': 'train'" + sentences) + "]}";
    }
}
