"""Writes the event files that EventFileTest expects, with TensorBoard's own messages and record writer.

    python -m venv venv && venv/bin/pip install tensorboard==2.21.0 protobuf==7.36.2 setuptools==65.5.0
    venv/bin/python make_fixtures.py
"""

import pathlib

from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.plugins.text import metadata
from tensorboard.summary.writer.record_writer import RecordWriter

FOLDER = pathlib.Path(__file__).parent
TIME = 1700000000.25
VERSION = event_pb2.Event(wall_time=TIME, file_version="brain.Event:2")


def scalars(step, values):
    summary = summary_pb2.Summary(
        value=[summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in values]
    )
    return event_pb2.Event(wall_time=TIME, step=step, summary=summary)


def text(tag, markdown):
    tensor = tensor_pb2.TensorProto(
        dtype=types_pb2.DT_STRING,
        tensor_shape=tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)]),
        string_val=[markdown.encode()],
    )
    value = summary_pb2.Summary.Value(
        tag=tag, metadata=metadata.create_summary_metadata(None, None), tensor=tensor
    )
    return event_pb2.Event(wall_time=TIME, summary=summary_pb2.Summary(value=[value]))


def write(name, events):
    with open(FOLDER / name, "wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString(deterministic=True))


start = event_pb2.Event(
    wall_time=TIME, step=301, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)
)
write(
    "session.golden",
    [
        VERSION,
        start,
        scalars(310, [("training/loss", 2.5), ("training/gradient-norm", float("inf"))]),
        scalars(5_000_000_000, [("training/perte-é", -1e-30), ("training/itm", float("nan")), ("training/zero", 0.0)]),
    ],
)
write("results.golden", [VERSION, scalars(0, [("results/accuracy", 0.625)])])
write("configuration.golden", [VERSION, text("configuration", "    name: größe\n" + "    note: long\n" * 20)])
