"""Reads a run's event files with TensorBoard's own reader and compares them with the run's other files.

    python -m venv venv && venv/bin/pip install tensorboard==2.21.0 setuptools==65.5.0
    venv/bin/python check_events.py runs/tiny
"""

import json
import math
import pathlib
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def scalars(folder):
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    events.Reload()
    return {tag: [(point.step, point.value) for point in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def same(seen, expected):
    return [step for step, _ in seen] == [step for step, _ in expected] and all(
        math.isclose(one, other, rel_tol=1e-6) for (_, one), (_, other) in zip(seen, expected)
    )


def check(step):
    expected = {}
    metrics = step / "metrics.jsonl"
    for line in metrics.read_text().splitlines() if metrics.exists() else []:
        values = json.loads(line)
        for name in values.keys() - {"step"}:
            expected.setdefault("training/" + name, []).append((values["step"], values[name]))
    results = step / "results.json"
    if results.exists():
        for name, value in json.loads(results.read_text()).items():
            if isinstance(value, (int, float)):
                expected["results/" + name] = [(0, value)]
    seen = scalars(step)
    assert seen.keys() == expected.keys(), (step, seen.keys() ^ expected.keys())
    for tag in expected:
        assert same(seen[tag], expected[tag]), (step, tag, seen[tag], expected[tag])
    files = len(list(step.glob("events.out.tfevents.*")))
    print(f"{step}: {len(expected)} tags, {sum(map(len, expected.values()))} points, {files} files")


run = pathlib.Path(sys.argv[1])
for folder in sorted((run / "steps").iterdir()):
    check(folder)
whole = EventAccumulator(str(run))
whole.Reload()
text = whole.Tensors("configuration")[0].tensor_proto.string_val[0].decode()
assert "".join(line[4:] + "\n" for line in text.splitlines()) == (run / "resolved.yaml").read_text()
print(f"{run}: the configuration is resolved.yaml")
