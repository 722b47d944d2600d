"""The graded verdict on a claim and a passage of a document: three small tables of weights, with vetoes over them.

Where no single sentence decides a claim by itself (``verdict``), its sentences are *ranked*; then two scores say whether
the passage *bears* on the claim, and whether it stands *against* it. Each is the sum of signals, each times a weight, put
through the logistic function. Support needs a score and no veto. The weights are in ``weights.json``, with the command
that made them and the hash of the data; they are fitted on people's labels, but anyone can add up the sums again. A score
is no probability: it was fitted on abstracts of one field.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

from sovereign.records import CheckOutcome, Verdict

from . import meaning, signals
from .outcome import checked
from .overlap import terms_of
from .stance import both_deny
from .things import FEW
from .vetoes import VETOES, vetoes

BEARS, AGAINST = 0.5, 0.36  # scores from which a passage bears on a claim, and from which it stands against it
NEAR = 0.3  # score from which a second and a third sentence belong to the decision
LONGEST = 13  # content words of a claim that may be contradicted: 95 of 100 claims of the data have no more
MOST = 3  # sentences that a decision rests on, at most
_SHOWN = 4  # signals that a reason names
TOPIC_VETOES = ("figures", "direction", "subject")
STANCE_VETOES = ("figures", "denial", "direction", "strength", "comparison")
NAMES = {
    "rank": signals.SENTENCE,
    "bears": (*signals.PAIR_TOPIC, *(f"veto_{v}" for v in TOPIC_VETOES)),
    "against": (*signals.PAIR_STANCE, *(f"veto_{v}" for v in STANCE_VETOES)),
}
MEANING = {"rank": meaning.SENTENCE, "bears": meaning.PAIR, "against": ()}  # further signals, where there are cosines


class Line(NamedTuple):
    """One table of weights: ``intercept`` and, per signal, its mean in the data and its weight."""

    intercept: float
    means: tuple[float, ...]
    weights: tuple[float, ...]

    def parts(self, row: Sequence[float]) -> list[float]:
        """What each signal adds to the sum."""
        return [w * (x - m) for w, x, m in zip(self.weights, row, self.means, strict=True)]

    def score(self, row: Sequence[float]) -> float:
        """The sum, between 0 and 1."""
        x = self.intercept + sum(self.parts(row))
        return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


@dataclass(frozen=True)
class Weights:
    """The three tables."""

    rank: Line
    bears: Line
    against: Line


class Passage(NamedTuple):
    """A claim, the title of a work, and sentences of it in their order.

    ``near`` are cosines with the claim, of the sentences and last of the title; empty without an embedder.
    """

    claim: str
    title: str
    sentences: tuple[str, ...]
    near: tuple[float, ...] = ()


@dataclass(frozen=True)
class Graded:
    """Verdict, the indices of all sentences, nearest first, how many of them it rests on, and the checks behind it."""

    verdict: Verdict
    ranked: tuple[int, ...]
    used: int
    checks: tuple[CheckOutcome, ...]
    deciding: tuple[str, ...]
    reason: str


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(resources.files(__package__).joinpath("weights.json").read_text("utf-8"))
    return table


@lru_cache(maxsize=16)
def shipped(with_meaning: bool = False, fold: int | None = None) -> Weights:
    """The weights of words, or of words and meaning, fitted on all documents, or without those of a ``fold``."""
    fits = _table()["words_and_meaning" if with_meaning else "words"]
    return read_weights(fits["all"] if fold is None else fits["folds"][fold], with_meaning)


def fitted_to() -> str:
    """SHA-256 of the embedder's weights whose cosines the weights were fitted to; those of another mean something else."""
    return str(_table()["embedder"])


def names_of(table: str, with_meaning: bool) -> tuple[str, ...]:
    """The signals of a table, in their order."""
    return NAMES[table] + MEANING[table] if with_meaning else NAMES[table]


def read_weights(table: dict[str, Any], with_meaning: bool) -> Weights:
    """Weights from plain data."""
    lines = {}
    for name in NAMES:
        rows, signals_of = table[name]["signals"], names_of(name, with_meaning)
        lines[name] = Line(
            table[name]["intercept"],
            tuple(rows[s][0] for s in signals_of),
            tuple(rows[s][1] for s in signals_of),
        )
    return Weights(**lines)


def sentence_rows(passage: Passage) -> list[list[float]]:
    """The signals of every sentence of a passage, as ``names_of("rank", …)`` names them."""
    claim, title, sentences, near = passage
    return [
        signals.sentence_signals(claim, sentences, i, " ".join([title, *sentences[max(0, i - 2) : i + 2]]))
        + (meaning.sentence_meaning(near, i) if near else [])
        for i in range(len(sentences))
    ]


