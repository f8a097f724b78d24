"""Writes damaged copies of caption files, to compare scorers on hard texts: every reference and caption gets one to four random
intrusions of punctuation, digits, contractions, abbreviations or capitals.

python mutate_captions.py ANNOTATIONS RESULTS FOLDER [SEED]
"""

import json
import pathlib
import random
import sys

CHARACTERS = "'\"-.,!?;:()/&@#$%*+=_`~|<>[]{} \u2019\u201c\u201d\u2013\u2014\u20260123456789AZaz"
PARTS = ["'s", "n't", "'ll", " 's", "..", "--", "'n'", "1/2", "$5", "U.S.", "Mr. ", "e.g. ", "&amp;", "10:30", "5.5", "1,000", "o'clock", "t-shirt",
         "A.B.", "St. ", "etc.", "p.m.", "'90s", "5'", "6\"", ":)", "(a)", "\"b\"", "!!", "...", "1st", "50%", " - ", "/", "and/or"]


def mutated(text):
    letters = list(text)
    for _ in range(random.randint(1, 4)):
        place, kind = random.randrange(len(letters) + 1), random.random()
        if kind < 0.5:
            letters.insert(place, random.choice(CHARACTERS))
        elif kind < 0.7:
            letters.insert(place, random.choice(PARTS))
        elif letters:
            place = min(place, len(letters) - 1)
            letters[place] = letters[place].upper()
    return "".join(letters)


annotations, results, folder = (pathlib.Path(p) for p in sys.argv[1:4])
random.seed(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
for file, records in ((annotations, lambda value: value["annotations"]), (results, lambda value: value)):
    value = json.loads(file.read_text(encoding="utf8"))
    for record in records(value):
        record["caption"] = mutated(record["caption"])
    (folder / file.name).write_text(json.dumps(value), encoding="utf8")
