"""The other side: training steps of BLIP-2 in PyTorch, printed as one JSON object a step.

    python reference.py MODELS --stage 1 --precision fp32 --steps 3 --threads 2 [--dropout 0] [--rows 2]

Stage 1 does what LAVIS's Blip2Qformer does: queries with their keys and values kept, text alone, three pairs a sample for matching with
the image's features repeated, text behind the kept queries for captioning; texts padded to 32 tokens. Stage 2 does what
Blip2ForConditionalGeneration of transformers does in training, with its own Q-Former and OPT. The frozen parts are in no graph and
without dropout. In LAVIS's favour: scaled_dot_product_attention, AdamW's fused form, pixels read beforehand.
"""
import argparse
import json
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from transformers import Blip2QFormerConfig, Blip2QFormerModel, CLIPVisionModel, OPTForCausalLM

from models import CAPTIONS, LAYERS, MLP, OPT_WORDS, QUERIES, SHARED, VISION, WIDTH, bert_vocabulary, opt_tokenizer

HEADS = 12
TEXT = 32
DEC = 30522
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)


class Vision(nn.Module):
    """CLIP's ViT-L/14 without its last block."""

    def __init__(self, folder, precision):
        super().__init__()
        whole = CLIPVisionModel.from_pretrained(folder, attn_implementation="sdpa", dtype=precision)
        tower = getattr(whole, "vision_model", whole)
        tower.encoder.layers = tower.encoder.layers[:-1]
        self.tower = tower.eval().requires_grad_(False)
        self.precision = precision

    def forward(self, pixels):
        with torch.no_grad():
            hidden = self.tower.pre_layrnorm(self.tower.embeddings(pixels.to(self.precision)))
            return self.tower.encoder(inputs_embeds=hidden).last_hidden_state.float()


class Attention(nn.Module):
    def __init__(self, source, dropout):
        super().__init__()
        self.self = nn.ModuleDict({
            "query": nn.Linear(WIDTH, WIDTH), "key": nn.Linear(source, WIDTH), "value": nn.Linear(source, WIDTH)})
        self.output = nn.ModuleDict({"dense": nn.Linear(WIDTH, WIDTH), "LayerNorm": nn.LayerNorm(WIDTH, 1e-12)})
        self.probability = dropout

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], HEADS, -1).transpose(1, 2)

    def forward(self, x, source=None, mask=None, past=None):
        source = x if source is None else source
        query = self.split(self.self["query"](x))
        key, value = self.split(self.self["key"](source)), self.split(self.self["value"](source))
        if past is not None:
            key, value = torch.cat([past[0], key], 2), torch.cat([past[1], value], 2)
        mixed = F.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, dropout_p=self.probability if self.training else 0)
        y = self.output["dense"](mixed.transpose(1, 2).flatten(2))
        return self.output["LayerNorm"](F.dropout(y, self.probability, self.training) + x), (key, value)


class FeedForward(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(WIDTH, MLP)})
        self.output = nn.ModuleDict({"dense": nn.Linear(MLP, WIDTH), "LayerNorm": nn.LayerNorm(WIDTH, 1e-12)})
        self.probability = dropout

    def forward(self, x):
        y = self.output["dense"](F.gelu(self.intermediate["dense"](x)))
        return self.output["LayerNorm"](F.dropout(y, self.probability, self.training) + x)


class Layer(nn.Module):
    def __init__(self, crosses, dropout):
        super().__init__()
        self.attention = Attention(WIDTH, dropout)
        self.crossattention = Attention(VISION, dropout) if crosses else None
        self.text = FeedForward(dropout)
        self.query = FeedForward(dropout)

    def forward(self, x, queries, image, mask, past):
        x, kept = self.attention(x, mask=mask, past=past)
        if queries == 0:
            return self.text(x), kept
        y = x[:, :queries]
        if self.crossattention is not None:
            y, _ = self.crossattention(y, image)
        y = self.query(y)
        if x.shape[1] > queries:
            y = torch.cat([y, self.text(x[:, queries:])], 1)
        return y, kept


