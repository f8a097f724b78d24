"""Writes vqa-*.json and gqa-*.json: answers made to be hard, and what the official scorers, LAVIS and lmms-eval give for them.

Run with Python 3.11 and numpy 2.4: python make_answer_golden.py SOURCES, where SOURCES holds copies of
    vqa_official.py     GT-Vision-Lab/VQA a013f004: PythonEvaluationTools/vqaEvaluation/vqaEval.py
    vqa_lavis.py        salesforce/LAVIS 506965b9: lavis/common/vqa_tools/vqa_eval.py
    vqa_eval_metric.py  EvolvingLMMs-Lab/lmms-eval 75571cfe: lmms_eval/tasks/_task_utils/vqa_eval_metric.py
    lmms_vqav2.py, lmms_ok_vqa.py   the same: lmms_eval/tasks/{vqav2,ok_vqa}/utils.py
    gqa_eval.py         eval.py of GQA's eval.zip
The official VQA tool is Python 2; its print statements are rewritten, nothing else.
"""

import contextlib
import copy
import importlib.util
import io
import json
import pathlib
import random
import re
import string
import subprocess
import sys
import tempfile
import types

import numpy as np

SOURCES = pathlib.Path(sys.argv[1])
OUT = pathlib.Path(__file__).parent.parent / "resources/dev/querent/task/scoring"
random.seed(20261125)

HARD = [
    "", " ", "yes", "Yes", "YES", "yes.", "yes\n", "\tno", "no ", "the", "a an the", "The Dog", "a-frame", "A/C", "t-shirt", "t shirt",
    "1,000", "1,,000", "1,000-2,000", "yes/no 1,000", "a/b c/ d", "a/b c", "3.5", ".5", "5.", "no.5", "a.m.", "10:30 a.m.", "...", "." * 40,
    "a." * 40, "two", "2", "Two dogs", "twenty-one", "ten", "none", "zero", "eleven", "dont", "don't", "Dont", "Im", "Ive", "im", "Id've",
    "lets", "let's", "she's", "somebody'd", "ow's'at", "y'allll", "yall'd've", "isnt it", "cant", "caf\u00e9", "CAF\u00c9", "na\u00efve",
    "\u00df", "\u0130stanbul", "\u03a3\u039f\u03a6\u039f\u03a3", "\uff11\uff12", "\u0663,\u0664", "1,\u0664", "\u4e8c", "\u201cred\u201d",
    "red\u2019s", "red \u2013 blue", "\u00a0red\u00a0", "red\u200bblue", "\ufeffred", "red\u0085blue", "red\u2028blue", "red\rblue", "red\x1cblue",
    "red\x0bblue", "\U0001f600", "\U0001f600.5", "\U0001d7d8,\U0001d7d9", "red,blue", "red, blue", "red ,blue", "(red)", "[red]", "{red}",
    "red!", "red?", "what?", "men's", "man 's", "it's", "rock & roll", "50%", "$5", "#1", "a*b", "a^b", "a~b", "a|b", "c++", "\\", "`", "@home",
    "under_score", "<end>", "red;blue", "red:blue", "\"red\"", "'red'", "-1", "1-2", "1 - 2", "red-", "-red", "a", "an", "word " * 300,
    "x" * 3000, "1,2,3", "1.000.000", "1. 2. 3.", "one.two", "one. two", "the the", "No one", "one one", "red\u3000blue", "red  blue",
]
TYPES = ["what color is the", "is the", "how many", "none of the above", "what"]
KINDS = ["other", "yes/no", "number"]


def close(text):
    """Something that may or may not count as the same."""
    changes = [
        str.upper, str.title, lambda t: t + ".", lambda t: "a " + t, lambda t: t + " ", lambda t: t.replace(" ", "-"),
        lambda t: t.replace("-", " "), lambda t: t.replace("'", ""), lambda t: t + "!", lambda t: t + "\n", lambda t: "\"" + t + "\"",
        lambda t: t.replace(".", ""), lambda t: t.replace(",", ""), lambda t: t.replace(",", " "), lambda t: t.replace("'s", " 's"), lambda t: t,
    ]
    return random.choice(changes)(text)


