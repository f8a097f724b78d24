package dev.querent.task.scoring;

import dev.querent.task.metric.caption.Bleu;
import dev.querent.task.metric.caption.CaptionTokenizer;
import dev.querent.task.metric.caption.CiderD;
import dev.querent.task.metric.caption.InstalledScorers;
import dev.querent.task.metric.caption.PtbTokenizer;
import dev.querent.task.metric.caption.RougeL;
import dev.querent.task.metric.caption.TokenizedCaption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Captions as coco-caption scores them, all together and by domain. */
public final class CaptionMeasures {

    /** The name of all images together, which no domain has. */
    private static final String ALL = "";

    private CaptionMeasures() {}

    /**
     * What was said of an image.
     *
     * @param domain of nocaps; empty for none
     * @param text what is scored
     * @param references at least one
     */
    public record Caption(String domain, String text, List<String> references) {
        public Caption {
            references = List.copyOf(references);
        }
    }

    /**
     * Scores them.
     *
     * @param captions of all images that are to be scored: what is rare is counted in their references
     * @param installed gives METEOR and SPICE too, and tokens
     */
    public static Scores of(List<Caption> captions, Optional<InstalledScorers> installed) {
        List<TokenizedCaption> tokenized =
                tokenized(captions, installed.map(InstalledScorers::tokenizer).orElseGet(PtbTokenizer::new));
        Map<String, List<TokenizedCaption>> parts = new TreeMap<>(); // ALL is the first
        parts.put(ALL, tokenized);
        for (int i = 0; i < captions.size(); i++) {
            String domain = captions.get(i).domain();
            if (!domain.equals(ALL)) {
                parts.computeIfAbsent(domain, name -> new ArrayList<>()).add(tokenized.get(i));
            }
        }
        CiderD cider = CiderD.of(tokenized); // of all: so nocaps' server has it for the domains too
        Map<String, Map<String, Double>> others =
                installed.map(it -> it.score(parts)).orElseGet(Map::of);
        Map<String, Map<String, Double>> groups = new LinkedHashMap<>();
        parts.forEach((part, own) -> groups.put(part, measures(own, cider, others.getOrDefault(part, Map.of()))));
        Map<String, Double> overall = Optional.ofNullable(groups.remove(ALL)).orElseThrow();
        return new Scores(captions.size(), overall, groups);
    }

    private static List<TokenizedCaption> tokenized(List<Caption> captions, CaptionTokenizer tokenizer) {
        List<String> references = tokenizer.tokenize(captions.stream()
                .flatMap(caption -> caption.references().stream())
                .toList());
        List<String> own =
                tokenizer.tokenize(captions.stream().map(Caption::text).toList());
        List<TokenizedCaption> tokenized = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < captions.size(); i++) {
            int to = from + captions.get(i).references().size();
            tokenized.add(new TokenizedCaption(own.get(i), references.subList(from, to)));
            from = to;
        }
        return tokenized;
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
