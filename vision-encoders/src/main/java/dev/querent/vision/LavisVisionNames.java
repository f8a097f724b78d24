package dev.querent.vision;

import dev.querent.weights.TranslatedWeights;
import dev.querent.weights.WeightSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * LAVIS's encoder files ({@code eva_vit_g.pth}, {@code clip_vit_L.pth}, and the {@code visual_encoder.} part of its
 * fine-tuned checkpoints) under Hugging Face's names, as its conversion script pairs them.
 */
final class LavisVisionNames {

    /** Before the names in checkpoints that hold the bridge too. */
    private static final String PART = "visual_encoder.";

    private static final String LAYERS = "vision_model.encoder.layers.";
    private static final String EMBEDDINGS = "vision_model.embeddings.";

    private static final Map<String, String> EVA_EMBEDDINGS = Map.of(
            "cls_token", "class_embedding",
            "pos_embed", "position_embedding",
            "patch_embed.proj.weight", "patch_embedding.weight",
            "patch_embed.proj.bias", "patch_embedding.bias");

    private static final Map<String, String> EVA_PARTS = Map.of(
            "norm1", "layer_norm1",
            "norm2", "layer_norm2",
            "attn.qkv", "self_attn.qkv",
            "attn.proj", "self_attn.projection",
            "mlp.fc1", "mlp.fc1",
            "mlp.fc2", "mlp.fc2");

    private static final Map<String, String> CLIP_EMBEDDINGS = Map.of(
            "class_embedding", EMBEDDINGS + "class_embedding",
            "positional_embedding", EMBEDDINGS + "position_embedding.weight",
            "conv1.weight", EMBEDDINGS + "patch_embedding.weight",
            "ln_pre.weight", "vision_model.pre_layrnorm.weight",
            "ln_pre.bias", "vision_model.pre_layrnorm.bias");

    private static final Map<String, String> CLIP_PARTS = Map.of(
            "ln_1", "layer_norm1",
            "ln_2", "layer_norm2",
            "attn.out_proj", "self_attn.out_proj",
            "mlp.c_fc", "mlp.fc1",
            "mlp.c_proj", "mlp.fc2");

    private static final Pattern EVA_BLOCK = Pattern.compile("blocks\\.(\\d+)\\.(.+)\\.(weight|bias)");
    private static final Pattern CLIP_BLOCK =
            Pattern.compile("transformer\\.resblocks\\.(\\d+)\\.(.+)\\.(weight|bias)");
    private static final List<String> CLIP_PROJECTIONS =
            List.of("self_attn.q_proj.", "self_attn.k_proj.", "self_attn.v_proj.");

    private LavisVisionNames() {}

    /**
     * EVA-CLIP: the bias of query, key and value is put together from {@code q_bias} and {@code v_bias}; keys have none. What LAVIS's own
     * loading passes over (blocks behind the last kept one, norm and head behind them) isn't seen.
     *
     * @param layers blocks that are kept
     * @return {@code source} itself where it isn't of this layout
     */
    static WeightSource eva(WeightSource source, int layers) {
        Optional<String> prefix = prefix(source.names(), "blocks.0.attn.qkv.weight");
        return prefix.<WeightSource>map(found -> eva(source, found, layers)).orElse(source);
    }

    private static WeightSource eva(WeightSource source, String prefix, int layers) {
        TranslatedWeights translated = new TranslatedWeights(source);
        for (String stored : source.names()) {
            String name = stored.startsWith(prefix) ? stored.substring(prefix.length()) : "";
            Matcher block = EVA_BLOCK.matcher(name);
            if (EVA_EMBEDDINGS.containsKey(name)) {
                translated.rename(stored, EMBEDDINGS + EVA_EMBEDDINGS.get(name));
            } else if (block.matches() && EVA_PARTS.containsKey(block.group(2)) && number(block) < layers) {
                translated.rename(stored, evaLayer(block));
            }
        }
        for (int layer = 0; layer < layers; layer++) {
            String attention = prefix + "blocks." + layer + ".attn.";
            if (source.names().containsAll(Set.of(attention + "q_bias", attention + "v_bias"))) {
                translated.aroundZeros(
                        attention + "q_bias", attention + "v_bias", LAYERS + layer + ".self_attn.qkv.bias");
            }
        }
        return translated;
    }

    /**
     * CLIP: {@code in_proj} is cut into query, key and value.
     *
     * @return {@code source} itself where it isn't of this layout
     */
    static WeightSource clip(WeightSource source) {
        Optional<String> prefix = prefix(source.names(), "transformer.resblocks.0.attn.in_proj_weight");
        return prefix.<WeightSource>map(found -> clip(source, found)).orElse(source);
    }

    private static WeightSource clip(WeightSource source, String prefix) {
        TranslatedWeights translated = new TranslatedWeights(source);
        for (String stored : source.names()) {
            String name = stored.startsWith(prefix) ? stored.substring(prefix.length()) : "";
            Matcher block = CLIP_BLOCK.matcher(name.replaceFirst("in_proj_(weight|bias)$", "in_proj.$1"));
            if (CLIP_EMBEDDINGS.containsKey(name)) {
                translated.rename(stored, CLIP_EMBEDDINGS.get(name));
            } else if (block.matches()) {
                String layer = LAYERS + block.group(1) + ".";
                String part = block.group(2);
                if (part.equals("attn.in_proj")) {
                    translated.split(
                            stored,
                            CLIP_PROJECTIONS.stream()
                                    .map(projection -> layer + projection + block.group(3))
                                    .toArray(String[]::new));
                } else if (CLIP_PARTS.containsKey(part)) {
                    translated.rename(stored, layer + CLIP_PARTS.get(part) + "." + block.group(3));
                }
            }
        }
        return translated;
    }

    /**
     * BLIP's caption model, whose encoder has EVA-CLIP's names but a whole bias for query, key and value, and a norm behind it.
     * All that isn't the encoder's keeps its name: the decoder's names are Hugging Face's.
     *
     * @return {@code source} itself where it isn't of this layout
     */
    static WeightSource blip(WeightSource source) {
        if (!source.names().contains(PART + "blocks.0.attn.qkv.weight")) {
            return source;
        }
        TranslatedWeights translated = new TranslatedWeights(source);
        for (String stored : source.names()) {
            String name = stored.startsWith(PART) ? stored.substring(PART.length()) : "";
            Matcher block = EVA_BLOCK.matcher(name);
            if (EVA_EMBEDDINGS.containsKey(name)) {
                translated.rename(stored, EMBEDDINGS + EVA_EMBEDDINGS.get(name));
            } else if (block.matches() && EVA_PARTS.containsKey(block.group(2))) {
                translated.rename(stored, evaLayer(block));
            } else if (name.startsWith("norm.")) {
                translated.rename(stored, name.replace("norm.", "vision_model.post_layernorm."));
            } else {
                translated.rename(stored, stored);
            }
        }
        return translated;
    }

    private static String evaLayer(Matcher block) {
        return LAYERS + block.group(1) + "." + EVA_PARTS.get(block.group(2)) + "." + block.group(3);
    }

    private static int number(Matcher block) {
        return Integer.parseInt(block.group(1));
    }

    /** What stands before the names of a layout that always has a certain tensor. */
    private static Optional<String> prefix(Set<String> names, String tensor) {
        return List.of("", PART).stream()
                .filter(prefix -> names.contains(prefix + tensor))
                .findFirst();
    }
}