def load(name, text=None):
    module = types.ModuleType(name)
    exec(compile(text if text is not None else (SOURCES / (name + ".py")).read_text(), name, "exec"), module.__dict__)
    return module


def vqa_cases():
    annotations, questions, results = [], [], []
    for i in range(320):
        prediction = HARD[i % len(HARD)] if i % 3 else close(HARD[i % len(HARD)])
        truth = close(prediction) if random.random() < 0.6 else random.choice(HARD[:90])
        pool = [truth, close(prediction), close(truth), random.choice(HARD[:60])]
        agree = random.choice([10, 10, 9, 5, 3, 2, 1])
        answers = [truth] * agree + [random.choice(pool) for _ in range(10 - agree)]
        if sum(map(len, answers)) > 2000:
            answers = [answer if k < 2 else "yes" for k, answer in enumerate(answers)]
        random.shuffle(answers)
        question = 262148000 + i
        annotations.append({
            "question_type": random.choice(TYPES), "multiple_choice_answer": truth, "image_id": 262148, "question_id": question,
            "answer_type": random.choice(KINDS),
            "answers": [{"answer": a, "answer_confidence": "yes", "answer_id": k + 1} for k, a in enumerate(answers)],
        })
        questions.append({"image_id": 262148, "question": "What is it?", "question_id": question})
        results.append({"question_id": question, "answer": prediction})
    random.shuffle(results)
    return annotations, questions, results


class Files:
    def __init__(self, records):
        self.qa = {record["question_id"]: record for record in records}

    def getQuesIds(self):
        return list(self.qa)


def vqa_expected(module, annotations, results):
    scorer = module.VQAEval(Files(copy.deepcopy(annotations)), Files(results), n=12)
    with contextlib.redirect_stdout(io.StringIO()):
        scorer.evaluate()
    return {**scorer.accuracy, "perQuestion": scorer.evalQA}


def lmms_expected(module, process, annotations, results, plain):
    predicted = {r["question_id"]: r["answer"] for r in results}
    each = {}
    for a in copy.deepcopy(annotations):
        answers = [x["answer"] for x in a["answers"]] if plain else a["answers"]
        doc = {"question_id": a["question_id"], "answers": answers}
        each[a["question_id"]] = 100 * getattr(module, process)(doc, [predicted[a["question_id"]]])["exact_match"]
    return {"overall": sum(each.values()) / len(each), "perQuestion": each}


def write(name, value):
    (OUT / name).write_text(json.dumps(value, indent=None, separators=(",", ":")).replace("},{", "},\n{") + "\n")


def vqa():
    official = re.sub(r'print ("[^"]*")', r"print(\1)", (SOURCES / "vqa_official.py").read_text())
    metric = load("vqa_eval_metric")
    for name in ["loguru", "lmms_eval", "lmms_eval.tasks", "lmms_eval.tasks._task_utils", "lmms_eval.tasks._task_utils.file_utils"]:
        sys.modules[name] = types.ModuleType(name)
    sys.modules["loguru"].logger = None
    sys.modules["lmms_eval.tasks._task_utils.file_utils"].generate_submission_file = None
    sys.modules["lmms_eval"].tasks = sys.modules["lmms_eval.tasks"]
    sys.modules["lmms_eval.tasks"]._task_utils = sys.modules["lmms_eval.tasks._task_utils"]
    sys.modules["lmms_eval.tasks._task_utils"].file_utils = sys.modules["lmms_eval.tasks._task_utils.file_utils"]
    sys.modules["lmms_eval.tasks._task_utils.vqa_eval_metric"] = metric
    annotations, questions, results = vqa_cases()
    write("vqa-annotations.json", {"info": {"note": "made by make_answer_golden.py"}, "annotations": annotations})
    write("vqa-questions.json", {"info": {}, "questions": questions})
    write("vqa-results.json", results)
    write("vqa-expected.json", {
        "official": vqa_expected(load("vqa_official", official), annotations, results),
        "lavis": vqa_expected(load("vqa_lavis"), annotations, results),
        "lmms": lmms_expected(load("lmms_vqav2"), "vqav2_process_results", annotations, results, False),
        "lmms-ok-vqa": lmms_expected(load("lmms_ok_vqa"), "ok_vqa_process_results", annotations, results, True),
    })
    return load("vqa_lavis").VQAEval()


