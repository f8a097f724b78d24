"""Writes what ScoreGoldenTest compares with: log-likelihoods of texts given images, by transformers on the checkpoints of
make_blip2_golden.py.

    python make_score_golden.py ../resources/dev/querent/app/blip2

score.safetensors in opt and t5: likelihood (images, texts), of the pixels in golden.safetensors and the texts below, end token included.
"""
import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import Blip2ForConditionalGeneration

TEXTS = [[7], [9, 8, 23, 7], [10, 11], []]
IMAGE_TOKEN = 24


def likelihoods(model, pixels, decoder_only):
    rows = []
    for text in TEXTS:
        images = len(pixels)
        if decoder_only:
            ids = torch.tensor([[IMAGE_TOKEN] * 3 + [2] + text] * images)
            logits = model(pixel_values=pixels, input_ids=ids, attention_mask=torch.ones_like(ids)).logits[:, 3:]
            goal = torch.tensor([text + [4]] * images)
        else:
            ids = torch.tensor([[IMAGE_TOKEN] * 3 + [1]] * images)
            logits = model(pixel_values=pixels, input_ids=ids, attention_mask=torch.ones_like(ids),
                           decoder_input_ids=torch.tensor([[0] + text] * images)).logits
            goal = torch.tensor([text + [1]] * images)
        chosen = torch.log_softmax(logits.double(), -1).gather(-1, goal[..., None])
        rows.append(chosen.sum((1, 2)))
    return torch.stack(rows, 1).float()


def main(root):
    torch.set_num_threads(1)
    for name in "opt", "t5":
        folder = root / name
        pixels = load_file(folder / "golden.safetensors")["pixels"]
        with torch.no_grad():
            model = Blip2ForConditionalGeneration.from_pretrained(folder).eval()
            save_file({"likelihood": likelihoods(model, pixels, name == "opt").contiguous()}, folder / "score.safetensors",
                      metadata={"torch": torch.__version__, "transformers": transformers.__version__})


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
