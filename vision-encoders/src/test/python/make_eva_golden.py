"""Writes the fixtures of EvaClipVitTest: tiny random EVA-CLIP towers and what transformers computes with them.

    python make_eva_golden.py ../resources/dev/querent/vision

A fixture is a folder: config.json and model.safetensors under the names of a whole BLIP-2 checkpoint (a query token stands for
the parts that an encoder ignores), lavis.pth with the same weights under the names of LAVIS's eva_vit_g.pth, golden.safetensors with
pixels, the tokens after the last block and gradients of their mean square, and tokens of larger pixels with interpolated
positions.
"""
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import Blip2VisionConfig, Blip2VisionModel


def lavis(parameters, width):
    """As the published file has them: no bias of keys, one block and a norm more than are used."""
    names = {"embeddings.class_embedding": "cls_token", "embeddings.position_embedding": "pos_embed",
             "embeddings.patch_embedding": "patch_embed.proj", "encoder.layers": "blocks", "layer_norm": "norm",
             "self_attn.projection": "attn.proj", "self_attn": "attn"}
    state = {}
    for name, value in parameters.items():
        if name.startswith("post_layernorm"):
            continue
        for new, old in names.items():
            name = name.replace(new, old)
        if name.endswith("qkv.bias"):
            state[name.replace("qkv.bias", "q_bias")] = value[:width].clone()
            state[name.replace("qkv.bias", "v_bias")] = value[2 * width:].clone()
        else:
            state[name] = value.clone()
    last = max(int(name.split(".")[1]) for name in state if name.startswith("blocks."))
    state |= {name.replace(f"blocks.{last}.", f"blocks.{last + 1}."): value for name, value in state.items()
              if name.startswith(f"blocks.{last}.")}
    return state | {"norm.weight": torch.ones(width), "head.bias": torch.zeros(3)}


def last_tokens(model, pixels, **options):
    kept = []
    hook = model.encoder.layers[-1].register_forward_hook(lambda _, __, output: kept.append(output))
    model(pixels, **options)
    hook.remove()
    return kept[0][0] if isinstance(kept[0], tuple) else kept[0]


def write(folder, seed, batch, **sizes):
    torch.manual_seed(seed)
    model = Blip2VisionModel(Blip2VisionConfig(**sizes)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape)
            parameter.copy_(1 + 0.2 * noise if "norm" in name and name.endswith("weight") else 0.3 * noise)
        # as LAVIS trained them: keys have no bias
        for layer in model.encoder.layers:
            layer.self_attn.qkv.bias[sizes["hidden_size"]:2 * sizes["hidden_size"]] = 0
    pixels = torch.randn(batch, 3, sizes["image_size"], sizes["image_size"], requires_grad=True)
    tokens = last_tokens(model, pixels)
    tokens.square().mean().backward()
    parameters = dict(model.named_parameters())
    larger = torch.randn(batch, 3, *2 * [2 * sizes["image_size"] + sizes["patch_size"]])
    tensors = {"pixels": pixels, "tokens": tokens, "gradient.pixels": pixels.grad, "larger.pixels": larger,
               "larger.tokens": last_tokens(model, larger, interpolate_pos_encoding=True)}
    for name in ["embeddings.class_embedding", "embeddings.position_embedding", "embeddings.patch_embedding.bias",
                 "encoder.layers.0.self_attn.qkv.weight", "encoder.layers.0.mlp.fc1.bias"]:
        tensors["gradient.vision_model." + name] = parameters[name].grad
    folder.mkdir(parents=True, exist_ok=True)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    (folder / "config.json").write_text(json.dumps({"model_type": "blip-2", "vision_config": sizes}, indent=2) + "\n")
    saved = {"vision_model." + name: value.detach().contiguous() for name, value in parameters.items()}
    save_file(saved | {"query_tokens": torch.zeros(1, 2, 3)}, folder / "model.safetensors", metadata=versions)
    torch.save(lavis({name: value.detach() for name, value in parameters.items()}, sizes["hidden_size"]), folder / "lavis.pth")
    save_file({name: value.detach().contiguous() for name, value in tensors.items()},
              folder / "golden.safetensors", metadata=versions)


def main(root):
    torch.set_num_threads(1)
    write(root / "eva-small", 1, batch=3, hidden_size=12, num_hidden_layers=3, num_attention_heads=3, intermediate_size=14,
          image_size=12, patch_size=4, hidden_act="gelu", layer_norm_eps=1e-6)
    write(root / "eva-one-image", 2, batch=1, hidden_size=22, num_hidden_layers=1, num_attention_heads=2, intermediate_size=9,
          image_size=15, patch_size=5, hidden_act="gelu", layer_norm_eps=1e-3)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
