"""Writes a corpus of tiny pictures with captions as tar shards, for training at scale on any machine.

    pip install pillow
    python experiments/benchmarks/data/corpus.py DIR --samples 1000000     # 2 GB
"""
import argparse
import io
import tarfile
from pathlib import Path

from PIL import Image, ImageDraw

COLOURS = ["red", "green", "blue", "yellow", "white", "orange", "purple", "grey"]
SHAPES = ["circle", "square"]


def picture(colour, shape):
    image = Image.new("RGB", (16, 16))
    draw = ImageDraw.Draw(image)
    (draw.ellipse if shape == "circle" else draw.rectangle)((3, 3, 12, 12), fill=colour)
    file = io.BytesIO()
    image.save(file, "png")
    return file.getvalue()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--shards", type=int, default=100)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    pictures = [(picture(colour, shape), f"a {colour} {shape}") for colour in COLOURS for shape in SHAPES]
    for shard in range(options.shards):
        with tarfile.open(options.folder / f"{shard:05}.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
            for number in range(shard, options.samples, options.shards):
                image, caption = pictures[number % len(pictures)]
                for extension, content in (("png", image), ("txt", f"{caption} number {number}".encode())):
                    member = tarfile.TarInfo(f"{number:09}.{extension}")
                    member.size = len(content)
                    tar.addfile(member, io.BytesIO(content))


main()
