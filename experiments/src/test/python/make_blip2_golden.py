"""Writes the fixtures of WholeBlip2Test: tiny random BLIP-2 checkpoints and what transformers computes with them.

    python make_blip2_golden.py ../resources/dev/querent/app/blip2

Folders: opt and t5 as Blip2ForConditionalGeneration.save_pretrained writes them (opt in shards), itm as
Blip2ForImageTextRetrieval does. Each has a tokenizer.json of words w5, w6, ... and golden.safetensors: pixels, the soft prompt or
the scores, next-token scores behind a prompt, and the tokens of greedy and beam search. lavis-stage1.pth and lavis-stage2.pth are the same
bridges under LAVIS's names, paired as the conversion script pairs them.
"""
import copy
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (Blip2Config, Blip2ForConditionalGeneration, Blip2ForImageTextRetrieval, Blip2QFormerConfig,
                          Blip2VisionConfig, OPTConfig, T5Config)

WORDS = 24
IMAGE_TOKEN = WORDS
VISION = dict(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=14, image_size=12, patch_size=4)
QFORMER = dict(hidden_size=8, num_hidden_layers=3, num_attention_heads=2, intermediate_size=10, encoder_hidden_size=12,
               max_position_embeddings=40, vocab_size=WORDS)


def randomize(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            norm = "norm" in name.lower() and name.endswith("weight")
            parameter.copy_(1 + 0.2 * noise if norm else (0.3 if "embed" in name else 0.6) * noise)
        for layer in model.vision_model.encoder.layers:
            layer.self_attn.qkv.bias[12:24] = 0  # as LAVIS trained them: keys have no bias
    return model.eval()


def tokenizer(folder, special, begin, end, unknown):
    vocabulary = {token: i for i, token in enumerate(special)}
    vocabulary |= {f"w{i}": i for i in range(len(special), WORDS)}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token=unknown))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.add_special_tokens(special)
    template = " ".join(filter(None, [begin, "$A", end]))
    made.post_processor = processors.TemplateProcessing(
        single=template, special_tokens=[(t, vocabulary[t]) for t in (begin, end) if t])
    made.save(str(folder / "tokenizer.json"))


def lavis(model, parts):
    """The bridge as LAVIS's .pth files hold it."""
    names = {"vision_model.post_layernorm.": "ln_vision.", "qformer.layernorm.": "Qformer.bert.embeddings.LayerNorm.",
             "qformer.": "Qformer.bert.", "embeddings.": "Qformer.bert.embeddings.", "vision_projection.": "vision_proj.",
             "text_projection.": "text_proj.", "language_projection.": parts}
    state = {"Qformer.bert.embeddings.position_ids": torch.arange(40)[None]}
    for name, value in model.state_dict().items():
        for new, old in names.items():
            if name.startswith(new):
                name = old + name[len(new):].replace("attention.attention.", "attention.self.")
                state[name] = value.clone()
                break
        else:
            if name == "query_tokens" or name.startswith("itm_head."):
                state[name] = value.clone()
    return {"model": state, "epoch": 1}


def save(folder, tensors):
    save_file({name: value.detach().float().contiguous() for name, value in tensors.items()},
              folder / "golden.safetensors", metadata={"torch": torch.__version__, "transformers": transformers.__version__})


def narrow(model, pixels):
    """The soft prompt in bf16, and what lies between the reference's own two ways of computing it."""
    found = []
    for way in ["eager", "sdpa"]:
        typed = copy.deepcopy(model).to(torch.bfloat16)
        typed.set_attn_implementation(way)
        with torch.no_grad():
            image = typed.vision_model(pixels.to(torch.bfloat16)).last_hidden_state
            queries = typed.qformer(query_embeds=typed.query_tokens.expand(3, -1, -1), encoder_hidden_states=image)[0]
            found.append(typed.language_projection(queries).float())
    return {"bfloat16.soft-prompt": found[1], "bfloat16.spread": (found[0] - found[1]).abs().max().reshape(1)}


