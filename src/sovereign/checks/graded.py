"""The graded verdict on a claim and a passage of a document: three small tables of weights, with vetoes over them.

Where no single sentence decides a claim by itself (``verdict``), its sentences are *ranked*; then two scores say whether
the passage *bears* on the claim, and whether it stands *against* it. Each is the sum of signals, each times a weight, put
through the logistic function. Support needs a score and no veto. The weights are in ``weights.json``, with the command
that made them and the hash of the data; they are fitted on people's labels, but anyone can add up the sums again. A score
is no probability: it was fitted on abstracts of one field.

With an entailment model, what it says of the best ranked sentences ranks them anew and is among the signals of both scores.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

from sovereign.models import Entailer
from sovereign.records import CheckOutcome, Verdict

from . import entailed, signals
from .entailed import Said, pair_entailed, said, sentence_entailed
from .outcome import checked
from .overlap import terms_of
from .stance import both_deny
from .things import FEW
from .vetoes import VETOES, vetoes

BEARS, AGAINST = 0.55, 0.54  # scores from which a passage bears on a claim, and from which it stands against it
SURE = 0.3  # score against a claim below which a model's reading outweighs the vetoes that only see words
NEAR = 0.3  # score from which a second and a third sentence belong to the decision
LONGEST = 15  # content words of a claim that may be contradicted; a longer one says more than one thing
MOST = 3  # sentences that a decision rests on, at most
_SHOWN = 4  # signals that a reason names
TOPIC_VETOES = ("figures", "direction", "subject")
STANCE_VETOES = ("figures", "denial", "direction", "strength", "comparison")
YIELDING = ("denial", "direction", "opposite")  # they know a list of words; the model knows more, and no names or figures
_BEARS = (*signals.PAIR_TOPIC, *(f"veto_{v}" for v in TOPIC_VETOES))
_AGAINST = (*signals.PAIR_STANCE, *(f"veto_{v}" for v in STANCE_VETOES))
NAMES = {
    "rank": signals.SENTENCE, "bears": _BEARS, "against": _AGAINST, "bears_short": _BEARS, "against_short": _AGAINST,
}  # fmt: skip
# Where there is an entailment model, with further signals; "again" ranks the best sentences anew.
ENTAILED = {
    "rank": signals.SENTENCE,
    "again": entailed.SENTENCE,
    **{name: (*of, *entailed.PAIR) for name, of in NAMES.items() if name != "rank"},
}


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
    """The tables; those for ``short`` passages are for no more than ``MOST`` sentences, ``again`` is there with an entailment model."""

    rank: Line
    bears: Line
    against: Line
    bears_short: Line
    against_short: Line
    again: Line | None = None

    def scores(self, sentences: int) -> tuple[Line, Line]:
        """What says whether a passage of so many sentences bears on a claim, and whether it stands against it."""
        return (self.bears, self.against) if sentences > MOST else (self.bears_short, self.against_short)


class Passage(NamedTuple):
    """A claim, the title of a work, and sentences of it in their order."""

    claim: str
    title: str
    sentences: tuple[str, ...]


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
def shipped(entailing: bool = False, fold: int | None = None) -> Weights:
    """The weights of words, or of words and entailment, fitted on all documents, or without those of a ``fold``."""
    fits = _table()["words_and_entailment" if entailing else "words"]
    return read_weights(fits["all"] if fold is None else fits["folds"][fold], entailing)


def fitted_to() -> str:
    """SHA-256 of the entailment model whose probabilities the weights were fitted to; those of another mean something else."""
    return str(_table()["entailer"])


def names_of(table: str, entailing: bool) -> tuple[str, ...]:
    """The signals of a table, in their order."""
    return (ENTAILED if entailing else NAMES)[table]


def read_weights(table: dict[str, Any], entailing: bool) -> Weights:
    """Weights from plain data."""
    lines = {}
    for name in ENTAILED if entailing else NAMES:
        rows, signals_of = table[name]["signals"], names_of(name, entailing)
        lines[name] = Line(
            table[name]["intercept"],
            tuple(rows[s][0] for s in signals_of),
            tuple(rows[s][1] for s in signals_of),
        )
    return Weights(**lines)


def sentence_rows(passage: Passage) -> list[list[float]]:
    """The signals of every sentence of a passage, as ``NAMES["rank"]`` names them."""
    claim, title, sentences = passage
    return [
        signals.sentence_signals(claim, sentences, i, " ".join([title, *sentences[max(0, i - 2) : i + 2]]))
        for i in range(len(sentences))
    ]


def ranking(passage: Passage, line: Line) -> list[tuple[float, int]]:
    """Scores and indices of the sentences, best first."""
    return _sorted((line.score(row), i) for i, row in enumerate(sentence_rows(passage)))


def ranked_again(ranked: Sequence[tuple[float, int]], line: Line, heard: Said) -> list[tuple[float, int]]:
    """The ranking with the sentences that a model was asked about scored anew."""
    asked = ranked[: len(heard.each)]
    scored = [(line.score(sentence_entailed(s, p)), i) for (s, i), p in zip(asked, heard.each, strict=True)]
    return _sorted([*scored, *ranked[len(asked) :]])


def _sorted(scored: Iterable[tuple[float, int]]) -> list[tuple[float, int]]:
    return sorted(scored, key=lambda s: (-s[0], s[1]))


def pair_rows(
    passage: Passage, ranked: Sequence[tuple[float, int]], heard: Said | None = None
) -> tuple[list[float], list[float], tuple[CheckOutcome, ...]]:
    """The signals of a passage for ``bears`` and for ``against``, and the vetoes."""
    claim, title, sentences = passage
    best = [i for _, i in ranked[:MOST]]
    around = sorted({j for i in best for j in range(i - 2, i + 2) if 0 <= j < len(sentences)})
    found = vetoes(claim, [sentences[i] for i in best], " ".join([title, *(sentences[j] for j in around)]))
    barred = {v.check for v in found if v.outcome == "fail"}
    topic, stance = signals.pair_signals(claim, title, sentences, ranked)
    more = pair_entailed(heard) if heard else []
    return (
        [*topic, *(float(v in barred) for v in TOPIC_VETOES), *more],
        [*stance, *(float(v in barred) for v in STANCE_VETOES), *more],
        found,
    )


def weigh(passage: Passage, weights: Weights, entailer: Entailer | None = None) -> Graded:
    """The graded verdict on a passage of at least one sentence; ``weights`` are those for the entailer, if there is one."""
    ranked, heard = ranking(passage, weights.rank), None
    if entailer and weights.again:
        heard = said(entailer, passage.claim, passage.sentences, [i for _, i in ranked])
        ranked = ranked_again(ranked, weights.again, heard)
    topic, stance, found = pair_rows(passage, ranked, heard)
    on, counter = weights.scores(len(passage.sentences))
    bears, against = on.score(topic), counter.score(stance)
    outcomes = (
        _scored("bears", bears, bears >= BEARS, on.parts(topic), heard is not None),
        _scored("against", against, against < AGAINST, counter.parts(stance), heard is not None),
        *found,
    )
    sure = heard is not None and against < SURE
    barred = [v for v in found if v.outcome == "fail" and not (sure and v.check in YIELDING)]
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


def _scored(name: str, value: float, passes: bool, parts: Sequence[float], entailing: bool) -> CheckOutcome:
    named = zip(parts, names_of(name, entailing), strict=True)
    largest = sorted(named, key=lambda p: (-abs(p[0]), p[1]))[:_SHOWN]
    told = ", ".join(f"{label.replace('_', ' ')} {part:+.2f}" for part, label in largest)
    plain = checked(f"graded_{name}", "pass" if passes else "fail", f"{name} {value:.2f} ({told})")
    return plain.model_copy(update={"value": round(value, 4)})
