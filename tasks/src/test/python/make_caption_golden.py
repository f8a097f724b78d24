"""Writes the fixtures of caption metrics.

python make_caption_golden.py VECTORS PYCOCOEVALCAP, Python 3.11, pycocoevalcap 1.2 with its jars, Java 17, where
    VECTORS        a folder of cap_*.json, ptb_tokens_coco.jsonl and nocaps_domains.json: captions with what the official code gave
                   for them; each says where it is from and under which licence, and so do the copies
    PYCOCOEVALCAP  the installed package
It copies the vectors in a short form (cap-*.json, coco-*.json, nocaps-domains.json, ptb-coco.jsonl), and has PTBTokenizer 3.4.1 and the
package's scorers judge texts made to be hard (ptb-hard.json, hard-captions.json).
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

VECTORS, PACKAGE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
sys.path.insert(0, str(PACKAGE.parent))
OUT = pathlib.Path(__file__).parent.parent / "resources/dev/querent/task/metric/caption"
SCORING = pathlib.Path(__file__).parent.parent / "resources/dev/querent/task/scoring"
NAMES = ["Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr"]
DROPPED = ["''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".", "?", "!", ",", ":", "-", "--", "...", ";"]

HARD = """multi-colored 1,000 $5.00 C$10 US$20 #1 50% 3/4 2nd 3-4 10-20 Mr. Smith e.g. this i.e. that etc. vs. St. Jr. U.S. U.S.A. a.m. p.m.
cannot Cannot gonna gotta lemme gimme wanna cannots 'tis 'twas don't won't can't isn't DON'T I'm you're he'll we've she'd it's dogs' O'Reilly
o'clock rock'n'roll 'em 'til '90s 1990's y'all ma'am e'er c'mon G'day qu'il d'Artagnan l'eau graffiti'ed abc'def couldn't've \u2019s it\u2019s don\u2019t
"hello" ``hello'' 'hello' `hello` \u201chello\u201d \u2018hello\u2019 \u00abhi\u00bb wait... wait.. wait\u2026 a--b a---b a-b a\u2013b a\u2014b -- --- -----
(hello) [hello] {hello} <hello> <b>bold</b> < <3 :) :-) ;) :( :D :-P =) a:) http://example.com/a.jpg www.example.com example.com foo@bar.com
@user #hashtag foo_bar __init__ file.txt a.b.c hello,world hello;world hello:world a/b a\\b and/or w/ 24/7 him/her 1/2/2003 50/50 c/o
& AT&T R&B rock&roll &amp; &lt; &gt; &quot; * ** *** ~ ^ | + = ++ 5+5 a+b 2+2=4 % @ # $ \u00a3 \u20ac \u00a5 \u00a2 5\u00a2 \u00a9 \u00ae \u2122 \u00bd \u00bc \u00be \u00b0 \u00d7 \u00f7 !!! ?? ?! a!! a?! .5 0.5 5. 5.5. -5
-5.5 +5 5+ 1.2.3 1,2,3 x-ray t-shirt T-shirt pre- -ing half-eaten-pizza A.B. A.B J.A.K. Ph.D. TV. caf\u00e9 na\u00efve \u65e5\u672c\u8a9e \U0001f600 hi\U0001f600 a\u200bb soft\u00adhyphen \u2665 \u2192 \u2022
12:30 12:30pm 3pm 3p.m. 10:00a.m. 5'10" 6' '70 70's hello.world hello!world dog.5 c++ C# 1st 5x7 mp3 net.- no.5 << >> ## @@ 5's TV's mother-in-law's""".split()
PAIRS = ["1 1/2 cups", "No. 5", "fish 'n' chips", "(555) 555-1234", "see r.", "I see U.S.", "a . b", "it 's", "dogs ' tails", "No. of dogs", "$ 5"]
CAPTIONS = ["", ".", "...", "\"\"", "a", "A dog.", "a dog " * 200, "!!!", "dog", "a dog runs", "A dog runs on the grass!", "\u72ac", "dog dog dog dog dog",
            "The dog's ball isn't (really) red.", "caf\u00e9 at 10:30", "1 1/2 dogs", "a\u200bdog", "A man riding a wave on top of a surfboard.", "\U0001f600"]


