package dev.querent.task.scoring;

import dev.querent.task.metric.caption.Bleu;
import dev.querent.task.metric.caption.CaptionTokenizer;
import dev.querent.task.metric.caption.CiderD;
import dev.querent.task.metric.caption.InstalledScorers;
import dev.querent.task.metric.caption.PtbTokenizer;
import dev.querent.task.metric.caption.RougeL;
import dev.querent.task.metric.caption.TokenizedCaption;
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

    /** The name of all images together, which no domain has. */
    private static final String ALL = "";

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
        List<String> ids = List.copyOf(references.keySet());
        List<TokenizedCaption> captions = tokenized(
                ids, candidates, installed.map(InstalledScorers::tokenizer).orElseGet(PtbTokenizer::new));
        Map<String, List<TokenizedCaption>> parts = new LinkedHashMap<>();
        parts.put(ALL, captions);
        for (int i = 0; i < captions.size() && byDomain; i++) {
            String domain = Optional.ofNullable(domains.get(ids.get(i)))
                    .orElseThrow(() -> new ScoringException(
                            annotations + ": images: not every image_id of the annotations is there"));
            parts.computeIfAbsent(domain, name -> new ArrayList<>()).add(captions.get(i));
        }
        CiderD cider = CiderD.of(captions); // of all: so nocaps' server has it for the domains too
        Map<String, Map<String, Double>> others =
                installed.map(it -> it.score(parts)).orElseGet(Map::of);
        Map<String, Map<String, Double>> groups = new LinkedHashMap<>();
        for (String part : concat(ALL, DOMAINS)) {
            List<TokenizedCaption> own = parts.getOrDefault(part, List.of());
            if (!own.isEmpty()) {
                groups.put(part, measures(own, cider, others.getOrDefault(part, Map.of())));
            }
        }
        Map<String, Double> overall = Optional.ofNullable(groups.remove(ALL)).orElseThrow();
        return new Scores(captions.size(), overall, groups);
    }

    private static List<String> concat(String first, List<String> others) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all;
    }

    private List<TokenizedCaption> tokenized(
            List<String> ids, Map<String, String> candidates, CaptionTokenizer tokenizer) {
        List<String> raw = references.values().stream().flatMap(List::stream).toList();
        List<String> references = tokenizer.tokenize(raw);
        List<String> own = tokenizer.tokenize(ids.stream()
                .map(id -> Optional.ofNullable(candidates.get(id)).orElseThrow())
                .toList());
        List<TokenizedCaption> captions = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < ids.size(); i++) {
            int to = from + this.references.getOrDefault(ids.get(i), List.of()).size();
            captions.add(new TokenizedCaption(own.get(i), references.subList(from, to)));
            from = to;
        }
        return captions;
    }

    private static Map<String, Double> measures(
            List<TokenizedCaption> captions, CiderD cider, Map<String, Double> others) {
        Map<String, Double> measures = new LinkedHashMap<>();
        double[] bleu = Bleu.score(captions);
        for (int n = 0; n < bleu.length; n++) {
            measures.put("Bleu_" + (n + 1), bleu[n]);
        }
        Optional.ofNullable(others.get("METEOR")).ifPresent(score -> measures.put("METEOR", score));
        measures.put("ROUGE_L", RougeL.score(captions));
        measures.put("CIDEr", cider.score(captions));
        Optional.ofNullable(others.get("SPICE")).ifPresent(score -> measures.put("SPICE", score));
        return measures;
    }
}
