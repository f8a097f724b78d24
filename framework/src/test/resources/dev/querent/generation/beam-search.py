"""Writes beam-search.json: what transformers' beam search and greedy decoding make of small random decoders.

A decoder's scores for the next token are table[last token] + places[length] (length: tokens so far, start included).
Made with torch 2.7.1 and transformers 5.23.0: python beam-search.py > beam-search.json
"""

import json

import torch
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.generation import LogitsProcessorList, RepetitionPenaltyLogitsProcessor
from transformers.modeling_outputs import CausalLMOutput

VOCABULARY, LONGEST, END = 12, 12, 1


class ToyConfig(PretrainedConfig):
    model_type = "toy"


class Toy(PreTrainedModel, GenerationMixin):
    config_class = ToyConfig

    def __init__(self, table, places):
        super().__init__(ToyConfig(vocab_size=VOCABULARY, num_hidden_layers=1, hidden_size=1, num_attention_heads=1))
        self.table = torch.nn.Parameter(table)
        self.places = torch.nn.Parameter(places)

    def forward(self, input_ids, **kwargs):
        length = torch.arange(1, input_ids.shape[1] + 1)
        return CausalLMOutput(logits=self.table[input_ids] + self.places[length])


def main():
    cases = []
    for seed in range(100):
        generator = torch.Generator().manual_seed(seed)
        table = torch.round(torch.randn(VOCABULARY, VOCABULARY, generator=generator) * 2, decimals=3)
        places = torch.round(torch.randn(LONGEST + 2, VOCABULARY, generator=generator) * 1.5, decimals=3)
        places[:, END] += 1.0 if seed % 2 else 0.0
        beams = 2 + seed % 4 if seed < 40 else [1, 2, 3, 5][seed % 4]
        repetition = 1.0 if seed < 40 else [1.0, 1.3, 0.7, 2.0][seed // 4 % 4]
        early = False if seed < 40 else [True, "never", False][seed % 3]
        penalty = [1.0, 0.0, -1.0, 2.0][seed // 4 % 4]
        least, most = [(0, 8), (1, 10), (3, 10), (0, 1), (5, 5)][seed % 5]
        starts = torch.tensor([[2], [3], [4]])
        out = Toy(table, places).generate(
            starts,
            generation_config=GenerationConfig(
                num_beams=beams, early_stopping=early if beams > 1 else None, length_penalty=penalty, min_new_tokens=least, max_new_tokens=most, do_sample=False,
                eos_token_id=END, pad_token_id=0, use_cache=False,
                return_dict_in_generate=True, output_scores=True),
            # behind a soft prompt there are no ids in front of the text
            logits_processor=LogitsProcessorList(
                [RepetitionPenaltyLogitsProcessor(repetition, prompt_ignore_length=1)] if repetition != 1 else []))
        texts = []
        for row in out.sequences[:, 1:].tolist():
            ended = END in row
            texts.append({"tokens": row[:row.index(END)] if ended else row[:most], "ended": ended})
        if beams > 1:
            for text, score in zip(texts, out.sequences_scores.tolist()):
                text["score"] = score
        cases.append({
            "seed": seed, "beams": beams, "penalty": penalty, "repetition": repetition, "early": str(early).upper(), "least": least, "most": most, "starts": [2, 3, 4],
            "table": [[round(x, 3) for x in r] for r in table.tolist()],
            "places": [[round(x, 3) for x in r] for r in places.tolist()], "texts": texts})
    print(json.dumps(cases, separators=(",", ":")))


main()
