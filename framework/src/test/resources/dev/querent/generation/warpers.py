"""Writes warpers.json: the probabilities that transformers leaves tokens to be drawn with.

Made with torch 2.7.1 and transformers 5.23.0: python warpers.py > warpers.json
"""

import json

import torch
from transformers.generation import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper


def main():
    generator = torch.Generator().manual_seed(1)
    rows = [torch.round(torch.randn(9, generator=generator) * 3, decimals=2).tolist() for _ in range(6)]
    rows += [[1.0] * 9, [2.0, 1.0, 1.0, 1.0, 0.0, -1.0, -1.0, 2.0, 0.0], [0.0] * 8 + [30.0], [-float("inf"), 0.0, 1.0, 2.0, -float("inf")]]
    cases = []
    for scores in rows:
        for temperature, top_k, top_p in [(1.0, 0, 1.0), (0.5, 0, 1.0), (2.0, 3, 1.0), (1.0, 1, 1.0), (1.0, 50, 1.0),
                                          (1.0, 0, 0.9), (1.0, 0, 0.5), (0.7, 4, 0.8), (1.0, 0, 0.0), (1.3, 2, 0.3)]:
            kept = torch.tensor([scores])
            kept = TemperatureLogitsWarper(temperature)(None, kept)
            if top_k:
                kept = TopKLogitsWarper(top_k)(None, kept)
            if top_p < 1:
                kept = TopPLogitsWarper(top_p)(None, kept)
            cases.append({"scores": [max(x, -1e30) for x in scores], "temperature": temperature, "topK": top_k, "topP": top_p,
                          "probabilities": kept.softmax(-1)[0].tolist()})
    print(json.dumps(cases, separators=(",", ":")))


main()
