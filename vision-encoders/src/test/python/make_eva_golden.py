"""Writes the fixtures of EvaClipVitTest: tiny random EVA-CLIP towers and what transformers computes with them.

    python make_eva_golden.py ../resources/dev/querent/vision

A fixture is a folder: config.json and model.safetensors under the names of a whole BLIP-2 checkpoint (a query token stands for
the parts that an encoder ignores), golden.safetensors with pixels, the tokens after the last block and gradients of their mean
square.
"""
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import Blip2VisionConfig, Blip2VisionModel


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
    kept = []
    model.encoder.layers[-1].register_forward_hook(lambda _, __, output: kept.append(output))
    pixels = torch.randn(batch, 3, sizes["image_size"], sizes["image_size"], requires_grad=True)
    model(pixels)
    tokens = kept[0][0] if isinstance(kept[0], tuple) else kept[0]
    tokens.square().mean().backward()
    parameters = dict(model.named_parameters())
    tensors = {"pixels": pixels, "tokens": tokens, "gradient.pixels": pixels.grad}
    for name in ["embeddings.class_embedding", "embeddings.position_embedding", "embeddings.patch_embedding.bias",
                 "encoder.layers.0.self_attn.qkv.weight", "encoder.layers.0.mlp.fc1.bias"]:
        tensors["gradient.vision_model." + name] = parameters[name].grad
    folder.mkdir(parents=True, exist_ok=True)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    (folder / "config.json").write_text(json.dumps({"model_type": "blip-2", "vision_config": sizes}, indent=2) + "\n")
    saved = {"vision_model." + name: value.detach().contiguous() for name, value in parameters.items()}
    save_file(saved | {"query_tokens": torch.zeros(1, 2, 3)}, folder / "model.safetensors", metadata=versions)
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