def write(folder, name, value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("},{", "},\n{")
    (folder / name).write_text(text + "\n", encoding="utf8")


def ptb(lines):
    """Each line in a file of its own surroundings: a line must not depend on the next."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "in"
        file.write_text("\n".join(f"{line}\nThe end" for line in lines), encoding="utf8")
        jar = PACKAGE / "tokenizer/stanford-corenlp-3.4.1.jar"
        run = ["java", "-Dfile.encoding=UTF-8", "-cp", jar, "edu.stanford.nlp.process.PTBTokenizer", "-preserveLines", "-lowerCase", file]
        out = subprocess.run(run, check=True, capture_output=True).stdout.decode().split("\n")[::2]
    return [" ".join(t for t in line.rstrip().split(" ") if t not in DROPPED) for line in out[:len(lines)]]


def tokens():
    texts = [f"see {word} here" for word in dict.fromkeys(HARD)] + PAIRS
    write(OUT, "ptb-hard.json", [{"text": t, "tokens": k} for t, k in zip(texts, ptb(texts))])
    lines = [json.loads(line) for line in (VECTORS / "ptb_tokens_coco.jsonl").read_text().splitlines()]
    short = [{"text": x["caption"], "tokens": x["tokens_final"], "source": x["source"]} for x in lines]
    write(OUT, "ptb-coco.json", {"licence": "captions: COCO Consortium, CC BY 4.0", "texts": short})


def copies():
    for file in sorted(VECTORS.glob("cap_*.json")):
        whole = json.loads(file.read_text())
        if "not checked" in whole["licence"]:
            continue
        short = {k: whole[k] for k in ("name", "origin", "licence", "already_tokenised")}
        short["images"] = [{k: i[k] for k in ("image_id", "refs", "candidate")} for i in whole["images"]]
        expected = whole["expected"]
        short["corpus"] = {k: expected["corpus"][k] for k in NAMES}
        short["per-image"] = {k: [float(f"{v:.10g}") for v in expected["per_image"][k]] for k in NAMES}
        write(OUT, file.name.replace("_", "-"), short)
    domains = json.loads((VECTORS / "nocaps_domains.json").read_text())
    write(SCORING, "nocaps-domains.json", domains)
    for name in ("annotations", "results"):
        write(SCORING, f"coco-{name}.json", json.loads((VECTORS / f"coco_fakecap_subset_{name}.json").read_text()))


def hard_captions():
    """Hard captions against hard references, through the whole of the package's path."""
    from pycocoevalcap.bleu.bleu import Bleu
    from pycocoevalcap.cider.cider import Cider
    from pycocoevalcap.rouge.rouge import Rouge
    random.seed(20261125)
    images = []
    for i in range(60):
        refs = [random.choice(CAPTIONS[4:]) for _ in range(random.randint(1, 5))]
        images.append({"image_id": i, "refs": refs, "candidate": CAPTIONS[i % len(CAPTIONS)]})
    texts = [t for i in images for t in i["refs"] + [i["candidate"]]]
    tokenised = dict(zip(texts, ptb(texts)))
    gts = {i["image_id"]: [tokenised[r] for r in i["refs"]] for i in images}
    res = {i["image_id"]: [tokenised[i["candidate"]]] for i in images}
    corpus, each = {}, {}
    bleu, bleus = Bleu(4).compute_score(gts, res, verbose=0)
    for n in range(4):
        corpus[f"Bleu_{n + 1}"], each[f"Bleu_{n + 1}"] = bleu[n], bleus[n]
    for name, scorer in (("ROUGE_L", Rouge()), ("CIDEr", Cider())):
        score, scores = scorer.compute_score(gts, res)
        corpus[name], each[name] = float(score), [float(s) for s in scores]
    write(OUT, "cap-hard.json", {
        "name": "hard", "origin": "make_caption_golden.py", "licence": "own", "already_tokenised": False, "images": images,
        "corpus": corpus, "per-image": each})


if __name__ == "__main__":
    tokens()
    copies()
    hard_captions()
