"""Compares the fixtures of make_tokenizer_golden.py with the tokenizers of transformers 4, slow (those of LAVIS, in Python) and
fast, and prints the lines whose ids or decoded texts differ. Needs transformers 4.46, which doesn't go with version 5.

    python check_slow_tokenizers.py ../resources/dev/querent/text/tokenizers
"""
import collections
import gzip
import json
import pathlib
import struct
import sys
import tempfile
import zlib

import transformers

KINDS = {"bert": "BertTokenizer", "opt": "GPT2Tokenizer", "clip": "CLIPTokenizer", "t5": "T5Tokenizer"}


def crc(data):
    return f"{zlib.crc32(data) & 0xFFFF:04x}"


def load(file):
    return json.loads(gzip.decompress(file.read_bytes()))


def main(fixtures):
    fixtures = pathlib.Path(fixtures)
    lines = load(fixtures / "lines.json.gz")
    for family, kind in KINDS.items():
        for suffix in "", "Fast":
            with tempfile.TemporaryDirectory() as folder:
                for file in (fixtures / family).glob("*.gz"):
                    if suffix or file.name != "tokenizer.json.gz":
                        (pathlib.Path(folder) / file.stem).write_bytes(gzip.decompress(file.read_bytes()))
                tokenizer = getattr(transformers, kind + suffix).from_pretrained(folder)
            golden = load(fixtures / family / "golden.json.gz")
            found = collections.defaultdict(list)
            for i, line in enumerate(lines):
                ids = tokenizer(line)["input_ids"]
                cut = tokenizer(line, truncation=True, max_length=8)["input_ids"]
                text = tokenizer.batch_decode([ids], skip_special_tokens=True, clean_up_tokenization_spaces=True)[0]
                for what, value in (("ids", pack(ids)), ("cut", pack(cut)), ("decoded", text.encode("utf-8", "replace"))):
                    if what == "decoded" and i in found["ids"]:
                        continue  # another text by necessity
                    if crc(value) != golden[what][4 * i: 4 * i + 4]:
                        found[what].append(i)
            print(kind + suffix, {what: len(found[what]) for what in ("ids", "cut", "decoded")}, "of", len(lines))
            for what in "ids", "decoded":
                for i in found[what][:12]:
                    print("   ", what, i, json.dumps(lines[i][:60]))


def pack(ids):
    return struct.pack(f"<{len(ids)}i", *ids)


if __name__ == "__main__":
    main(*sys.argv[1:])