class QFormer(nn.Module):
    """Stage 1."""

    def __init__(self, dropout):
        super().__init__()
        self.query_tokens = nn.Parameter(torch.empty(1, QUERIES, WIDTH))
        self.temp = nn.Parameter(torch.empty(()))
        self.ln_vision = nn.LayerNorm(VISION, 1e-5)
        self.words = nn.Embedding(DEC + 1, WIDTH)
        self.positions = nn.Embedding(512, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, 1e-12)
        self.layers = nn.ModuleList([Layer(i % 2 == 0, dropout) for i in range(LAYERS)])
        self.transform = nn.Linear(WIDTH, WIDTH)
        self.transform_norm = nn.LayerNorm(WIDTH, 1e-12)
        self.bias = nn.Parameter(torch.empty(DEC + 1))
        self.vision_proj = nn.Linear(WIDTH, SHARED)
        self.text_proj = nn.Linear(WIDTH, SHARED)
        self.itm_head = nn.Linear(WIDTH, 2)
        self.probability = dropout

    def read(self, file):
        def renamed(name):
            name = name.replace("Qformer.bert.embeddings.word_embeddings", "words")
            name = name.replace("Qformer.bert.embeddings.position_embeddings", "positions")
            name = name.replace("Qformer.bert.embeddings.LayerNorm", "norm")
            name = name.replace("Qformer.bert.encoder.layer", "layers")
            for group in ["intermediate", "output"]:
                name = name.replace(f".{group}_query.", f".query.{group}.")
                if f"attention.{group}" not in name and f".query.{group}" not in name:
                    name = name.replace(f".{group}.", f".text.{group}.")
            name = name.replace("Qformer.cls.predictions.transform.dense", "transform")
            name = name.replace("Qformer.cls.predictions.transform.LayerNorm", "transform_norm")
            return name.replace("Qformer.cls.predictions.bias", "bias")

        tensors = {renamed(name): tensor for name, tensor in load_file(file).items()}
        self.load_state_dict({k: v for k, v in tensors.items() if not k.startswith("language_projection")})
        return self

    def bert(self, ids=None, queries=None, mask=None, image=None, past=None):
        parts = [] if queries is None else [queries]
        if ids is not None:
            parts.append(self.words(ids) + self.positions.weight[:ids.shape[1]])
        x = F.dropout(self.norm(torch.cat(parts, 1)), self.probability, self.training)
        kept = []
        for i, layer in enumerate(self.layers):
            x, own = layer(x, 0 if queries is None else QUERIES, image, mask, None if past is None else past[i])
            kept.append(own)
        return x, kept

    def forward(self, features, ids, present):
        rows = len(ids)
        image = self.ln_vision(features)
        queries = self.query_tokens.expand(rows, -1, -1)
        seen, past = self.bert(queries=queries, image=image)
        images = F.normalize(self.vision_proj(seen), dim=-1)
        read, _ = self.bert(ids, mask=additive(present)[:, None, None])
        texts = F.normalize(self.text_proj(read[:, 0]), dim=-1)
        to_text = torch.matmul(images[:, None], texts[:, :, None]).squeeze(-1).max(-1)[0] / self.temp
        to_image = torch.matmul(texts[:, None, None], images.transpose(1, 2)).squeeze(2).max(-1)[0] / self.temp
        own = torch.arange(rows)
        itc = (F.cross_entropy(to_text, own, label_smoothing=0.1)
               + F.cross_entropy(to_image, own, label_smoothing=0.1)) / 2
        with torch.no_grad():
            diagonal = torch.eye(rows, dtype=torch.bool)
            other_image = torch.multinomial(to_image.masked_fill(diagonal, -1e4).softmax(1), 1)[:, 0]
            other_text = torch.multinomial(to_text.masked_fill(diagonal, -1e4).softmax(1), 1)[:, 0]
        joint, _ = self.bert(
            torch.cat([ids, ids, ids[other_text]]),
            self.query_tokens.expand(3 * rows, -1, -1),
            additive(F.pad(torch.cat([present, present, present[other_text]]), (QUERIES, 0), value=1))[:, None, None],
            torch.cat([image, image[other_image], image]))
        logits = self.itm_head(joint[:, :QUERIES]).mean(1)
        itm = F.cross_entropy(logits, (torch.arange(3 * rows) < rows).long())
        begun = ids.clone()
        begun[:, 0] = DEC
        causal = torch.ones(TEXT, TEXT).tril() * present[:, None]
        written, _ = self.bert(begun, mask=additive(F.pad(causal, (QUERIES, 0), value=1))[:, None], past=past)
        scores = F.linear(self.transform_norm(F.gelu(self.transform(written))), self.words.weight, self.bias)
        itg = F.cross_entropy(
            scores[:, :-1].flatten(0, 1), begun.masked_fill(present == 0, -100)[:, 1:].flatten(), label_smoothing=0.1)
        return {"itc": itc, "itm": itm, "itg": itg}


def additive(present):
    return (1.0 - present) * -10000.0


