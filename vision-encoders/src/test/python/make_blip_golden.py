"""Writes the fixtures of BlipGoldenTest: tiny random caption models and what transformers computes with them.

    python make_blip_golden.py ../resources/dev/querent/vision

A fixture is a folder as save_pretrained writes it (config.json, model.safetensors, tokenizer.json), in one of them blip.pth with
the same weights under the names of BLIP's own files, and golden.safetensors: pixels, the encoder's features, ids and mask of a padded batch, the decoder's
scores of each next token (behind [DEC] in 16 bits too), and ids that generate gives by several methods, behind no prompt and behind "a picture of ". Ids are as
generate returns them, with [DEC] and prompt in front.
"""
import copy
import json
import pathlib
import re
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration

WORDS = "a picture of cat dog mat red blue on the two and sits".split()
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + WORDS + ["##s", "##ty", "."]
DEC = len(VOCABULARY)  # added by BLIP, as is [ENC], the row after it
METHODS = {"greedy": dict(num_beams=1), "beams": dict(num_beams=3), "long": dict(num_beams=5, length_penalty=2.0, min_new_tokens=4)}
LONGEST = 9


def original(state):
    """BLIP's names, as its conversion script pairs them."""
    renamed = {}
    for name, value in state.items():
        name = name.replace("vision_model.embeddings.class_embedding", "visual_encoder.cls_token")
        name = name.replace("vision_model.embeddings.position_embedding", "visual_encoder.pos_embed")
        name = name.replace("vision_model.embeddings.patch_embedding", "visual_encoder.patch_embed.proj")
        name = name.replace("vision_model.post_layernorm", "visual_encoder.norm")
        name = re.sub(r"vision_model\.encoder\.layers\.(\d+)\.", r"visual_encoder.blocks.\1.", name)
        if name.startswith("visual_encoder."):
            name = name.replace("self_attn.projection", "attn.proj").replace("self_attn", "attn").replace("layer_norm", "norm")
        renamed[name] = value.detach().clone()
    words = renamed["text_decoder.bert.embeddings.word_embeddings.weight"]
    renamed["text_decoder.cls.predictions.decoder.weight"] = words.clone()
    renamed["text_decoder.cls.predictions.decoder.bias"] = renamed["text_decoder.cls.predictions.bias"].clone()
    renamed["text_decoder.bert.embeddings.position_ids"] = torch.arange(8)[None]
    return renamed


def write(folder, seed, batch, ending, text_config, vision_config):
    torch.manual_seed(seed)
    words = BertTokenizer(vocab={token: i for i, token in enumerate(VOCABULARY)})
    text_config |= dict(vocab_size=DEC + 2, bos_token_id=DEC, sep_token_id=3, eos_token_id=3, pad_token_id=0)
    model = BlipForConditionalGeneration(BlipConfig(text_config=text_config, vision_config=vision_config)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape)
            norm = "norm" in name.lower() and name.endswith("weight")
            # weights larger than biases, or a text of a random model repeats one word
            scale = 0.3 if "text" not in name else 0.1 if name.endswith("bias") else 0.4
            parameter.copy_(1 + 0.2 * noise if norm else scale * noise)
        model.text_decoder.cls.predictions.bias[3] += ending
    state = {name: value for name, value in model.state_dict().items() if "predictions.decoder" not in name}
    side = vision_config["image_size"]
    pixels = torch.randn(batch, 3, side, side)
    texts = ["a picture of two cats.", "dog", "the red mat on a blue mat"][:batch]
    encoded = words(texts, padding=True, return_tensors="pt")
    encoded["input_ids"][:, 0] = DEC
    tensors = {"pixels": pixels, "ids": encoded["input_ids"].float(), "mask": encoded["attention_mask"].float()}
    with torch.no_grad():
        tensors["features"] = model.vision_model(pixels).last_hidden_state
        tensors["logits"] = model.text_decoder(
            input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"],
            encoder_hidden_states=tensors["features"]).logits
        for dtype in ["bfloat16", "float16"]:
            typed = copy.deepcopy(model).to(getattr(torch, dtype))
            seen = typed.vision_model(pixels.to(typed.dtype)).last_hidden_state
            half = typed.text_decoder(input_ids=torch.full((batch, 1), DEC), encoder_hidden_states=seen).logits[:, 0].float()
            tensors[dtype + ".first"] = half
            spread = (half - tensors["logits"][:, 0]).abs().max()  # what 16 bits cost the reference
            tensors[dtype + ".spread"] = spread.reshape(1)
        for kind, prompt in {"bare": "", "prompted": "a picture of "}.items():
            begun = words([prompt] * batch, return_tensors="pt")
            for method, settings in METHODS.items():
                ids = model.generate(pixels, input_ids=begun["input_ids"].clone(), attention_mask=begun["attention_mask"],
                                     max_new_tokens=LONGEST, do_sample=False, **settings)
                tensors[f"{kind}.{method}"] = ids.float()
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    for other in ["tokenizer_config.json", "special_tokens_map.json", "generation_config.json"]:
        (folder / other).unlink(missing_ok=True)
    if batch > 1:
        torch.save({"model": original(state)}, folder / "blip.pth")
    save_file({name: value.detach().contiguous() for name, value in tensors.items()}, folder / "golden.safetensors",
              metadata={"torch": torch.__version__, "transformers": transformers.__version__, "texts": json.dumps(texts)})


def main(root):
    torch.set_num_threads(1)
    write(root / "blip-three", 31, 3, 2.5,
          dict(hidden_size=12, num_hidden_layers=3, num_attention_heads=3, intermediate_size=14, max_position_embeddings=17),
          dict(hidden_size=10, num_hidden_layers=2, num_attention_heads=2, intermediate_size=9, image_size=15, patch_size=5,
               layer_norm_eps=1e-3))
    write(root / "blip-one", 35, 1, 1.5,
          dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=8, intermediate_size=10, max_position_embeddings=13,
               hidden_act="quick_gelu", layer_norm_eps=1e-4),
          dict(hidden_size=18, num_hidden_layers=3, num_attention_heads=3, intermediate_size=8, image_size=28, patch_size=7,
               hidden_act="gelu"))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
