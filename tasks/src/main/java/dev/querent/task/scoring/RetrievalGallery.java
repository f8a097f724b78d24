package dev.querent.task.scoring;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Images and their captions.
 *
 * @param file where they are from
 * @param images ids
 * @param captions ids, those of an image beside each other
 * @param owners for each caption the position of its image
 */
record RetrievalGallery(Path file, List<String> images, List<String> captions, int[] owners) {

    /**
     * Reads LAVIS's format, {@code [{"image": "a.jpg", "caption": ["...", ...]}, ...]}, where ids are numbers counted through from
     * 0, or COCO's, where they are those of the file.
     */
    static RetrievalGallery read(Path file) {
        RetrievalGallery gallery = JsonRecords.isList(file) ? lavis(file) : coco(file);
        if (gallery.captions().isEmpty()) {
            throw new ScoringException(file + ": holds no caption");
        }
        return gallery;
    }

    private static RetrievalGallery lavis(Path file) {
        List<String> images = new ArrayList<>();
        List<Integer> owners = new ArrayList<>();
        JsonRecords.list(file, record -> {
            List<String> captions = record.texts("caption");
            if (captions.isEmpty()) {
                throw record.problem("caption: is empty; expected the captions of the image");
            }
            captions.forEach(caption -> owners.add(images.size()));
            images.add(String.valueOf(images.size()));
        });
        List<String> captions = new ArrayList<>();
        for (int i = 0; i < owners.size(); i++) {
            captions.add(String.valueOf(i));
        }
        return new RetrievalGallery(
                file,
                images,
                captions,
                owners.stream().mapToInt(Integer::intValue).toArray());
    }

    private static RetrievalGallery coco(Path file) {
        List<String> images = new ArrayList<>();
        List<String[]> annotations = new ArrayList<>();
        JsonRecords.lists(
                file,
                Map.of(
                        "images", record -> images.add(record.id("id")),
                        "annotations",
                                record -> annotations.add(new String[] {record.id("id"), record.id("image_id")})));
        Map<String, Integer> places = RetrievalScoring.positions(images);
        Ids doubled = new Ids();
        Ids stray = new Ids();
        Set<String> seen = new HashSet<>();
        images.stream().filter(id -> !seen.add(id)).forEach(doubled::add);
        boolean[] has = new boolean[images.size()];
        List<String[]> known = new ArrayList<>();
        for (String[] annotation : annotations) {
            Optional<Integer> place = Optional.ofNullable(places.get(annotation[1]));
            place.ifPresent(it -> has[it] = true);
            if (place.isPresent()) {
                known.add(annotation);
            } else {
                stray.add(annotation[1]);
            }
        }
        Ids without = new Ids();
        places.forEach((id, place) -> {
            if (!has[place]) {
                without.add(id);
            }
        });
        refuse(file, doubled, "the same image twice: ");
        refuse(file, stray, "annotations of images that aren't there: ");
        refuse(file, without, "images without a caption: ");
        List<String> captions = known.stream().map(it -> it[0]).toList();
        if (RetrievalScoring.positions(captions).size() < captions.size()) {
            throw new ScoringException(file + ": annotations: an id stands twice");
        }
        int[] owners = known.stream()
                .mapToInt(it -> Optional.ofNullable(places.get(it[1])).orElseThrow())
                .toArray();
        return new RetrievalGallery(file, images, captions, owners);
    }

    private static void refuse(Path file, Ids ids, String what) {
        if (!ids.none()) {
            throw new ScoringException(file + ": " + what + ids.named());
        }
    }
}
