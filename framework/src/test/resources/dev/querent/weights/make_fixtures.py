"""Writes the checkpoint files that CheckpointFolderTest reads: PyTorch's own, and hostile ones.

    python make_fixtures.py        # torch 2.7.1, safetensors 0.6

Values are a function of their index, so that the test knows them: element i of a tensor is i / 2 - 1.
"""
import collections
import json
import os
import pickle
import zipfile

import torch
from safetensors.torch import save_file


def values(*shape, dtype=torch.float32):
    count = int(torch.Size(shape).numel())
    return (torch.arange(count, dtype=torch.float32) / 2 - 1).reshape(shape).to(dtype)


def folder(name):
    os.makedirs(name, exist_ok=True)
    return name


whole = values(4, 6)
state = collections.OrderedDict(
    plain=values(3, 5),
    half=values(7, dtype=torch.float16),
    brain=values(2, 3, dtype=torch.bfloat16),
    scalar=values(1).reshape(()),
    empty=values(0, 3),
    transposed=whole.t(),
    rows=whole[1:3],
    column=whole[:, 2],
    parameter=torch.nn.Parameter(values(4)),
    position_ids=torch.arange(5),
)
torch.save(state, os.path.join(folder("single"), "pytorch_model.bin"))
optimizer = torch.optim.AdamW([torch.nn.Parameter(values(4))])
lavis = {"model": {"a.weight": values(2, 2), "a.bias": values(2)}, "optimizer": optimizer.state_dict(), "scaler": None,
         "config": {"run": {"lr": 1e-4, "large": 2**80}, "names": ("x", [True, False])}, "epoch": 3}
torch.save(lavis, os.path.join(folder("lavis"), "checkpoint_3.pth"))
torch.save({"w": values(8)}, os.path.join(folder("legacy"), "pytorch_model.bin"), _use_new_zipfile_serialization=False)

for name, save in (("safetensors", save_file), ("bin", torch.save)):
    target = folder("sharded-" + name)
    stem = "model" if name == "safetensors" else "pytorch_model"
    shards = [f"{stem}-{i}-of-2.{name}" for i in (1, 2)]
    for i, shard in enumerate(shards):
        save({f"layer{i}": values(3, 2), f"bias{i}": values(2)}, os.path.join(target, shard))
    weight_map = {f"{kind}{i}": shards[i] for i in (0, 1) for kind in ("layer", "bias")}
    with open(os.path.join(target, f"{stem}.{name}.index.json"), "w") as file:
        json.dump({"metadata": {"total_size": 64}, "weight_map": weight_map}, file)


class Runs:
    def __reduce__(self):
        return os.system, ("touch querent-was-here",)


def archive(name, pickled, extra=()):
    with zipfile.ZipFile(os.path.join(folder(name), "pytorch_model.bin"), "w") as target:
        target.writestr("archive/data.pkl", pickled)
        for entry, content, method in extra:
            target.writestr(entry, content, compress_type=method)


archive("hostile-call", pickle.dumps({"w": Runs()}, protocol=2))
loop = {}
loop["model"] = loop
archive("hostile-loop", pickle.dumps(loop, protocol=2))


def tensor(shape, strides, count, offset=0):
    """The pickle of {"w": tensor} as torch.save writes it, with any numbers."""
    def number(n):
        return b"\x8a" + bytes([9]) + int(n).to_bytes(9, "little", signed=True) if abs(n) >= 2**63 else (
            b"\x8a\x08" + int(n).to_bytes(8, "little", signed=True))

    def string(s):
        return b"X" + len(s).to_bytes(4, "little") + s.encode()

    def numbers(ns):
        return b"(" + b"".join(map(number, ns)) + b"t"

    storage = b"(" + string("storage") + b"ctorch\nFloatStorage\n" + string("0") + string("cpu") + number(count) + b"tQ"
    return (b"\x80\x02}" + string("w") + b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(offset) + numbers(shape)
            + numbers(strides) + b"\x89ccollections\nOrderedDict\n)RtRs.")


def data(count, method=zipfile.ZIP_STORED):
    return [("archive/data/0", bytes(4 * count), method)]


archive("hostile-none", tensor([4], [1], 4), data(4))  # the same by hand, to see that the hand is right
archive("hostile-expanded", tensor([2**20, 2**20], [0, 0], 4), data(4))
archive("hostile-beyond", tensor([2, 4], [4, 1], 4), data(4))
archive("hostile-offset", tensor([2], [1], 4, 3), data(4))
archive("hostile-negative", tensor([-2], [1], 4), data(4))
archive("hostile-absurd", tensor([2**62, 4], [4, 1], 4), data(4))
archive("hostile-short", tensor([4], [1], 4), data(3))
archive("hostile-bomb", tensor([2**20], [1], 2**20), data(2**20, zipfile.ZIP_DEFLATED))
archive("hostile-missing", tensor([4], [1], 4))
