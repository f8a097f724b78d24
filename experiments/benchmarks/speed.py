"""Training steps of Querent and of PyTorch, side by side: README.md beside this file says what is compared.

    python speed.py [--rounds 5] [--steps 4] [--threads 2] [--models DIR] [--only 1-fp32,2-bf16,2-mixed]

Makes the models in DIR where they aren't there (2.4 GB), compares the losses of the first step, then runs both sides in turn, each time
in a process of its own whose first step isn't counted, and prints the table of docs/results.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import torch

import models
import work

HERE = pathlib.Path(__file__).resolve().parent
QUERENT = HERE.parent.parent / "querent"
CLOCK = os.sysconf("SC_CLK_TCK")
SETTINGS = ["1-fp32", "1-bf16", "1-mixed", "2-fp32", "2-bf16", "2-mixed"]
# ./querent sets these for itself.
WAITING = {"OMP_WAIT_POLICY": "passive"}
MEMORY = {"MALLOC_TRIM_THRESHOLD_": "536870912", "MALLOC_MMAP_THRESHOLD_": "536870912", "MALLOC_ARENA_MAX": "1"}


def processor_seconds(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK


def querent(chosen, stage, precision, steps, dropout=None, pair=False):
    """Wall and processor seconds of each step but the first, and the losses of the first."""
    runs = pathlib.Path(tempfile.mkdtemp(prefix="querent-speed-"))
    file = runs / f"stage-{stage}.yaml"
    for name in ["stage-1.yaml", "stage-2.yaml"]:
        (runs / name).write_text((HERE / name).read_text().replace("MODELS", str(chosen.models)))
    step = {1: "representation", 2: "generative"}[stage]
    command = [str(QUERENT), "run", str(file), "--set", f"threads={chosen.threads}"]
    frozen = "fp32" if precision == "fp32" else "bf16"
    values = {"vision.precision": frozen, f"steps.{step}.training.mixed-precision": str(precision == "mixed").lower()}
    if stage == 2:
        values["language.precision"] = frozen
    if pair:
        values |= {"data.train": str(chosen.models / "pair.jsonl"), f"steps.{step}.batch-size": 2}
    if dropout is not None:
        values["bridge.dropout"] = dropout
    for key, value in values.items():
        command += ["--set", f"{key}={value}"]
    log = open(runs / "log", "w")
    process = subprocess.Popen(command, cwd=runs, stdout=log, stderr=log)
    metrics = runs / "runs" / f"speed-stage-{stage}" / "steps" / step / "metrics.jsonl"
    lines, processor = [], []
    try:
        while len(lines) < steps:
            time.sleep(0.02)
            if process.poll() is not None:
                sys.exit(f"{' '.join(command)} ended: {(runs / 'log').read_text()[-3000:]}")
            found = metrics.read_text().splitlines() if metrics.exists() else []
            while len(lines) < len(found):
                lines.append(json.loads(found[len(lines)]))
                processor.append(processor_seconds(process.pid))
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(runs)
    wall = [line["seconds"] for line in lines]
    return differences(wall), differences(processor), lines[0]


def differences(values):
    return [b - a for a, b in zip(values, values[1:])]


def reference(chosen, stage, precision, steps, *more):
    command = [sys.executable, str(HERE / "reference.py"), str(chosen.models), "--stage", str(stage), "--precision", precision,
               "--steps", str(steps), "--threads", str(chosen.threads), *more]
    environment = os.environ | WAITING | (MEMORY if chosen.same_memory else {})
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    lines = [json.loads(line) for line in output.splitlines()]
    return [line.get("seconds") for line in lines[1:]], [line.get("processor") for line in lines[1:]], lines[0]


def compare(chosen):
    """Losses of the first step without dropout. Two pairs: each has one negative, so ITM draws the same ones on both sides."""
    print("| stage | loss | Querent | PyTorch | difference |\n|---|---|---|---|---|")
    for setting in ["1-fp32", "2-fp32", "1-mixed", "2-mixed"]:
        stage, precision = int(setting[0]), setting[2:]
        for pair in [True, False]:
            ours = querent(chosen, stage, precision, 1, dropout=0, pair=pair)[2]
            theirs = reference(chosen, stage, precision, 1, "--dropout", "0", "--rows", "2" if pair else "8")[2]
            for name in theirs:
                if name not in ["seconds", "processor"] and (pair or name != "itm"):
                    print(f"| {stage}, {precision}, {2 if pair else 8} samples | {name} | {ours[name]:.6f} | {theirs[name]:.6f}"
                          f" | {ours[name] - theirs[name]:.1e} |")
    print(flush=True)


def gemm(threads):
    """GFLOP/s of products as large as those of the vision encoder's layers, the best of several."""
    torch.set_num_threads(threads)
    rates = {}
    for name, kind in [("fp32", torch.float32), ("bf16", torch.bfloat16)]:
        a, b = torch.randn(2056, 1024).to(kind), torch.randn(4096, 1024).to(kind)
        times = []
        for _ in range(12):
            start = time.perf_counter()
            torch.nn.functional.linear(a, b)
            times.append(time.perf_counter() - start)
        rates[name] = 2 * 2056 * 1024 * 4096 / min(times) / 1e9
    return rates


