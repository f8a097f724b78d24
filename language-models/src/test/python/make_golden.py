"""Writes the fixtures of OptGoldenTest and FlanT5GoldenTest: tiny random checkpoints and what PyTorch computes with them.

    python make_golden.py ../resources/dev/querent/language

Every fixture is a folder: config.json and model.safetensors as transformers saves them, golden.safetensors with inputs,
the output of every layer, logits, loss and gradients (whole numbers stored as floats). The metadata of golden.safetensors
hold the versions used and the texts. Words are called w5, w6, ...: the number is the token's id.
"""
import copy
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import OPTConfig, OPTForCausalLM, T5Config, T5ForConditionalGeneration

IGNORED = -100
PROMPT_LENGTH = 5


def randomize(model, seed):
    """Fresh weights make nearly uniform scores and zero biases, which hide mistakes."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(1 + 0.2 * noise if "norm" in name and name.endswith("weight") else 0.25 * noise)
    return model.eval()


def texts(words):
    return " ".join(f"w{word}" for word in words)


def padded(rows, pad, left=False):
    longest = max(map(len, rows))
    fill = [[pad] * (longest - len(row)) for row in rows]
    return torch.tensor([f + r if left else r + f for f, r in zip(fill, rows)])


def hooked(modules):
    """Keeps the outputs of modules by name."""
    outputs = {}
    for name, module in modules.items():
        def hook(_, __, output, name=name):
            outputs[name] = output[0] if isinstance(output, tuple) else output
        module.register_forward_hook(hook)
    return outputs


def write(folder, model, tensors, prefixes, targets):
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    save_file(
        {name: tensor.detach().float().contiguous() for name, tensor in tensors.items()},
        folder / "golden.safetensors",
        metadata={
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "prefixes": json.dumps([texts(words) for words in prefixes]),
            "targets": json.dumps([texts(words) for words in targets]),
        },
    )


def half(model, dtype, run):
    """What the reference gives in 16 bits, and how far its own two ways of attending are apart there."""
    typed = copy.deepcopy(model).to(dtype)
    results = []
    with torch.no_grad():
        for way in ["eager", "sdpa"]:
            typed.set_attn_implementation(way)
            results.append(run(typed).float())
    name = str(dtype).removeprefix("torch.")
    spread = (results[0] - results[1]).abs().max().reshape(1)
    return {name + ".logits": results[1], name + ".spread": spread}


def gradients(model, names):
    parameters = dict(model.named_parameters())
    return {f"gradient.{name}": parameters[name].grad for name in names}


def opt(folder, prefixes, targets, seed, **sizes):
    begin, pad, end = 2, 1, 4
    config = OPTConfig(vocab_size=23, max_position_embeddings=32, dropout=0.1, tie_word_embeddings=True, **sizes)
    model = randomize(OPTForCausalLM(config), seed)
    decoder = model.model.decoder
    outputs = hooked({f"layer.{i}": layer for i, layer in enumerate(decoder.layers)})
    prompt = torch.randn(len(prefixes), PROMPT_LENGTH, config.word_embed_proj_dim, generator=torch.Generator().manual_seed(seed))
    prompt.requires_grad_()

    def run(ids, mask, model=model):
        mask = torch.cat([torch.ones(len(ids), PROMPT_LENGTH, dtype=torch.long), mask], 1)
        embedded = model.model.decoder.embed_tokens(ids)
        embeddings = torch.cat([prompt.to(embedded.dtype), embedded], 1)
        return mask, model(inputs_embeds=embeddings, attention_mask=mask).logits

    ids = padded([[begin, *p, *t, end] for p, t in zip(prefixes, targets)], pad)
    labels = padded(
        [[IGNORED if p else begin, *[IGNORED] * len(p), *t, end] for p, t in zip(prefixes, targets)], IGNORED)
    mask, logits = run(ids, (ids != pad).long())
    predicted = logits[:, PROMPT_LENGTH - 1 : -1]
    loss = torch.nn.functional.cross_entropy(predicted.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)
    loss.backward()
    tensors = {"soft-prompt": prompt, "ids": ids, "mask": mask, "targets": labels, **outputs}
    tensors |= {"logits": logits, "loss": loss.reshape(1), "gradient.soft-prompt": prompt.grad}
    tensors |= gradients(model, [
        "model.decoder.embed_tokens.weight",
        "model.decoder.embed_positions.weight",
        "model.decoder.layers.0.self_attn.q_proj.weight",
        "model.decoder.layers.1.fc2.bias",
    ])
    tensors = {name: tensor.clone() for name, tensor in tensors.items()}
    with torch.no_grad():
        left = padded([[begin, *p] for p in prefixes], pad, left=True)
        _, after = run(left, (left != pad).long())
        tensors["next-logits"] = after[:, -1]
    for dtype in [torch.bfloat16, torch.float16]:
        tensors |= half(model, dtype, lambda typed: run(left, (left != pad).long(), typed)[1][:, -1])
    write(folder, model, tensors, prefixes, targets)


def t5(folder, prefixes, targets, seed, tied, **sizes):
    pad, end = 0, 1
    config = T5Config(
        vocab_size=23, dropout_rate=0.1, decoder_start_token_id=0, tie_word_embeddings=tied, **sizes)
    model = T5ForConditionalGeneration(config)
    if not tied:  # transformers 5 ties the head all the same; the published FlanT5 has one of its own
        model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    randomize(model, seed)
    outputs = hooked(
        {f"encoder.{i}": block for i, block in enumerate(model.encoder.block)}
        | {"encoded": model.encoder}
        | {f"decoder.{i}": block for i, block in enumerate(model.decoder.block)})
    prompt = torch.randn(len(prefixes), PROMPT_LENGTH, config.d_model, generator=torch.Generator().manual_seed(seed))
    prompt.requires_grad_()
    ids = padded([[*p, end] for p in prefixes], pad)
    mask = torch.cat([torch.ones(len(ids), PROMPT_LENGTH, dtype=torch.long), (ids != pad).long()], 1)
    labels = padded([[*t, end] for t in targets], IGNORED)
    result = model(
        inputs_embeds=torch.cat([prompt, model.shared(ids)], 1),
        attention_mask=mask,
        labels=labels)
    result.loss.backward()
    encoded = outputs.pop("encoded").last_hidden_state
    tensors = {"soft-prompt": prompt, "ids": ids, "mask": mask, "targets": labels, **outputs, "encoded": encoded}
    tensors |= {"logits": result.logits, "loss": result.loss.reshape(1), "gradient.soft-prompt": prompt.grad}
    tensors["decoder-ids"] = model._shift_right(labels)
    tensors |= gradients(model, [
        "shared.weight",
        "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
        "decoder.block.1.layer.1.EncDecAttention.k.weight",
        "decoder.block.0.layer.2.DenseReluDense.wi_0.weight",
    ])
    start = torch.full((len(prefixes), 1), pad)
    tensors |= half(model, torch.bfloat16, lambda typed: typed(
        inputs_embeds=torch.cat([prompt.to(torch.bfloat16), typed.shared(ids)], 1),
        attention_mask=mask, decoder_input_ids=start).logits[:, -1])
    write(folder, model, {name: tensor.clone() for name, tensor in tensors.items()}, prefixes, targets)
    if not tied:  # as the published configuration says it
        path = folder / "config.json"
        saved = json.loads(path.read_text())
        del saved["scale_decoder_outputs"]
        saved["tie_word_embeddings"] = False
        path.write_text(json.dumps(saved, indent=2) + "\n")


def main(root):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    prefixes = [[5, 6], [], [7, 8, 9, 10, 11]]
    targets = [[12, 13, 14], [15], [16, 5, 17, 18, 9, 8, 7]]
    small = dict(hidden_size=18, num_attention_heads=3, ffn_dim=26, num_hidden_layers=2, word_embed_proj_dim=18)
    opt(root / "opt/pre-norm", prefixes, targets, seed=1, **small)
    opt(root / "opt/post-norm", prefixes, targets, seed=2, hidden_size=14, num_attention_heads=2, ffn_dim=22,
        num_hidden_layers=2, word_embed_proj_dim=10, do_layer_norm_before=False)
    opt(root / "opt/batch-of-one", [[]], [[9, 8, 7]], seed=3, hidden_size=12, num_attention_heads=4, ffn_dim=20,
        num_hidden_layers=2, word_embed_proj_dim=12)
    odd = dict(d_model=14, d_kv=5, num_heads=3, d_ff=18, num_layers=2, num_decoder_layers=3,
               relative_attention_num_buckets=8, relative_attention_max_distance=10)
    t5(root / "t5/untied", prefixes, targets, seed=4, feed_forward_proj="gated-gelu", dense_act_fn="gelu", tied=False,
       **odd)
    t5(root / "t5/tied", [[]], [[9, 8, 7]], seed=5, feed_forward_proj="gated-gelu", tied=True,
       **{**odd, "num_layers": 2, "num_decoder_layers": 2, "d_model": 12, "num_heads": 2})


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
