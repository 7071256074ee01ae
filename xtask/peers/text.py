"""What TF-IDF with a linear model reaches on the labelled texts that Calmline's readings are measured on.

Usage: text.py DATA, the folder of the labelled data. Prints one JSON line: figures by set. Measurement only.
"""

import collections
import csv
import json
import random
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, average_precision_score, f1_score
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

DATA = Path(sys.argv[1]) / "text"


def table(path, text, label):
    with open(DATA / path, encoding="utf-8-sig", newline="") as file:
        return [(row[text], row[label]) for row in csv.DictReader(file)]


def goemotions(part):
    groups = {"1": "negative", "2": "neutral", "3": "positive"}
    lines = (DATA / f"emotion/goemotions_group_{part}.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return [(row[0], groups[row[1]]) for row in rows if len(row) > 1 and row[1] in groups]


def convabuse(part):
    """The majority of the annotators; a degree below 0 is abuse."""
    rows = []
    with open(DATA / f"abuse/convabuse_{part}.csv", encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        head = next(reader)
        text = head.index("user")
        votes = [(at, int(name.split("_is_abuse.")[1])) for at, name in enumerate(head) if "_is_abuse." in name]
        for row in reader:
            said = [degree < 0 for at, degree in votes if row[at] not in ("", "0", "0.0")]
            if said:
                rows.append((row[text], str(int(2 * sum(said) > len(said)))))
    return rows


def ewect(part):
    emotions = {"happy": "joy", "angry": "anger", "sad": "sadness", "fear": "fear", "surprise": "surprise", "neutral": "neutral"}
    rows = json.loads((DATA / f"emotion/ewect_virus_{part}.json").read_text(encoding="utf-8"))
    return [(row["content"], emotions[row["label"]]) for row in rows if row["label"] in emotions]


def words():
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)


def characters():
    return TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)


def reading(train, test, features):
    model = make_pipeline(features, LogisticRegression(C=3, max_iter=2000))
    model.fit(*zip(*train))
    texts, truth = zip(*test)
    told = model.predict(texts)
    scores = model.predict_proba(texts)
    classes = list(model.classes_)
    if len(classes) == 2:
        precision = average_precision_score([one == classes[1] for one in truth], scores[:, 1])
    else:
        present = [at for at, name in enumerate(classes) if name in set(truth)]
        precision = np.mean([average_precision_score([t == classes[at] for t in truth], scores[:, at]) for at in present])
    return {
        "accuracy": round(accuracy_score(truth, told), 4),
        "macro_f1": round(f1_score(truth, told, average="macro"), 4),
        "average_precision": round(float(precision), 4),
    }


def intents(train, test, outside=None):
    parts = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    model = make_pipeline(make_union(words(), parts), LinearSVC())
    model.fit(*zip(*train))
    texts, truth = zip(*test)
    model.predict(texts)
    began = time.process_time()
    told = model.predict(texts)
    took = time.process_time() - began
    right = [(t == s, t == outside) for t, s in zip(truth, told)]
    within = [one for one, out in right if not out]
    beyond = [one for one, out in right if out]
    return {
        "accuracy": round(sum(within) / len(within), 4),
        "oos_recall": round(sum(beyond) / len(beyond), 4) if beyond else None,
        "texts_per_cpu_s": round(len(texts) / max(took, 1e-6)),
    }


def few(rows, shots, seed):
    by_label = collections.defaultdict(list)
    for text, label in rows:
        by_label[label].append(text)
    draw = random.Random(seed)
    return [(text, label) for label in sorted(by_label) for text in draw.sample(by_label[label], shots)]


def main():
    banking = [table(f"intents/banking77_{part}.csv", "text", "category") for part in ("train", "test")]
    clinc = {part: table(f"intents/clinc150_{part}.csv", "text", "intent") for part in ("train", "oos_train", "test", "oos_val")}
    figures = {
        "goemotions": reading(goemotions("train"), goemotions("test"), words()),
        "convabuse": reading(convabuse("train"), convabuse("valid"), words()),
        "cold": reading(*(table(f"abuse/cold_{part}.csv", "TEXT", "label") for part in ("train", "dev")), characters()),
        "ewect": reading(ewect("train"), ewect("eval"), characters()),
        "banking77": intents(*banking),
        "banking77_10_1": intents(few(banking[0], 10, 1), banking[1]),
        "banking77_10_2": intents(few(banking[0], 10, 2), banking[1]),
        "clinc150": intents(clinc["train"] + clinc["oos_train"], clinc["test"] + clinc["oos_val"], "oos"),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
