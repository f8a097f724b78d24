"""Writes the fixtures of ClipGoldenTest: tiny random CLIPModels and what transformers computes with them.

    python make_clip_golden.py ../resources/dev/querent/vision

A fixture is a folder as save_pretrained writes it (config.json, model.safetensors or pytorch_model.bin, tokenizer.json) and
golden.safetensors: pixels, ids and mask of a padded batch of texts (the texts as JSON in its metadata), embeddings of unit length
and logits_per_image (in 16 bits too).
"""
import copy
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

TEXTS = ["a cat", "the dog on a mat sat there and then went away", "", "Cats & DOGS!"]


def tokenizer():
    """Letters, a few merges, and the special tokens behind them as published: the end token has the largest id."""
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)] + ["!"]
    merges = [("c", "a"), ("ca", "t</w>"), ("d", "o"), ("do", "g</w>"), ("t", "h"), ("th", "e</w>"), ("a", "t</w>")]
    tokens = letters + [letter + "</w>" for letter in letters] + ["".join(pair) for pair in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={token: i for i, token in enumerate(tokens)}, merges=merges)


def write(folder, seed, texts, text_config, vision_config, old=False, **config):
    torch.manual_seed(seed)
    words = tokenizer()
    text_config["vocab_size"] = len(words)
    model = CLIPModel(CLIPConfig(text_config=text_config, vision_config=vision_config, **config)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape)
            parameter.copy_(1 + 0.2 * noise if "norm" in name and name.endswith("weight") else 0.3 * noise)
        model.logit_scale.fill_(1.7)
        side = vision_config["image_size"]
        pixels = torch.randn(len(texts) - 1 or 1, 3, side, side)
        batch = words(texts, padding=True, truncation=True, max_length=text_config["max_position_embeddings"],
                      return_tensors="pt")
        out = model(pixel_values=pixels, **batch)
    tensors = {"pixels": pixels, "ids": batch["input_ids"].float(), "mask": batch["attention_mask"].float(),
               "images": out.image_embeds, "texts": out.text_embeds, "logits": out.logits_per_image}
    for dtype in ["bfloat16", "float16"]:
        typed = copy.deepcopy(model).to(getattr(torch, dtype))
        with torch.no_grad():
            half = typed(pixel_values=pixels.to(typed.dtype), **batch).logits_per_image.float()
        tensors[dtype + ".logits"] = half
        tensors[dtype + ".spread"] = (half - out.logits_per_image).abs().max().reshape(1)  # what 16 bits cost the reference
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    if old:
        positions = {f"{tower}_model.embeddings.position_ids": torch.arange(5)[None] for tower in ["text", "vision"]}
        torch.save(model.state_dict() | positions, folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    words.save_pretrained(folder)
    for other in ["tokenizer_config.json", "special_tokens_map.json"]:
        (folder / other).unlink(missing_ok=True)
    save_file({name: value.detach().contiguous() for name, value in tensors.items()}, folder / "golden.safetensors",
              metadata={"torch": torch.__version__, "transformers": transformers.__version__, "texts": json.dumps(texts)})


def main(root):
    torch.set_num_threads(1)
    end = len(tokenizer()) - 1
    write(root / "clip-quick-gelu", 11, TEXTS,
          dict(hidden_size=12, num_hidden_layers=3, num_attention_heads=3, intermediate_size=14, max_position_embeddings=17,
               hidden_act="quick_gelu", eos_token_id=end, bos_token_id=end - 1, pad_token_id=end),
          dict(hidden_size=10, num_hidden_layers=2, num_attention_heads=2, intermediate_size=9, image_size=15, patch_size=5,
               hidden_act="quick_gelu"),
          projection_dim=7)
    # file and end token as in the oldest checkpoints; a text that is cut; a batch of one
    write(root / "clip-gelu", 12, [TEXTS[1]],
          dict(hidden_size=8, num_hidden_layers=2, num_attention_heads=4, intermediate_size=11, max_position_embeddings=9,
               hidden_act="gelu", layer_norm_eps=1e-3, eos_token_id=2, bos_token_id=0, pad_token_id=1),
          dict(hidden_size=12, num_hidden_layers=3, num_attention_heads=3, intermediate_size=10, image_size=28, patch_size=7,
               hidden_act="gelu", layer_norm_eps=1e-3),
          old=True, projection_dim=5)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