STEPS = ["select", "filter color", "relate", "query: name", "choose name", "exist", "verify", "and"]


def gqa(lavis):
    questions, predictions = {}, []
    for i in range(300):
        answer = random.choice([h for h in HARD if 0 < len(h) < 60])
        key = "%08d" % i
        balanced = i % 7 != 0
        questions[key] = {
            "question": "Is " + " ".join(["the", "thing"] * random.randint(1, 5)) + "?", "answer": answer, "isBalanced": balanced,
            "imageId": "n1", "entailed": [],
            "types": {
                "structural": random.choice(["query", "verify", "logical", "choose", "compare"]),
                "semantic": random.choice(["obj", "attr", "cat", "rel", "global"]), "detailed": "x",
            },
            "groups": {"global": random.choice([None, "animal", "food"]), "local": "x"},
            "semantic": [
                {"operation": o.split(":")[0], "argument": o.split(": ")[-1], "dependencies": []}
                for o in random.choices(STEPS, k=random.randint(1, 5))
            ],
        }
        if balanced or i % 2:
            predictions.append({"questionId": key, "prediction": close(answer)})
    chooser = random.Random(5)
    for key, question in questions.items():
        question["entailed"] = chooser.sample(list(questions), chooser.randint(0, 3)) + [key] * chooser.randint(0, 1)
    given = {p["questionId"] for p in predictions}
    rest = [{"questionId": k, "prediction": chooser.choice([q["answer"], "no"])} for k, q in questions.items() if k not in given]
    write("gqa-questions.json", questions)
    write("gqa-predictions.json", predictions)
    write("gqa-other-predictions.json", rest)
    predicted = {p["questionId"]: p["prediction"] for p in predictions}
    balanced = [q for q in questions if questions[q]["isBalanced"]]
    same = lambda one, other: float(np.mean([one(predicted[q]) == other(questions[q]["answer"]) for q in balanced]) * 100)
    lavis_text = lambda text: lavis.processDigitArticle(lavis.processPunctuation(text))
    table = str.maketrans("", "", string.punctuation)
    # as lmms_eval/api/metrics.py does it, one pair at a time
    numpy_text = lambda text: np.char.translate(np.char.lower(np.asarray([text])), table)[0]
    write("gqa-expected.json", {
        "official": gqa_official(questions, predictions),
        "official-consistency": gqa_official(questions, predictions + rest, "--consistency")["Consistency"],
        "lavis": same(lavis_text, lavis_text),
        "lmms": same(numpy_text, numpy_text),
    })


def gqa_official(questions, predictions, *options):
    """Runs the script on files and reads what it prints, but with all digits."""
    script = (SOURCES / "gqa_eval.py").read_text().replace(":.2f}", ":.12f}")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "eval.py").write_text(script)
        (path / "tqdm.py").write_text("def tqdm(x):\n    return x\n")
        for name, value in {"questions": questions, "predictions": predictions, "sceneGraphs": {}, "choices": {}}.items():
            (path / f"val_{name}.json").write_text(json.dumps(value))
        printed = subprocess.run([sys.executable, "eval.py", "--tier", "val", *options], cwd=path, check=True, capture_output=True, text=True).stdout
    scores = {}
    section = None
    for line in printed.splitlines():
        if found := re.fullmatch(r"(Accuracy / .*):", line):
            section = scores.setdefault(found[1], {})
        elif found := re.fullmatch(r"(\w+): (-?[\d.]+)( \(lower is better\)|%)", line):
            scores[found[1]] = float(found[2])
        elif section is not None and (found := re.fullmatch(r"  (.*): ([\d.]+)% \((\d+) questions\)", line)):
            section[found[1]] = [float(found[2]), int(found[3])]
    return scores


if __name__ == "__main__":
    gqa(vqa())
