"""Where the line between a question and what is not about it lies: works that annotators tied to a question, and works drawn at random."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sovereign.errors import InputError
from sovereign.kernel.plan import plan
from sovereign.kernel.relevance import relevance
from sovereign.models import Embedder

from .sets import rows

LINES = (0.20, 0.25, 0.30, 0.35, 0.40)
MOST = 300  # questions of a set; each asks for two works


class Line(NamedTuple):
    """What a line would do: the share lost of works that are about their question, and passed of those drawn at random."""

    least: float
    lost: float
    passed: float


class Case(NamedTuple):
    question: str
    title: str
    texts: tuple[str, ...]


def cases(data: Path, name: str) -> list[Case]:
    """Questions with a work that is about them."""
    if name == "scifact":
        corpus = {row["doc_id"]: row for row in rows(data, name, "corpus.jsonl")}
        found = [
            Case(row["claim"], corpus[n]["title"], _pieces(corpus[n]["abstract"]))
            for row in rows(data, name, "claims.jsonl")
            for n in row["cited_doc_ids"][:1]
        ]
    else:
        found = [Case(row["question"], "", tuple(row["contexts"])) for row in rows(data, name, "pqal.jsonl")]
    return random.Random(0).sample(found, min(MOST, len(found)))


def lines(found: Sequence[Case], model: Embedder) -> list[Line]:
    """What each line would do."""
    about, chance, rng = [], [], random.Random(1)
    for case in found:
        other = rng.choice([one for one in found if one.texts != case.texts])
        try:
            judge = relevance(plan(case.question), model)
        except InputError:
            continue
        (_, near), (_, far) = judge.near([(case.title, case.texts), (other.title, other.texts)])
        about.append(near)
        chance.append(far)
    return [Line(at, _share(about, at, below=True), _share(chance, at, below=False)) for at in LINES]


def _share(values: Sequence[float], at: float, below: bool) -> float:
    return sum((value < at) == below for value in values) / len(values)


def _pieces(sentences: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(sentences[n : n + 5]) for n in range(0, len(sentences), 5))
