"""Writes the fixtures of QFormerGoldenTest: tiny random Q-Formers with LAVIS's parameter names and what PyTorch computes.

    python make_golden.py ../resources/dev/querent/bridge

Each objective is one joint pass over queries and text under the mask that the paper draws, written here in plain PyTorch
from the paper's figure 2; that is another way than the two-pass one of the Java code. Where transformers has the same pass
(queries alone, queries and text without a mask) this script checks itself against Blip2QFormerModel before it writes.
"""
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from torch.nn import functional as F
from transformers import Blip2QFormerConfig, Blip2QFormerModel

EPS = 1e-12
DEC = 5


class Reference:
    def __init__(self, seed, queries, width, layers, heads, mlp, frequency, shared, vision, language, vocabulary, positions):
        self.queries, self.layers, self.heads, self.frequency = queries, layers, heads, frequency
        self.sizes = dict(width=width, mlp=mlp, vision=vision, vocabulary=vocabulary)
        self.weights = {}
        generator = torch.Generator().manual_seed(seed)

        def add(name, *shape, one=False):
            noise = torch.randn(*shape, generator=generator)
            self.weights[name] = (1 + 0.2 * noise if one else 0.3 * noise).requires_grad_()

        def linear(name, inputs, outputs):
            add(name + ".weight", outputs, inputs)
            add(name + ".bias", outputs)

        def norm(name, size):
            add(name + ".weight", size, one=True)
            add(name + ".bias", size)

        norm("ln_vision", vision)
        add("query_tokens", 1, queries, width)
        bert = "Qformer.bert."
        add(bert + "embeddings.word_embeddings.weight", vocabulary, width)
        add(bert + "embeddings.position_embeddings.weight", positions, width)
        norm(bert + "embeddings.LayerNorm", width)
        for i in range(layers):
            layer = f"{bert}encoder.layer.{i}."
            for part in ["attention"] + (["crossattention"] if i % frequency == 0 else []):
                source = vision if part == "crossattention" else width
                linear(layer + part + ".self.query", width, width)
                linear(layer + part + ".self.key", source, width)
                linear(layer + part + ".self.value", source, width)
                linear(layer + part + ".output.dense", width, width)
                norm(layer + part + ".output.LayerNorm", width)
            for suffix in ["", "_query"]:
                linear(layer + f"intermediate{suffix}.dense", width, mlp)
                linear(layer + f"output{suffix}.dense", mlp, width)
                norm(layer + f"output{suffix}.LayerNorm", width)
        head = "Qformer.cls.predictions."
        linear(head + "transform.dense", width, width)
        norm(head + "transform.LayerNorm", width)
        add(head + "bias", vocabulary)
        linear("vision_proj", width, shared)
        linear("text_proj", width, shared)
        linear("itm_head", width, 2)
        self.weights["temp"] = torch.tensor(0.11, requires_grad=True)
        linear("language_projection", width, language)

    def linear(self, name, x):
        return F.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def norm(self, name, x, eps=EPS):
        return F.layer_norm(x, x.shape[-1:], self.weights[name + ".weight"], self.weights[name + ".bias"], eps)

    def attention(self, name, x, source, mask):
        """mask: (R, Tq, Tk), true where a row may attend."""
        def split(y):
            return y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        q, k, v = (split(self.linear(f"{name}.self.{part}", y)) for part, y in
                   [("query", x), ("key", source), ("value", source)])
        scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        scores = scores.masked_fill(~mask[:, None], float("-inf"))
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
        return self.norm(name + ".output.LayerNorm", x + self.linear(name + ".output.dense", mixed))

    def feed_forward(self, layer, suffix, x):
        y = self.linear(f"{layer}output{suffix}.dense", F.gelu(self.linear(f"{layer}intermediate{suffix}.dense", x)))
        return self.norm(f"{layer}output{suffix}.LayerNorm", x + y)

    def joint(self, features, ids, mask):
        """Queries, then text, through all layers. mask: (R, Q + T, Q + T)."""
        rows, count = len(mask), self.queries
        parts = [self.weights["query_tokens"].expand(rows, -1, -1)]
        embeddings = "Qformer.bert.embeddings."
        if ids is not None:
            words = self.weights[embeddings + "word_embeddings.weight"][ids]
            parts.append(words + self.weights[embeddings + "position_embeddings.weight"][: ids.shape[1]])
        x = self.norm(embeddings + "LayerNorm", torch.cat(parts, 1))
        image = self.norm("ln_vision", features, 1e-5)
        everything = torch.ones(rows, count, features.shape[1], dtype=torch.bool)
        states = []
        for i in range(self.layers):
            layer = f"Qformer.bert.encoder.layer.{i}."
            x = self.attention(layer + "attention", x, x, mask)
            queries, text = x[:, :count], x[:, count:]
            if i % self.frequency == 0:
                queries = self.attention(layer + "crossattention", queries, image, everything)
            queries = self.feed_forward(layer, "_query", queries)
            x = torch.cat([queries, self.feed_forward(layer, "", text)], 1) if ids is not None else queries
            states.append(x)
        return states

    def masks(self, padding):
        """(R, Q + T, Q + T) each: unimodal, bidirectional, multimodal causal; padding is attended to by nobody."""
        rows, text = padding.shape
        size = self.queries + text
        is_text = torch.arange(size) >= self.queries
        real = torch.cat([torch.ones(rows, self.queries, dtype=torch.bool), padding.bool()], 1)[:, None, :]
        unimodal = (is_text[:, None] == is_text[None, :]) & real
        bidirectional = torch.ones(size, size, dtype=torch.bool) & real
        positions = torch.arange(size)
        causal = (~is_text[None, :] | (is_text[:, None] & (positions[:, None] >= positions[None, :]))) & real
        return unimodal, bidirectional, causal

    def matches_transformers(self, features, ids):
        """Returns the queries' attention over the image in the last layer that crosses, the mean over its heads: (B, Q, N)."""
        config = Blip2QFormerConfig(
            vocab_size=self.sizes["vocabulary"], hidden_size=self.sizes["width"], num_hidden_layers=self.layers,
            num_attention_heads=self.heads, intermediate_size=self.sizes["mlp"], hidden_act="gelu", layer_norm_eps=EPS,
            cross_attention_frequency=self.frequency, encoder_hidden_size=self.sizes["vision"],
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, use_qformer_text_input=True)
        config._attn_implementation = "eager"  # the others keep no weights
        model = Blip2QFormerModel(config).eval()
        state = {}
        for name, value in self.weights.items():
            if name.startswith("Qformer.bert.encoder."):
                state[name.removeprefix("Qformer.bert.").replace(".self.", ".attention.")] = value.detach()
            if name.startswith("Qformer.bert.embeddings.LayerNorm."):
                state["layernorm." + name.split(".")[-1]] = value.detach()
        missing, surplus = model.load_state_dict(state, strict=False)
        assert not missing and not surplus, (missing, surplus)
        image = self.norm("ln_vision", features, 1e-5)
        queries = self.weights["query_tokens"].expand(len(features), -1, -1)
        with torch.no_grad():
            seen = model(query_embeds=queries, encoder_hidden_states=image, output_attentions=True, return_dict=True)
            alone = seen[0]
            full = torch.ones(len(features), self.queries, self.queries, dtype=torch.bool)
            torch.testing.assert_close(alone, self.joint(features, None, full)[-1], atol=1e-5, rtol=1e-4)
            embeddings = "Qformer.bert.embeddings."
            words = self.weights[embeddings + "word_embeddings.weight"][ids]
            words = words + self.weights[embeddings + "position_embeddings.weight"][: ids.shape[1]]
            both = model(query_embeds=torch.cat([queries, words], 1), query_length=self.queries,
                         encoder_hidden_states=image)[0]
            size = self.queries + ids.shape[1]
            full = torch.ones(len(features), size, size, dtype=torch.bool)
            torch.testing.assert_close(both, self.joint(features, ids, full)[-1], atol=1e-5, rtol=1e-4)
        crossing = [weights for weights in seen.cross_attentions if weights is not None]
        assert len(crossing) == len(range(0, self.layers, self.frequency))
        return crossing[-1].mean(1)