def ranking(passage: Passage, line: Line) -> list[tuple[float, int]]:
    """Scores and indices of the sentences, best first."""
    scored = [(line.score(row), i) for i, row in enumerate(sentence_rows(passage))]
    return sorted(scored, key=lambda s: (-s[0], s[1]))


def pair_rows(
    passage: Passage, ranked: Sequence[tuple[float, int]]
) -> tuple[list[float], list[float], tuple[CheckOutcome, ...]]:
    """The signals of a passage for ``bears`` and for ``against``, and the vetoes."""
    claim, title, sentences, near = passage
    best = [i for _, i in ranked[:MOST]]
    around = sorted({j for i in best for j in range(i - 2, i + 2) if 0 <= j < len(sentences)})
    found = vetoes(claim, [sentences[i] for i in best], " ".join([title, *(sentences[j] for j in around)]))
    barred = {v.check for v in found if v.outcome == "fail"}
    topic, stance = signals.pair_signals(claim, title, sentences, ranked)
    return (
        [
            *topic,
            *(float(v in barred) for v in TOPIC_VETOES),
            *(meaning.pair_meaning(near, ranked[0][1]) if near else ()),
        ],
        [*stance, *(float(v in barred) for v in STANCE_VETOES)],
        found,
    )


def weigh(passage: Passage, weights: Weights) -> Graded:
    """The graded verdict on a passage of at least one sentence."""
    ranked = ranking(passage, weights.rank)
    topic, stance, found = pair_rows(passage, ranked)
    bears, against = weights.bears.score(topic), weights.against.score(stance)
    outcomes = (
        _scored("bears", bears, bears >= BEARS, weights.bears.parts(topic), bool(passage.near)),
        _scored("against", against, against < AGAINST, weights.against.parts(stance), bool(passage.near)),
        *found,
    )
    barred = [v for v in found if v.outcome == "fail"]
    used = 1 + sum(score >= NEAR for score, _ in ranked[1:MOST])
    verdict, deciding, reason = _verdict(outcomes, barred, bears, against, len(terms_of(passage.claim)))
    if verdict == "CONTRADICT" and both_deny(passage.claim, passage.sentences[ranked[0][1]]):
        verdict, deciding = "NOT_ENOUGH_INFO", ("graded_against",)
        reason = f"the claim and the nearest sentence deny the same: {outcomes[1].reason}"
    return Graded(verdict, tuple(i for _, i in ranked), used, outcomes, deciding, reason)


def _verdict(
    outcomes: Sequence[CheckOutcome], barred: Sequence[CheckOutcome], bears: float, against: float, terms: int
) -> tuple[Verdict, tuple[str, ...], str]:
    scores = "; ".join(o.reason for o in outcomes[:2])
    if bears < BEARS:
        return "NOT_ENOUGH_INFO", ("graded_bears",), f"too little of the claim is decided here: {outcomes[0].reason}"
    if against >= AGAINST and terms > LONGEST:
        reason = (
            f"a claim of {terms} content words says more than one thing, so no part of it is contradicted by a score"
        )
        return "NOT_ENOUGH_INFO", ("graded_against",), f"{reason}: {outcomes[1].reason}"
    if against >= AGAINST and terms <= FEW and any(v.check == "subject" for v in barred):
        return "NOT_ENOUGH_INFO", ("subject",), "; ".join(v.reason for v in barred if v.check == "subject")
    if against >= AGAINST:
        return "CONTRADICT", ("graded_bears", "graded_against"), f"speaks against the claim: {scores}"
    if barred:
        return "NOT_ENOUGH_INFO", tuple(v.check for v in barred), "; ".join(v.reason for v in barred)
    return "SUPPORT", ("graded_bears", "graded_against", *VETOES), f"speaks for the claim: {scores}"


def _scored(name: str, value: float, passes: bool, parts: Sequence[float], with_meaning: bool) -> CheckOutcome:
    named = zip(parts, names_of(name, with_meaning), strict=True)
    largest = sorted(named, key=lambda p: (-abs(p[0]), p[1]))[:_SHOWN]
    told = ", ".join(f"{label.replace('_', ' ')} {part:+.2f}" for part, label in largest)
    plain = checked(f"graded_{name}", "pass" if passes else "fail", f"{name} {value:.2f} ({told})")
    return plain.model_copy(update={"value": round(value, 4)})
