"""Reading every member of a WebDataset shard: Querent and Python's tarfile, in one run.

    mvn -B -q -DskipTests package
    python experiments/benchmarks/data/tars.py

The shard has samples of an image, a caption and metadata, as img2dataset writes them. Both sides read contents into memory and
take turns. Prints medians and ratios.
"""
import argparse
import io
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def shard(path, samples, image_bytes):
    with tarfile.open(path, "w") as tar:
        for i in range(samples):
            for extension, size in (("jpg", image_bytes), ("json", 400), ("txt", 60)):
                member = tarfile.TarInfo(f"{i:09}.{extension}")
                member.size = size + i % 100
                tar.addfile(member, io.BytesIO(os.urandom(member.size)))


def python_tarfile(path):
    total = 0
    with tarfile.open(path) as tar:
        for member in tar:
            total += len(tar.extractfile(member).read())
    return total


def python_stream(path):
    """As the webdataset package reads."""
    total = 0
    with open(path, "rb") as file, tarfile.open(fileobj=file, mode="r|*") as tar:
        for member in tar:
            total += len(tar.extractfile(member).read())
            tar.members = []
    return total


class Java:
    def __init__(self, path, classpath):
        self.process = subprocess.Popen(
            ["java", "-Xmx1g", "-cp", classpath, str(HERE / "TarBenchmark.java"), str(path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def round(self, what):
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        elapsed, processor, total = map(int, self.process.stdout.readline().split())
        return elapsed / 1e3, processor / 1e3, total


def timed(function, path):
    processor, start = time.process_time(), time.perf_counter()
    total = function(path)
    return (time.perf_counter() - start) * 1e6, (time.process_time() - processor) * 1e6, total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--classpath", default=os.pathsep.join(
        [str(ROOT / "framework/target/classes"), str(ROOT / "experiments/target/lib/*")]))
    options = parser.parse_args()
    print(f"Python {sys.version.split()[0]}; {options.samples} samples of 3 members, {options.rounds} rounds;"
          " microseconds a sample, elapsed and processor; times tarfile")
    for image_bytes in (1000, 30000):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "00000.tar"
            shard(path, options.samples, image_bytes)
            java = Java(path, options.classpath)
            sides = {"tarfile": lambda: timed(python_tarfile, path), "tarfile as a stream": lambda: timed(python_stream, path),
                     "Querent, in order": lambda: java.round("read"), "Querent, random order": lambda: java.round("random"),
                     "Querent, making the index": lambda: java.round("open")}
            for _ in range(3):
                for what in ("open", "read", "random"):
                    java.round(what)
            rounds = {side: [] for side in sides}
            for _ in range(options.rounds):
                for side, measure in sides.items():
                    rounds[side].append(measure())
            java.process.stdin.close()
            java.process.wait()
            assert rounds["tarfile"][0][2] == rounds["Querent, in order"][0][2]
            medians = {side: [statistics.median(r[i] for r in all) / options.samples for i in (0, 1)]
                       for side, all in rounds.items()}
            print(f"images of {image_bytes} bytes")
            for side, (elapsed, processor) in medians.items():
                print(f"  {side:26} {elapsed:7.1f} {processor:7.1f};"
                      f" {medians['tarfile'][0] / elapsed:5.1f} {medians['tarfile'][1] / processor:5.1f}")


main()
