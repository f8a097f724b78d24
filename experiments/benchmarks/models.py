"""Random weights of the published sizes, captions and pictures: what both sides of the benchmark read.

    python models.py DIR

ViT-L/14 (CLIP), Q-Former of BERT-base's size with all heads of stage 1 and the projection to OPT, OPT-125m; 2.4 GB.
Values are those of nobody's training: normal with the standard deviation of the models' own initialisation.
"""
import json
import pathlib
import sys

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import CLIPVisionConfig, CLIPVisionModel, OPTConfig, OPTForCausalLM

BERT_WORDS = 30522
OPT_WORDS = 50265
WIDTH, LAYERS, MLP, QUERIES, SHARED, VISION = 768, 12, 3072, 32, 256, 1024

# Of COCO's length: 8 to 12 words, once 16; with BERT's [CLS] and [SEP] 10 to 18 tokens, padded to 18 here and to 32 in LAVIS.
CAPTIONS = [
    "two dogs run along a wide sandy beach",
    "a man in a red jacket rides a bicycle",
    "a white plate with rice beans and some green salad",
    "several people wait at the station for a late train",
    "a small kitchen with an old stove and a wooden table",
    "the cat sleeps on a blue sofa next to two pillows",
    "a woman holds an umbrella while she crosses the busy wet street",
    "a group of young children in yellow shirts play football on a field behind their old school",
]


def words():
    return list(dict.fromkeys(" ".join(CAPTIONS).split()))


def bert_vocabulary():
    special = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]"}
    own = {2000 + i: word for i, word in enumerate(words())}
    return [special.get(i) or own.get(i) or f"[unused{i}]" for i in range(BERT_WORDS)]


def opt_tokenizer():
    special = ["<s>", "<pad>", "</s>", "<unk>", "\n"]
    own = special + words()
    vocabulary = {token: i for i, token in enumerate(own)} | {f"unused{i}": i for i in range(len(own), OPT_WORDS)}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.add_special_tokens(special)
    made.post_processor = processors.TemplateProcessing(single="</s> $A", special_tokens=[("</s>", 2)])
    return made


def qformer():
    """A whole Q-Former under LAVIS's names."""
    tensors = {}

    def linear(name, inner, outer):
        tensors[name + ".weight"] = torch.randn(outer, inner) * 0.02
        tensors[name + ".bias"] = torch.randn(outer) * 0.02

    def norm(name, width):
        tensors[name + ".weight"] = 1 + 0.1 * torch.randn(width)
        tensors[name + ".bias"] = 0.1 * torch.randn(width)

    tensors["query_tokens"] = torch.randn(1, QUERIES, WIDTH) * 0.02
    tensors["temp"] = torch.tensor(0.07)
    norm("ln_vision", VISION)
    bert = "Qformer.bert."
    tensors[bert + "embeddings.word_embeddings.weight"] = torch.randn(BERT_WORDS + 1, WIDTH) * 0.02
    tensors[bert + "embeddings.position_embeddings.weight"] = torch.randn(512, WIDTH) * 0.02
    norm(bert + "embeddings.LayerNorm", WIDTH)
    for i in range(LAYERS):
        layer = f"{bert}encoder.layer.{i}."
        for attention, source in [("attention", WIDTH)] + ([("crossattention", VISION)] if i % 2 == 0 else []):
            linear(f"{layer}{attention}.self.query", WIDTH, WIDTH)
            linear(f"{layer}{attention}.self.key", source, WIDTH)
            linear(f"{layer}{attention}.self.value", source, WIDTH)
            linear(f"{layer}{attention}.output.dense", WIDTH, WIDTH)
            norm(f"{layer}{attention}.output.LayerNorm", WIDTH)
        for suffix in ["", "_query"]:
            linear(f"{layer}intermediate{suffix}.dense", WIDTH, MLP)
            linear(f"{layer}output{suffix}.dense", MLP, WIDTH)
            norm(f"{layer}output{suffix}.LayerNorm", WIDTH)
    head = "Qformer.cls.predictions."
    linear(head + "transform.dense", WIDTH, WIDTH)
    norm(head + "transform.LayerNorm", WIDTH)
    tensors[head + "bias"] = torch.randn(BERT_WORDS + 1) * 0.02
    linear("vision_proj", WIDTH, SHARED)
    linear("text_proj", WIDTH, SHARED)
    linear("itm_head", WIDTH, 2)
    linear("language_projection", WIDTH, WIDTH)
    return tensors


def pictures(folder):
    folder.mkdir()
    random = np.random.default_rng(1)
    for i in range(len(CAPTIONS)):
        coarse = Image.fromarray(random.integers(0, 256, (7, 7, 3), dtype=np.uint8))
        coarse.resize((224, 224), Image.BICUBIC).save(folder / f"{i}.png")


def lines(file, count):
    file.write_text("".join(
        json.dumps({"image": f"{i}.png", "caption": CAPTIONS[i]}) + "\n" for i in range(count)))


def make(folder):
    torch.manual_seed(1)
    folder.mkdir(parents=True)
    vision = CLIPVisionModel(CLIPVisionConfig(
        hidden_size=VISION, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16, image_size=224,
        patch_size=14))
    vision.config.save_pretrained(folder / "vision")
    # As published; transformers 5 leaves the prefix out.
    save_file({f"vision_model.{name.removeprefix('vision_model.')}": tensor for name, tensor in vision.state_dict().items()
               if "position_ids" not in name}, folder / "vision" / "model.safetensors")
    OPTForCausalLM(OPTConfig(
        vocab_size=50272, hidden_size=768, ffn_dim=3072, num_hidden_layers=12, num_attention_heads=12,
        word_embed_proj_dim=768)).save_pretrained(folder / "language")
    opt_tokenizer().save(str(folder / "language" / "tokenizer.json"))
    save_file(qformer(), folder / "bridge.safetensors")
    (folder / "vocab.txt").write_text("\n".join(bert_vocabulary()) + "\n")
    pictures(folder / "pictures")
    lines(folder / "batch.jsonl", len(CAPTIONS))
    lines(folder / "pair.jsonl", 2)


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[1]))