def generation(folder, text_config, seed, special, begin, end_id, projection):
    folder.mkdir(parents=True, exist_ok=True)
    config = Blip2Config(vision_config=Blip2VisionConfig(**VISION).to_dict(),
                         qformer_config=Blip2QFormerConfig(**QFORMER).to_dict(),
                         text_config=text_config.to_dict(), num_query_tokens=3, image_token_index=IMAGE_TOKEN)
    model = Blip2ForConditionalGeneration(config)
    if text_config.model_type == "t5":  # transformers 5 ties the head all the same; the published FlanT5 has one of its own
        model.language_model.lm_head.weight = torch.nn.Parameter(model.language_model.lm_head.weight.detach().clone())
    randomize(model, seed)
    model.save_pretrained(folder, max_shard_size="12KB")
    (folder / "generation_config.json").unlink(missing_ok=True)
    tokenizer(folder, special, *([begin, None] if begin else [None, "</s>"]), "<unk>")
    path = folder / "config.json"
    saved = json.loads(path.read_text())
    saved["text_config"]["eos_token_id"] = end_id
    if text_config.model_type == "t5":
        saved["text_config"].pop("scale_decoder_outputs", None)
        saved["text_config"]["tie_word_embeddings"] = False
    path.write_text(json.dumps(saved, indent=2) + "\n")
    pixels = torch.randn(3, 3, 12, 12, generator=torch.Generator().manual_seed(seed))
    tensors = {"pixels": pixels}
    with torch.no_grad():
        image = model.vision_model(pixels).last_hidden_state
        queries = model.qformer(query_embeds=model.query_tokens.expand(3, -1, -1), encoder_hidden_states=image)[0]
        tensors["soft-prompt"] = model.language_projection(queries)
        for name, words in {"bare": [], "prompted": [7, 9, 11, 6]}.items():
            prompt = ([2] if begin else []) + words + ([] if begin else [1])
            ids = torch.tensor([[IMAGE_TOKEN] * 3 + prompt] * 3)
            mask = torch.ones_like(ids)
            # Not model.generate: for OPT it silently asks for as many new tokens as the prompt is long, at least.
            embeddings = torch.cat([tensors["soft-prompt"], model.get_input_embeddings()(ids[:, 3:])], 1)
            common = dict(inputs_embeds=embeddings, attention_mask=mask, max_new_tokens=7, do_sample=False, eos_token_id=end_id,
                          pad_token_id=1 if begin else 0)
            for method, options in {"greedy": dict(num_beams=1), "beams": dict(num_beams=5, length_penalty=-1.0),
                                    "long": dict(num_beams=3, length_penalty=2.0, min_new_tokens=3)}.items():
                tensors[f"{name}.{method}"] = model.language_model.generate(**common, **options)
            if begin:
                tensors[f"{name}.next"] = model(pixel_values=pixels, input_ids=ids, attention_mask=mask).logits[:, -1]
            else:
                start = torch.zeros(3, 1, dtype=torch.long)
                tensors[f"{name}.next"] = model(pixel_values=pixels, input_ids=ids, attention_mask=mask,
                                                decoder_input_ids=start).logits[:, -1]
    tensors |= narrow(model, pixels)
    save(folder, tensors)
    torch.save(lavis(model, projection), folder / "lavis-stage2.pth")


def retrieval(folder, seed):
    folder.mkdir(parents=True, exist_ok=True)
    config = Blip2Config(vision_config=Blip2VisionConfig(**VISION).to_dict(),
                         qformer_config=Blip2QFormerConfig(**QFORMER, use_qformer_text_input=True).to_dict(),
                         text_config=OPTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, ffn_dim=8,
                                               vocab_size=WORDS, max_position_embeddings=8).to_dict(),
                         num_query_tokens=3, image_text_hidden_size=5, image_token_index=None)
    model = randomize(Blip2ForImageTextRetrieval(config), seed)
    model.save_pretrained(folder)
    tokenizer(folder, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]"], "[CLS]", "[SEP]", "[UNK]")
    pixels = torch.randn(3, 3, 12, 12, generator=torch.Generator().manual_seed(seed))
    texts = [[8, 9], [10, 7, 12, 13], [6]]
    longest = max(map(len, texts)) + 2
    ids = torch.tensor([[2, *t, 3] + [0] * (longest - 2 - len(t)) for t in texts])
    mask = (ids != 0).long()
    with torch.no_grad():
        matched = model(pixel_values=pixels, input_ids=ids, attention_mask=mask, use_image_text_matching_head=True)
        contrast = model(pixel_values=pixels, input_ids=ids, attention_mask=mask, use_image_text_matching_head=False)
    save(folder, {"pixels": pixels, "match": matched.logits_per_image, "similarity": contrast.logits_per_image,
                  "texts": contrast.text_embeds, "images": contrast.image_embeds})
    (folder / "texts.json").write_text(json.dumps([" ".join(f"w{i}" for i in t) for t in texts]) + "\n")
    torch.save(lavis(model, "opt_proj."), folder / "lavis-stage1.pth")


def main(root):
    torch.set_num_threads(1)
    generation(root / "opt", OPTConfig(vocab_size=WORDS + 1, hidden_size=10, num_hidden_layers=2, num_attention_heads=2,
                                       ffn_dim=12, max_position_embeddings=32, word_embed_proj_dim=10, eos_token_id=4),
               13, ["<s>", "<pad>", "</s>", "<unk>", "\n"], "</s>", 4, "opt_proj.")
    generation(root / "t5", T5Config(vocab_size=WORDS + 1, d_model=10, d_kv=4, d_ff=12, num_layers=2, num_heads=2,
                                     tie_word_embeddings=False, feed_forward_proj="gated-gelu", dense_act_fn="gelu", is_gated_act=True,
                                     decoder_start_token_id=0),
               2, ["<pad>", "</s>", "<unk>"], None, 1, "t5_proj.")
    retrieval(root / "itm", 3)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
