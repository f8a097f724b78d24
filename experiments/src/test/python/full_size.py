"""A random BLIP-2 of the published size, to see what loading and captioning take; no fixture is made of it.

    python full_size.py make DIR          writes ViT-g + Q-Former + OPT-2.7b in bf16, about 7.5 GB
    python full_size.py caption DIR FILE  loads it with transformers and captions an image, greedily, 10 tokens

The same with Querent: ./querent generate --model DIR --image FILE --num-beams 1 --max-new-tokens 10
"""
import pathlib
import resource
import sys
import time

START = time.perf_counter()

import torch
from PIL import Image
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import AutoTokenizer, Blip2Config, Blip2ForConditionalGeneration, BlipImageProcessor, OPTConfig

WORDS = 50265


def make(folder):
    torch.set_default_dtype(torch.bfloat16)
    config = Blip2Config(
        vision_config=dict(qkv_bias=True),
        qformer_config={},
        text_config=OPTConfig(
            vocab_size=50304, hidden_size=2560, num_hidden_layers=32, num_attention_heads=32, ffn_dim=10240,
            word_embed_proj_dim=2560).to_dict(),
        image_token_index=WORDS, num_query_tokens=32)
    config.dtype = torch.bfloat16
    with torch.device("meta"):
        model = Blip2ForConditionalGeneration(config)
    model = model.to_empty(device="cpu")
    model.tie_weights()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name.lower() and name.endswith("weight"):
                parameter.fill_(1)
            else:
                parameter.copy_(torch.empty_like(parameter).uniform_(-0.03, 0.03, generator=generator))
    model.save_pretrained(folder, max_shard_size="5GB")
    special = ["<s>", "<pad>", "</s>", "<unk>", "\n"]
    vocabulary = {token: i for i, token in enumerate(special)} | {f"w{i}": i for i in range(len(special), WORDS)}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.add_special_tokens(special)
    made.post_processor = processors.TemplateProcessing(single="</s> $A", special_tokens=[("</s>", 2)])
    made.save(str(folder / "tokenizer.json"))


def caption(folder, image):
    model = Blip2ForConditionalGeneration.from_pretrained(folder, dtype="auto").eval()
    loaded = time.perf_counter() - START
    pixels = BlipImageProcessor(size={"height": 224, "width": 224}, image_mean=[0.48145466, 0.4578275, 0.40821073],
                                image_std=[0.26862954, 0.26130258, 0.27577711])(
        images=Image.open(image).convert("RGB"), return_tensors="pt").pixel_values
    ids = torch.tensor([[WORDS] * 32 + [2]])
    tokens = model.generate(
        pixel_values=pixels.to(torch.bfloat16), input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False,
        num_beams=1, max_new_tokens=10, min_new_tokens=10)
    print("tokens", tokens[0, 33:].tolist())
    print(f"loaded after {loaded:.1f} s, captioned after {time.perf_counter() - START:.1f} s,"
          f" peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(pathlib.Path(sys.argv[2]))
    else:
        caption(sys.argv[2], sys.argv[3])
