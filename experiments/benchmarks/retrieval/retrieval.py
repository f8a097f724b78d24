"""Retrieval evaluation: the memory of a whole one, and its speed beside PyTorch. README.md beside this file says what is compared.

    python retrieval.py memory [--images 5000] [--captions 5] [--rerank 128] [--side 224]
    python retrieval.py speed [--rounds 3] [--pairs 768] [--threads 2]
"""
import argparse
import atexit
import json
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import models  # noqa: E402

models.VISION = 1408  # before the reference takes it: ViT-g's width
import reference  # noqa: E402

QUERENT = HERE.parents[2] / "querent"
TEXT = 35  # LAVIS pads to this
BATCH = 128  # pairs that the reference matches at a time: its candidates
# Words of a caption, by how often they have been seen in COCO's: 8 to 20, 10.5 in the mean.
LENGTHS = [8] * 22 + [9] * 30 + [10] * 20 + [11] * 10 + [12] * 6 + [13] * 4 + [14] * 3 + [16] * 2 + [18] * 2 + [20]


def caption(choice):
    return " ".join(choice.choices(models.words(), k=choice.choice(LENGTHS)))


def gallery(folder, images, captions):
    """Small pictures of noise with captions of random words."""
    (folder / "pictures").mkdir(parents=True)
    noise, choice = np.random.default_rng(1), random.Random(1)
    with open(folder / "gallery.jsonl", "w") as lines:
        for i in range(images):
            Image.fromarray(noise.integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(folder / "pictures" / f"{i}.png")
            texts = [caption(choice) for _ in range(captions)]
            lines.write(json.dumps({"image": f"{i}.png", "captions": texts}) + "\n")


CLOCK = os.sysconf("SC_CLK_TCK")


def clock(chosen, process=None):
    """Seconds of wall time, or of the processor: of a process, or of this one."""
    if not chosen.processor:
        return time.time()
    if process is None:
        return time.process_time()
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK


class Querent:
    """A run in a process of its own, watched through the files of its partitions."""

    def __init__(self, folder, values, bridge=None):
        self.run = folder / "runs" / "retrieval"
        shutil.rmtree(self.run, ignore_errors=True)
        file = folder / "gallery.yaml"
        text = (HERE / "gallery.yaml").read_text().replace("DATA", str(folder))
        file.write_text(re.sub("^bridge: .*$", f"bridge: {bridge}", text, flags=re.M) if bridge else text)
        self.log = folder / "log"
        command = [str(QUERENT), "run", str(file)]
        for key, value in values.items():
            command += ["--set", f"{key}={value}"]
        self.process = subprocess.Popen(command, cwd=folder, stdout=open(self.log, "w"), stderr=subprocess.STDOUT)
        atexit.register(self.process.kill)
        self.parts = self.run / "steps" / "retrieval" / "parts"

    def ended(self):
        if self.process.poll() not in (None, 0):
            sys.exit(self.log.read_text()[-3000:])
        return self.process.poll() is not None

    def part(self, number, count):
        """Waits for a partition's file."""
        file = self.parts / f"{number:05}-of-{count:05}"
        while not file.exists():
            if self.ended():
                sys.exit(f"{file} never came: {self.log.read_text()[-3000:]}")
            time.sleep(0.005)
        return file

    def stop(self):
        self.process.kill()
        self.process.wait()


def status(process):
    lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
    return {key: int(value.split()[0]) / 2**20 for key, value in (line.split(":") for line in lines)
            if key in ("VmHWM", "RssAnon", "RssFile", "RssShmem")}


def memory(chosen, folder):
    gallery(folder, chosen.images, chosen.captions)
    start = time.perf_counter()
    querent = Querent(folder, {
        "threads": chosen.threads, "vision.image-size": chosen.side, "steps.retrieval.gallery-size": chosen.images,
        "steps.retrieval.rerank": chosen.rerank})
    most, disk = {}, 0
    while not querent.ended():
        try:
            for name, size in status(querent.process.pid).items():
                most[name] = max(most.get(name, 0), size)
            files = [file.stat() for file in querent.parts.iterdir()] if querent.parts.exists() else []
            disk = max(disk, sum(file.st_size for file in files) / 2**30)
        except (FileNotFoundError, ProcessLookupError, ValueError):
            pass
        time.sleep(0.2)
    results = json.loads((querent.run / "steps" / "retrieval" / "results.json").read_text())
    print(f"{results['images']:.0f} images, {results['texts']:.0f} texts, the best {chosen.rerank} ranked anew, side {chosen.side}:"
          f" {time.perf_counter() - start:.0f} s")
    print(", ".join(f"{name} {size:.2f} GiB" for name, size in most.items()) + f"; on disk at most {disk:.2f} GiB")
    print(f"parts left behind: {querent.parts.exists()}")


def texts_of(folder):
    vocabulary = {token: i for i, token in enumerate(models.bert_vocabulary())}
    captions = [text for line in open(folder / "gallery.jsonl") for text in json.loads(line)["captions"]]
    rows = [[101] + [vocabulary[word] for word in text.split()] + [102] for text in captions]
    return reference.padded(rows, TEXT, 0)


@torch.no_grad()
def itm(model, image, ids, present):
    """What LAVIS's compute_itm does, both logits: (R, 2)."""
    mask = reference.additive(torch.nn.functional.pad(present, (models.QUERIES, 0), value=1))[:, None, None]
    joint, _ = model.bert(ids, model.query_tokens.expand(len(ids), -1, -1), mask, image)
    return model.itm_head(joint[:, :models.QUERIES]).mean(1)


@torch.no_grad()
def loop(chosen, model, features, ids, present, pairs):
    """Pairs a second, of as many as an image has: its texts, and, in batches like that, texts with their images."""
    start = clock(chosen)
    one = min(BATCH, pairs)
    batches = (pairs - one) // BATCH
    itm(model, features[0].repeat(one, 1, 1), ids[:one], present[:one])
    for text in range(batches):
        others = torch.arange(BATCH) % len(features)
        itm(model, features[others], ids[text].repeat(BATCH, 1), present[text].repeat(BATCH, 1))
    return (one + batches * BATCH) / (clock(chosen) - start)


def features_of(folder, images):
    return torch.stack([safe_open(folder / f"seen-{i}", "pt").get_tensor(f"features.{i}") for i in range(images)])


def matched(file):
    """The logits that Querent left of one image: (texts, 2)."""
    content = file.read_bytes()
    count = int.from_bytes(content[:4], "big")
    texts = np.frombuffer(content, ">i4", count, 4)
    logits = np.frombuffer(content, ">f4", 2 * count, 4 + 4 * count).reshape(2, count).T
    ordered = np.empty((count, 2), np.float32)
    ordered[texts] = logits
    return torch.from_numpy(ordered)


def speed(chosen, folder):
    images = 3
    texts = images * (chosen.pairs // images)
    gallery(folder, images, texts // images)
    torch.manual_seed(1)
    save_file(models.qformer(), folder / "bridge.safetensors")
    (folder / "vocab.txt").write_text("\n".join(models.bert_vocabulary()) + "\n")
    torch.set_num_threads(chosen.threads)
    model = reference.QFormer(0).read(folder / "bridge.safetensors").eval()
    ids, present = texts_of(folder)
    values = {"threads": chosen.threads, "steps.retrieval.rerank": texts, "steps.retrieval.partition-size": 1}
    bridge = f"{{plugin: q-former, checkpoint: {folder}/bridge.safetensors, tokenizer: {folder}/vocab.txt}}"
    taken = {"PyTorch": [], "Querent": []}
    features = None
    for round_ in range(chosen.rounds):
        querent = Querent(folder, values, bridge)
        first = querent.part(images, 2 * images)  # the first image: not counted, for the model is loaded within it
        begun = clock(chosen, querent.process.pid)
        for i in range(images):
            shutil.copy(querent.part(i, 2 * images), folder / f"seen-{i}")
        shutil.copy(first, folder / "matched-0")
        querent.part(images + 1, 2 * images)
        done = clock(chosen, querent.process.pid)
        querent.stop()
        taken["Querent"].append(texts / (done - begun))
        if features is None:
            features = model.ln_vision(features_of(folder, images)).detach()
            ours = matched(folder / "matched-0")
            theirs = torch.cat([itm(model, features[0].repeat(len(part), 1, 1), part, there)
                                for part, there in zip(ids.split(BATCH), present.split(BATCH))])
            print(f"{texts} pairs of one image: logits from {theirs.min():.3f} to {theirs.max():.3f}, largest difference"
                  f" {(ours - theirs).abs().max():.1e}", flush=True)
        taken["PyTorch"].append(loop(chosen, model, features, ids, present, chosen.pairs))
        print(f"round {round_ + 1}, pairs a second: " + ", ".join(f"{side} {rates[-1]:.2f}" for side, rates in taken.items()),
              flush=True)
    median = {side: statistics.median(rates) for side, rates in taken.items()}
    print(f"Querent matches {median['Querent'] / median['PyTorch']:.2f} times as many pairs a second"
          f" (median {median['Querent']:.2f} against {median['PyTorch']:.2f}); padded tokens {TEXT}, without padding"
          f" {present.sum() / len(present):.1f} in the mean")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("what", choices=["memory", "speed"])
    options.add_argument("--images", type=int, default=5000)
    options.add_argument("--captions", type=int, default=5)
    options.add_argument("--rerank", type=int, default=128)
    options.add_argument("--side", type=int, default=224, help="364 for the paper's fine-tuned models")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--pairs", type=int, default=768, help="of an image: 128 of its own and 640 that ask for it, in COCO 5K")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--processor", action="store_true", help="counts processor instead of wall time: for a machine that others use")
    options.add_argument("--folder", type=pathlib.Path, help="for all files; a temporary one otherwise")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="querent-retrieval-", dir=chosen.folder) as name:
        {"memory": memory, "speed": speed}[chosen.what](chosen, pathlib.Path(name))


if __name__ == "__main__":
    main()