def spread(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--steps", type=int, default=4, help="of each process, the first of which isn't counted")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--models", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "querent-speed-models")
    options.add_argument("--only", default=",".join(SETTINGS))
    options.add_argument("--processor", action="store_true", help="prints processor instead of wall time: for a machine that others use")
    options.add_argument("--same-memory", action="store_true", help="gives PyTorch the settings of malloc that ./querent has")
    options.add_argument("--unchecked", action="store_true", help="doesn't compare the losses first")
    chosen = options.parse_args()
    chosen.models = chosen.models.resolve()
    if not chosen.models.exists():
        models.make(chosen.models)
    if not chosen.unchecked:
        compare(chosen)
    settings = chosen.only.split(",")
    taken = {(side, setting): [] for side in ["PyTorch", "Querent"] for setting in settings}
    rates = {"fp32": [], "bf16": []}
    which = 1 if chosen.processor else 0
    for round_ in range(chosen.rounds):
        for name, rate in gemm(chosen.threads).items():
            rates[name].append(rate)
        for setting in settings:
            stage, precision = int(setting[0]), setting[2:]
            for side, run in [("PyTorch", reference), ("Querent", querent)]:
                times = run(chosen, stage, precision, chosen.steps)[which]
                taken[side, setting] += times
                print(f"round {round_ + 1}, stage {setting}, {side}: {' '.join(f'{t:.2f}' for t in times)}", file=sys.stderr, flush=True)
    report(chosen, settings, taken, rates)


def report(chosen, settings, taken, rates):
    median = {key: statistics.median(times) for key, times in taken.items()}
    best = {name: max(values) for name, values in rates.items()}
    print("GEMM, GFLOP/s: " + ", ".join(f"{name} {spread(values)}" for name, values in rates.items()) + "\n")
    print("| stage | PyTorch, s a step | Querent, s a step | times as fast | as PyTorch in fp32 | share of GEMM: PyTorch | Querent |")
    print("|---|---|---|---|---|---|---|")
    for setting in settings:
        shares = {}
        for side in ["PyTorch", "Querent"]:
            operations = work.step(side, int(setting[0]), setting[2:])
            least = sum(count / best[name] / 1e9 for name, count in operations.items())
            shares[side] = f"{least / median[side, setting]:.0%}"
        first = setting[:2] + "fp32"
        against = f"{median['PyTorch', first] / median['Querent', setting]:.2f}" if first in settings else ""
        print(f"| {setting.replace('-', ', ')} | {spread(taken['PyTorch', setting])} | {spread(taken['Querent', setting])}"
              f" | {median['PyTorch', setting] / median['Querent', setting]:.2f} | {against}"
              f" | {shares['PyTorch']} | {shares['Querent']} |")


if __name__ == "__main__":
    main()