def write(folder, seed, lengths, pairs, tokens, **sizes):
    reference = Reference(seed, **sizes)
    generator = torch.Generator().manual_seed(seed + 1)
    longest = max(lengths)
    features = torch.randn(len(lengths), tokens, sizes["vision"], generator=generator).requires_grad_()
    padding = torch.tensor([[1] * n + [0] * (longest - n) for n in lengths])
    ids = torch.randint(6, sizes["vocabulary"], padding.shape, generator=generator)
    ids[:, 0] = 2
    ids[torch.arange(len(lengths)), torch.tensor(lengths) - 1] = 3
    ids = ids * padding
    attention = reference.matches_transformers(features, ids)
    count = reference.queries
    unimodal, _, causal = reference.masks(padding)
    states = reference.joint(features, ids, unimodal)
    tensors = {f"queries.{i}": state[:, :count] for i, state in enumerate(states)}
    image = F.normalize(reference.linear("vision_proj", states[-1][:, :count]), dim=-1)
    text = F.normalize(reference.linear("text_proj", states[-1][:, count]), dim=-1)
    similarity = torch.einsum("iqe,te->itq", image, text).max(-1)[0] / reference.weights["temp"]
    own = torch.arange(len(lengths))
    itc = (F.cross_entropy(similarity, own, label_smoothing=0.1) + F.cross_entropy(similarity.T, own, label_smoothing=0.1)) / 2
    rows, columns = torch.tensor(pairs).T
    _, bidirectional, _ = reference.masks(padding[columns])
    matched = reference.joint(features[rows], ids[columns], bidirectional)[-1][:, :count]
    logits = reference.linear("itm_head", matched).mean(1)
    itm = F.cross_entropy(logits, (rows == columns).long())
    begun = ids.clone()
    begun[:, 0] = DEC
    hidden = reference.joint(features, begun, causal)[-1][:, count:]
    head = "Qformer.cls.predictions."
    hidden = reference.norm(head + "transform.LayerNorm", F.gelu(reference.linear(head + "transform.dense", hidden)))
    scores = hidden @ reference.weights["Qformer.bert.embeddings.word_embeddings.weight"].T + reference.weights[head + "bias"]
    targets = begun.masked_fill(padding == 0, -100)[:, 1:]
    itg = F.cross_entropy(scores[:, :-1].flatten(0, 1), targets.flatten(), ignore_index=-100, label_smoothing=0.1)
    prompt = reference.linear("language_projection", states[-1][:, :count])
    (itc + itm + itg).backward(retain_graph=True)
    tensors |= {
        "features": features, "ids": ids, "mask": padding, "pairs": torch.tensor(pairs), "image-embeddings": image,
        "text-embeddings": text, "similarity": similarity, "match-logits": logits, "itc": itc.reshape(1),
        "itm": itm.reshape(1), "itg": itg.reshape(1), "soft-prompt": prompt,
        "question-prompt": reference.linear("language_projection", matched), "attention": attention,
        "gradient.features": features.grad.clone()}
    for name in ["temp", "query_tokens", "ln_vision.weight", "Qformer.bert.embeddings.word_embeddings.weight",
                 "Qformer.bert.encoder.layer.0.crossattention.self.key.weight",
                 "Qformer.bert.encoder.layer.1.attention.self.value.weight",
                 "Qformer.bert.encoder.layer.0.intermediate.dense.weight",
                 "Qformer.bert.encoder.layer.1.output_query.dense.bias", "text_proj.weight"]:
        tensors["gradient." + name] = reference.weights[name].grad.clone()
    features.grad = None
    prompt.square().sum().backward()
    tensors["gradient.features.soft-prompt"] = features.grad
    folder.mkdir(parents=True, exist_ok=True)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    save_file({name: value.detach().contiguous() for name, value in reference.weights.items()},
              folder / "model.safetensors", metadata=versions)
    save_file({name: value.detach().float().contiguous() for name, value in tensors.items()},
              folder / "golden.safetensors", metadata=versions)


def main(root):
    torch.set_num_threads(1)
    write(root / "odd", 1, lengths=[5, 3, 7], pairs=[(0, 0), (1, 1), (2, 2), (2, 0), (0, 1), (1, 2), (0, 2)], tokens=5,
          queries=3, width=12, layers=3, heads=3, mlp=14, frequency=2, shared=6, vision=10, language=9, vocabulary=17,
          positions=11)
    write(root / "one", 2, lengths=[4], pairs=[(0, 0)], tokens=3, queries=2, width=8, layers=2, heads=2, mlp=10,
          frequency=1, shared=5, vision=6, language=7, vocabulary=13, positions=8)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
