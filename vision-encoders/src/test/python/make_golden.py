"""Writes the fixtures of ClipVitGoldenTest: tiny random CLIP vision towers and what transformers computes with them.

    python make_golden.py ../resources/dev/querent/vision

A fixture is a folder: config.json and model.safetensors as transformers saves CLIPVisionModel (names completed by the prefix
that the published files have), lavis.pth with the same weights under the names of LAVIS's clip_vit_L.pth, golden.safetensors with
pixels, the tokens after every block and gradients of their sum of squares after the last but one, and the last block's tokens of
larger pixels with interpolated positions ("larger", as transformers does it; "lavis": with the corners aligned).
"""
import copy
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, CLIPVisionModel


def lavis(parameters):
    names = {"embeddings.class_embedding": "class_embedding", "embeddings.position_embedding.weight": "positional_embedding",
             "embeddings.patch_embedding": "conv1", "pre_layrnorm": "ln_pre", "encoder.layers": "transformer.resblocks",
             "layer_norm": "ln_", "self_attn": "attn", "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj"}
    state = {}
    for name, value in parameters.items():
        if name.startswith("post_layernorm"):
            continue
        for new, old in names.items():
            name = name.replace(new, old)
        state[name] = value.detach().clone()
    for name in [name for name in state if ".q_proj." in name]:
        state[name.replace("q_proj.", "in_proj_")] = torch.cat([state.pop(name.replace("q_proj", p)) for p in
                                                                 ("q_proj", "k_proj", "v_proj")])
    return state


def align_corners(model, side):
    """The position table as LAVIS's clip_vit.py resizes it."""
    table = model.get_parameter(next(n for n, _ in model.named_parameters() if n.endswith("position_embedding.weight")))
    old = round((len(table) - 1) ** 0.5)
    grid = table[1:].reshape(1, old, old, -1).permute(0, 3, 1, 2)
    grid = torch.nn.functional.interpolate(grid, size=(side, side), mode="bicubic", align_corners=True)
    return torch.cat([table[:1], grid.permute(0, 2, 3, 1).flatten(0, 2)])


def write(folder, seed, batch, **sizes):
    torch.manual_seed(seed)
    config = CLIPVisionConfig(**sizes)
    model = CLIPVisionModel(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape)
            parameter.copy_(1 + 0.2 * noise if "norm" in name and name.endswith("weight") else 0.3 * noise)
    pixels = torch.randn(batch, 3, config.image_size, config.image_size, requires_grad=True)
    states = model(pixels, output_hidden_states=True).hidden_states
    tensors = {"pixels": pixels, **{f"block.{i}": state for i, state in enumerate(states)}}
    states[-2].square().mean().backward()
    parameters = dict(model.named_parameters())
    prefix = "" if any(name.startswith("vision_model.") for name in parameters) else "vision_model."
    tensors["gradient.pixels"] = pixels.grad
    for name in ["embeddings.class_embedding", "embeddings.position_embedding.weight", "embeddings.patch_embedding.weight",
                 "pre_layrnorm.weight", "encoder.layers.0.self_attn.k_proj.weight", "encoder.layers.0.mlp.fc1.bias"]:
        full = "vision_model." + name
        tensors["gradient." + full] = parameters[full.removeprefix(prefix)].grad
    larger = torch.randn(batch, 3, *2 * [2 * config.image_size + config.patch_size])
    tensors["larger.pixels"] = larger
    with torch.no_grad():
        tensors["larger.tokens"] = model(larger, interpolate_pos_encoding=True, output_hidden_states=True).hidden_states[-1]
        wide = CLIPVisionModel(CLIPVisionConfig(**(sizes | {"image_size": larger.shape[-1]}))).eval()
        state = dict(parameters)
        state[next(n for n in state if n.endswith("position_embedding.weight"))] = align_corners(
            model, larger.shape[-1] // config.patch_size)
        wide.load_state_dict(state, strict=False)
        tensors["lavis.tokens"] = wide(larger, output_hidden_states=True).hidden_states[-1]
    for dtype in ["bfloat16", "float16"]:
        typed = copy.deepcopy(model).to(getattr(torch, dtype))
        results = []
        with torch.no_grad():
            for way in ["eager", "sdpa"]:
                typed.set_attn_implementation(way)
                results.append(typed(pixels.to(typed.dtype), output_hidden_states=True).hidden_states[-1].float())
        tensors[dtype + ".tokens"] = results[1]
        tensors[dtype + ".spread"] = (results[0] - results[1]).abs().max().reshape(1)  # of the reference's two ways
    folder.mkdir(parents=True, exist_ok=True)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    (folder / "config.json").write_text(json.dumps(config.to_diff_dict() | sizes, indent=2) + "\n")
    save_file({prefix + name: value.detach().contiguous() for name, value in parameters.items()},
              folder / "model.safetensors", metadata=versions)
    torch.save(lavis({name.removeprefix("vision_model."): value for name, value in parameters.items()}), folder / "lavis.pth")
    save_file({name: value.detach().contiguous() for name, value in tensors.items()},
              folder / "golden.safetensors", metadata=versions)


def main(root):
    torch.set_num_threads(1)
    write(root / "quick-gelu", 1, batch=3, hidden_size=12, num_hidden_layers=3, num_attention_heads=3, intermediate_size=14,
          image_size=12, patch_size=4, hidden_act="quick_gelu", layer_norm_eps=1e-5)
    write(root / "gelu", 2, batch=1, hidden_size=10, num_hidden_layers=2, num_attention_heads=2, intermediate_size=9,
          image_size=15, patch_size=5, hidden_act="gelu", layer_norm_eps=1e-3)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
