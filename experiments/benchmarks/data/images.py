"""Images from file to normalised pixels on one core: Querent, with and without libjpeg-turbo, and Pillow, in one run.

    pip install pillow numpy
    mvn -B -q -DskipTests package
    python experiments/benchmarks/data/images.py

The rounds of the three take turns, so that whatever else the machine does befalls all. Prints medians and ratios.
"""
import argparse
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, features

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SIDE = 224
MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)


def photographs(folder, count):
    """Pictures of 640 x 480 with soft shapes and some grain, as JPEG of quality 85 to 95."""
    random = np.random.default_rng(5)
    for i in range(count):
        layers = np.zeros((480, 640, 3))
        for cells in (3, 9, 30, 120):
            coarse = random.integers(0, 256, (cells, cells * 4 // 3, 3), dtype=np.uint8)
            layers += np.asarray(Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC), float) / cells**0.5
        layers += random.normal(0, 3, layers.shape)
        layers = (layers - layers.min()) / (layers.max() - layers.min()) * 255
        Image.fromarray(layers.astype(np.uint8)).save(folder / f"{i:04}.jpg", quality=85 + i % 11)


def pillow(files):
    total = 0.0
    for file in files:
        image = Image.open(file).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        pixels = (np.asarray(image, np.float32) / np.float32(255) - MEAN) / DEVIATION
        pixels = np.ascontiguousarray(pixels.transpose(2, 0, 1))
        total += float(pixels[0, 0, 0] + pixels[-1, -1, -1])
    return total


class Java:
    def __init__(self, folder, classpath, turbo):
        command = ["java", "-Xmx1g", f"-Dquerent.turbojpeg={turbo}", "-cp", classpath,
                   str(HERE / "ImageBenchmark.java"), str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def round(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        elapsed, processor, total = self.process.stdout.readline().split()
        return int(elapsed) / 1e6, int(processor) / 1e6, float(total)


def pillow_round(files):
    processor, start = time.process_time(), time.perf_counter()
    total = pillow(files)
    return (time.perf_counter() - start) * 1e3, (time.process_time() - processor) * 1e3, total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--classpath", default=os.pathsep.join(
        [str(ROOT / "framework/target/classes"), str(ROOT / "experiments/target/lib/*")]))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photographs(folder, options.images)
        files = sorted(folder.iterdir())
        turbo, fallback = Java(folder, options.classpath, "true"), Java(folder, options.classpath, "false")
        sides = {"Pillow": lambda: pillow_round(files), "Querent, libjpeg-turbo": turbo.round,
                 "Querent, ImageIO": fallback.round}
        for _ in range(4):  # the JVM compiles meanwhile
            turbo.round(), fallback.round()
        rounds = {side: [] for side in sides}
        for _ in range(options.rounds):
            for side, measure in sides.items():
                rounds[side].append(measure())
        for java in (turbo, fallback):
            java.process.stdin.close()
            java.process.wait()
    print(f"Pillow {PIL.__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}; {options.images} images of"
          f" 640 x 480, {options.rounds} rounds, one thread each")
    medians = {side: [statistics.median(r[i] for r in all) / options.images for i in (0, 1)]
               for side, all in rounds.items()}
    for side, all in rounds.items():
        ratios = [medians["Pillow"][i] / medians[side][i] for i in (0, 1)]
        print(f"{side:24} {medians[side][0]:6.2f} ms an image, {medians[side][1]:6.2f} ms of processor;"
              f" {ratios[0]:.2f} and {ratios[1]:.2f} times Pillow; sum {all[0][2]:.6f}")


main()
