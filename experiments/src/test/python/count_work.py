"""Operations and kept bytes of tiny models as libtorch counts them: what PlannedWorkTest compares its formulas with.

torch 2.7.1, transformers 5.23. Prints, does not write: the numbers stand in the test.
    python experiments/src/test/python/count_work.py
"""

import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import (
    Blip2QFormerConfig,
    Blip2QFormerModel,
    Blip2VisionConfig,
    Blip2VisionModel,
    OPTConfig,
    OPTForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)

torch.manual_seed(0)


class Kept:
    """Bytes of the distinct tensors, parameters left out, that the backward pass will read."""

    def __init__(self, model):
        self.parameters = {p.untyped_storage().data_ptr() for p in model.parameters()}
        self.storages = {}

    def pack(self, x):
        s = x.untyped_storage()
        if s.data_ptr() not in self.parameters:
            self.storages[s.data_ptr()] = s.nbytes()
        return x

    def bytes(self):
        return sum(self.storages.values())


def count(name, model, forward):
    model.eval()
    kept = Kept(model)
    with FlopCounterMode(display=False) as first:
        with torch.autograd.graph.saved_tensors_hooks(kept.pack, lambda x: x):
            y = forward()
    backward = 0
    if y.requires_grad:
        with FlopCounterMode(display=False) as second:
            y.sum().backward()
        backward = second.get_total_flops()
    print(f"{name}: forward {first.get_total_flops()}, backward {backward}, kept {kept.bytes()}")


def vision(trained):
    model = Blip2VisionModel(Blip2VisionConfig(
        hidden_size=8, intermediate_size=12, num_hidden_layers=3, num_attention_heads=2, image_size=6, patch_size=2,
        attn_implementation="eager"))
    model.requires_grad_(trained)
    count(f"vision, trained {trained}", model, lambda: model(torch.randn(1, 3, 6, 6)).last_hidden_state)


def opt(trained):
    queries, text = 3, 5
    model = OPTForCausalLM(OPTConfig(
        vocab_size=29, hidden_size=8, ffn_dim=14, num_hidden_layers=3, num_attention_heads=2, word_embed_proj_dim=8,
        max_position_embeddings=20, dropout=0, attn_implementation="eager"))
    model.requires_grad_(trained)

    def forward():
        embedded = torch.randn(1, queries + text, 8, requires_grad=True)
        hidden = model.model(inputs_embeds=embedded).last_hidden_state
        scores = model.lm_head(hidden[:, queries - 1 : -1])
        return torch.nn.functional.cross_entropy(scores.flatten(0, 1), torch.arange(text))

    count(f"opt, trained {trained}", model, forward)


def t5(trained):
    read, text = 3 + 4, 8
    config = T5Config(
        vocab_size=29, d_model=8, d_kv=5, num_heads=2, d_ff=14, num_layers=3, num_decoder_layers=2, dropout_rate=0, decoder_start_token_id=0,
        feed_forward_proj="gated-gelu", tie_word_embeddings=False, attn_implementation="eager")
    config.dense_act_fn = "gelu"  # as BLIP-2 has it; its own is put together of several functions, each of which keeps something
    model = T5ForConditionalGeneration(config)
    model.requires_grad_(trained)

    def forward():
        embedded = torch.randn(1, read, 8, requires_grad=True)
        return model(inputs_embeds=embedded, labels=torch.arange(text)[None]).loss

    count(f"t5, trained {trained}", model, forward)


def qformer():
    model = Blip2QFormerModel(Blip2QFormerConfig(
        hidden_size=8, num_hidden_layers=3, num_attention_heads=2, intermediate_size=14, cross_attention_frequency=2,
        encoder_hidden_size=10, hidden_dropout_prob=0, attention_probs_dropout_prob=0, attn_implementation="eager"))

    def forward():
        features = torch.randn(1, 10, 10, requires_grad=True)
        queries = torch.randn(1, 4, 8, requires_grad=True)
        return model(query_embeds=queries, encoder_hidden_states=features).last_hidden_state

    count("q-former, queries", model, forward)


vision(False)
vision(True)
opt(False)
opt(True)
t5(False)
t5(True)
qformer()
