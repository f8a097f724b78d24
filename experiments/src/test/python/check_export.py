"""Shows that transformers computes with an exported model what Querent computes with the run.

    python check_export.py              tiny models with random weights: OPT, T5, retrieval
    python check_export.py RUN...       folders of runs

Needs torch, transformers, pillow and numpy, and ./querent built. For each run: exports it, lets ./querent score the run and
transformers score the export with the same pictures of noise and the same texts, and prints the largest difference. Scores are the
log-likelihoods of the texts or, for retrieval, ITC and ITM. Ends with 1 where one is above 1e-4.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import torch
from PIL import Image
from transformers import AutoProcessor, AutoTokenizer, Blip2ForConditionalGeneration, Blip2ForImageTextRetrieval

QUERENT = pathlib.Path(__file__).resolve().parents[4] / "querent"
WORDS = ["a", "red", "circle", "question", "answer", "?", "'", "größe"]
TEXTS = ["a red circle", "A circle, red?", "answer", "größe 'unheard of' red red red red red"]
HEAD = """
name: tiny
seed: 3
threads: 1
data: {plugin: shapes}
vision: {plugin: eva-clip-vit, image-size: 24, patch-size: 8, width: 16, layers: 2, heads: 2, mlp: 20, activation: quick-gelu}
bridge: {plugin: q-former, queries: 3, width: 16, layers: 3, heads: 2, mlp: 20, cross-attention-frequency: 2, shared-width: 8,
         query-std: 1, initial-std: 0.3, cross-attention-std: 0.3, vision-epsilon: 1.0e-6, max-positions: 40, max-text-tokens: 40}
"""
LANGUAGE = {
    "opt": "language: {plugin: opt, hidden-size: 16, layers: 2, heads: 2, feed-forward-size: 20, initial-std: 0.4}\n",
    "opt-post-norm": "language: {plugin: opt, hidden-size: 16, layers: 2, heads: 2, feed-forward-size: 20, initial-std: 0.4,\n"
                     "           layer-norm-before: false, vocabulary-size: 20, max-positions: 40}\n",
    "t5": "language: {plugin: t5, width: 16, head-size: 5, heads: 3, feed-forward-size: 20, layers: 2, decoder-layers: 3,\n"
          "           vocabulary-size: 16}\n",
    "t5-tied": "language: {plugin: t5, width: 16, head-size: 5, heads: 3, feed-forward-size: 20, layers: 2, activation: gelu-new,\n"
               "           vocabulary-size: 12, tied-head: true}\n",
    "retrieval": "",
}


def querent(*arguments):
    result = subprocess.run([str(QUERENT), *map(str, arguments)], capture_output=True, text=True, cwd=QUERENT.parent)
    if result.returncode:
        sys.exit(result.stderr)
    return result.stdout


def make_run(folder, language):
    folder.mkdir()
    (folder / "resolved.yaml").write_text(HEAD + language + "steps: {captioning: {plugin: captioning-evaluation}}\n")
    (folder / "vocabulary.txt").write_text("\n".join(WORDS) + "\n")
    return folder


def likelihoods(model, processor, tokenizer, pixels):
    """{text: log-likelihood of each image}, end token included."""
    end, decoder_only = model.generation_config.eos_token_id, model.config.use_decoder_only_language_model
    found = {}
    for text in TEXTS:
        goal = tokenizer(text, add_special_tokens=False).input_ids + [end]
        prompt = processor(images=Image.new("RGB", (8, 8)), text="").input_ids[0]
        queries = model.config.num_query_tokens
        assert prompt[:queries] == [model.config.image_token_index] * queries, prompt
        if decoder_only:
            ids = torch.tensor([prompt + goal[:-1]] * len(pixels))
            extra = {}
        else:
            ids = torch.tensor([prompt] * len(pixels))
            extra = {"decoder_input_ids": torch.tensor([[0] + goal[:-1]] * len(pixels))}
        logits = model(pixel_values=pixels, input_ids=ids, attention_mask=torch.ones_like(ids), **extra).logits
        chosen = torch.log_softmax(logits[:, -len(goal):].double(), -1)[:, range(len(goal)), goal]
        found[text] = {"log-likelihood": chosen.sum(1)}
    return found


def representation(model, tokenizer, pixels):
    found = {}
    for text in TEXTS:
        inputs = {k: v for k, v in tokenizer([text] * len(pixels), return_tensors="pt").items() if k != "token_type_ids"}
        contrast = model(pixel_values=pixels, **inputs).logits_per_image[:, 0]
        match = model(pixel_values=pixels, **inputs, use_image_text_matching_head=True).logits_per_image.softmax(1)[:, 1]
        found[text] = {"itc": contrast, "itm": match}
    return found


def check(run, work):
    export = work / f"export-{run.name}"
    querent("export", run, "--to", export)
    config = json.loads((export / "config.json").read_text())
    side = config["vision_config"]["image_size"]
    random = numpy.random.default_rng(1)
    images = []
    for i in range(3):  # of the encoder's own size, so that no resizing comes between
        images.append(work / f"{run.name}-{i}.png")
        Image.fromarray(random.integers(0, 256, (side, side, 3), dtype=numpy.uint8)).save(images[-1])
    scores = json.loads(querent("score", "--model", run, "--image", *images, "--text", *TEXTS, "--json"))
    kind = {c.__name__: c for c in (Blip2ForConditionalGeneration, Blip2ForImageTextRetrieval)}[config["architectures"][0]]
    model, report = kind.from_pretrained(export, output_loading_info=True)
    assert not any(report[k] for k in ("missing_keys", "unexpected_keys", "mismatched_keys")), report
    model.eval()
    processor, tokenizer = AutoProcessor.from_pretrained(export), AutoTokenizer.from_pretrained(export)
    pixels = processor(images=[Image.open(image) for image in images], return_tensors="pt").pixel_values
    with torch.no_grad():
        found = (likelihoods(model, processor, tokenizer, pixels) if "text_config" in config
                 else representation(model, tokenizer, pixels))
    worst = 0
    for score in scores:
        row = [str(image) for image in images].index(score["image"])
        for key, values in found[score["text"]].items():
            worst = max(worst, abs(score[key] - values[row].item()))
    print(f"{run}: {kind.__name__}, {len(scores)} pairs, largest difference {worst:.2e}", flush=True)
    return worst <= 1e-4


def main(names):
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        runs = [pathlib.Path(name).resolve() for name in names] or [
            make_run(work / name, language) for name, language in LANGUAGE.items()]
        sys.exit(0 if all([check(run, work) for run in runs]) else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