class Generative(nn.Module):
    """Stage 2, put together as Blip2ForConditionalGeneration is."""

    def __init__(self, folder, dropout, precision):
        super().__init__()
        tensors = load_file(folder / "bridge.safetensors")
        self.query_tokens = nn.Parameter(tensors["query_tokens"])
        self.ln_vision = nn.LayerNorm(VISION, 1e-5)
        self.qformer = Blip2QFormerModel(Blip2QFormerConfig(
            encoder_hidden_size=VISION, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout,
            attn_implementation="sdpa" if Blip2QFormerModel._supports_sdpa else "eager"))
        self.language_projection = nn.Linear(WIDTH, WIDTH)
        self.language_projection.load_state_dict(part(tensors, "language_projection."))
        self.ln_vision.load_state_dict(part(tensors, "ln_vision."))
        own = {name.replace("attention.self.", "attention.attention."): tensor
               for name, tensor in part(tensors, "Qformer.bert.").items()}
        own |= {"layernorm." + kind: own["embeddings.LayerNorm." + kind] for kind in ["weight", "bias"]}
        self.qformer.load_state_dict({name: own[name] for name in self.qformer.state_dict()})
        self.language = OPTForCausalLM.from_pretrained(
            folder / "language", attn_implementation="sdpa", dtype=precision).eval().requires_grad_(False)

    def train(self, mode=True):
        super().train(mode)
        self.language.eval()
        return self

    def forward(self, features, ids, present):
        rows = len(ids)
        seen = self.qformer(
            query_embeds=self.query_tokens.expand(rows, -1, -1),
            encoder_hidden_states=self.ln_vision(features)).last_hidden_state
        prompt = self.language_projection(seen).to(self.language.dtype)
        embedded = torch.cat([prompt, self.language.get_input_embeddings()(ids)], 1)
        attended = F.pad(present, (QUERIES, 0), value=1)
        labels = F.pad(ids.masked_fill(present == 0, -100), (QUERIES, 0), value=-100)
        return {"loss": self.language(inputs_embeds=embedded, attention_mask=attended, labels=labels).loss}


def part(tensors, prefix):
    return {name[len(prefix):]: tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def padded(rows, length, pad):
    ids = torch.full((len(rows), length), pad)
    for row, tokens in enumerate(rows):
        ids[row, :len(tokens)] = torch.tensor(tokens)
    present = torch.tensor([[1] * len(tokens) + [0] * (length - len(tokens)) for tokens in rows])
    return ids, present


def bert_texts(rows):
    vocabulary = {token: i for i, token in enumerate(bert_vocabulary())}
    return padded([[101] + [vocabulary[word] for word in text.split()] + [102] for text in CAPTIONS[:rows]], TEXT, 0)


def opt_texts(rows):
    tokenizer = opt_tokenizer()
    texts = [tokenizer.encode(text).ids + [tokenizer.token_to_id("\n")] for text in CAPTIONS[:rows]]
    return padded(texts, max(map(len, texts)), 1)


def pixels(folder, rows):
    images = [np.asarray(Image.open(folder / "pictures" / f"{i}.png")) for i in range(rows)]
    return (torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2) / 255.0 - MEAN) / DEVIATION


def main():
    options = argparse.ArgumentParser()
    options.add_argument("models", type=pathlib.Path)
    options.add_argument("--stage", type=int, choices=[1, 2], required=True)
    options.add_argument("--precision", choices=["fp32", "bf16", "mixed"], default="fp32",
                         help="bf16: of the frozen parts; mixed: autocast in what is trained besides")
    options.add_argument("--steps", type=int, default=3)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--dropout", type=float, default=0.1)
    options.add_argument("--rows", type=int, default=len(CAPTIONS))
    options.add_argument("--count", action="store_true", help="counts the operations of one step instead")
    chosen = options.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(1)
    precision = torch.float32 if chosen.precision == "fp32" else torch.bfloat16
    vision = Vision(chosen.models / "vision", precision)
    if chosen.stage == 1:
        model = QFormer(chosen.dropout).read(chosen.models / "bridge.safetensors").train()
        ids, present = bert_texts(chosen.rows)
    else:
        model = Generative(chosen.models, chosen.dropout, precision).train()
        ids, present = opt_texts(chosen.rows)
    images = pixels(chosen.models, chosen.rows)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, betas=(0.9, 0.98), weight_decay=0.05, fused=True)

    def step():
        optimizer.zero_grad()
        features = vision(images)
        with torch.autocast("cpu", torch.bfloat16, enabled=chosen.precision == "mixed"):
            losses = model(features, ids, present)
        sum(losses.values()).backward()
        optimizer.step()
        return {name: loss.item() for name, loss in losses.items()}

    if chosen.count:
        with FlopCounterMode(display=False) as counter:
            step()
        print(json.dumps({"operations": counter.get_total_flops()}))
        return
    for _ in range(chosen.steps):
        start, processor = time.perf_counter(), time.process_time()
        losses = step()
        print(json.dumps(
            {"seconds": time.perf_counter() - start, "processor": time.process_time() - processor} | losses), flush=True)


if __name__ == "__main__":
    main()
