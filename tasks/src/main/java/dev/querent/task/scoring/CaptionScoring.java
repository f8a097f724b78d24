package dev.querent.task.scoring;

import dev.querent.task.metric.caption.InstalledScorers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Captions in COCO's result format, {@code [{"image_id": 1, "caption": "a dog"}, ...]}, against references in COCO's format; for
 * nocaps also by domain.
 */
final class CaptionScoring {

    private static final List<String> DOMAINS = List.of("in-domain", "near-domain", "out-domain");

    private final Path annotations;
    private final boolean byDomain;
    private final Map<String, List<String>> references = new LinkedHashMap<>();
    private final Map<String, String> domains = new LinkedHashMap<>();

    /**
     * Reads references.
     *
     * @param annotations {@code {"images": [{"id", ...}], "annotations": [{"image_id", "caption"}]}}
     * @param byDomain whether images have a {@code domain}, as those of nocaps
     */
    CaptionScoring(Path annotations, boolean byDomain) {
        this.annotations = annotations;
        this.byDomain = byDomain;
        List<String> unknown = new ArrayList<>();
        JsonRecords.lists(annotations, Map.of("images", this::addImage, "annotations", record -> {
            // images may stand behind the annotations in the file
            references
                    .computeIfAbsent(record.id("image_id"), id -> new ArrayList<>())
                    .add(record.text("caption"));
        }));
        references.forEach((id, captions) -> {
            if (captions.isEmpty()) {
                unknown.add(id);
            }
        });
        Ids without = new Ids();
        unknown.forEach(without::add);
        if (!without.none()) {
            throw new ScoringException(annotations + ": images: no caption for " + without.named()
                    + ". Expected references for each (a test split keeps them back)");
        }
        if (references.isEmpty()) {
            throw new ScoringException(annotations + ": images: holds no image");
        }
    }

    private void addImage(JsonRecord record) {
        String id = record.id("id");
        references.computeIfAbsent(id, it -> new ArrayList<>());
        if (byDomain) {
            String domain = record.text("domain");
            if (!DOMAINS.contains(domain)) {
                throw record.problem(
                        "domain: expected one of " + String.join(", ", DOMAINS) + ", found \"" + domain + "\"");
            }
            domains.put(id, domain);
        }
    }

    Scores score(Path predictions, Optional<InstalledScorers> installed) {
        Map<String, String> candidates = Predictions.read(
                predictions, "image_id", "caption", annotations, references.keySet(), references.keySet());
        List<CaptionMeasures.Caption> captions = new ArrayList<>();
        references.forEach((id, own) -> captions.add(new CaptionMeasures.Caption(
                domain(id), Optional.ofNullable(candidates.get(id)).orElseThrow(), own)));
        return CaptionMeasures.of(captions, installed);
    }

    private String domain(String id) {
        if (!byDomain) {
            return "";
        }
        return Optional.ofNullable(domains.get(id))
                .orElseThrow(() ->
                        new ScoringException(annotations + ": images: not every image_id of the annotations is there"));
    }
}
