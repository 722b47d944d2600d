"""The weights of the graded verdict: which signals they are for, and where they are read from.

They stand in ``weights.json``, with the command that made them and the hash of the data. Those for words with an entailment
model are fitted to what one model says, because another one's log-odds mean something else: a model of yours brings a file
of its own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from sovereign.errors import InputError
from sovereign.models import Entailer

from . import entailed, signals

_LARGEST = 1e6  # of a weight: sums of larger ones could overflow, and a score would be no number
SHORT = 3  # sentences of a passage that has tables of its own, at most
TOPIC_VETOES = ("figures", "direction", "subject")
STANCE_VETOES = ("figures", "denial", "direction", "strength", "comparison")
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
    """The tables. Those for ``short`` passages are for at most ``SHORT`` sentences; ``again`` is there with an entailment model."""

    rank: Line
    bears: Line
    against: Line
    bears_short: Line
    against_short: Line
    again: Line | None = None

    def scores(self, sentences: int) -> tuple[Line, Line]:
        """What says whether a passage of so many sentences bears on a claim, and whether it stands against it."""
        return (self.bears, self.against) if sentences > SHORT else (self.bears_short, self.against_short)


@lru_cache(maxsize=4)
def read(path: Path | None) -> dict[str, Any]:
    """A file of weights as plain data; the package's own without a path.

    Raises:
        InputError: if it cannot be read.
    """
    file = path or Path(str(resources.files(__package__))) / "weights.json"
    try:
        table = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{file} cannot be read: {str(error)[:200]}", _advice(path)) from None
    if not isinstance(table, dict):
        raise InputError(f"{file} holds no weights.", _advice(path))
    return table


def _advice(path: Path | None) -> str:
    if path is None:
        return "Install the package again, or choose own, none or path:FOLDER as entailer."
    return f"Fit weights to it: python -m sovereign.evals.weights --data DIR --entailer path:{path.parent}"


@lru_cache(maxsize=32)
def fitted(entailer: Entailer | None = None, fold: int | None = None) -> Weights:
    """The weights of words, or of words and this entailer, fitted on all documents, or without those of a ``fold``.

    Raises:
        InputError: if none are fitted to this entailer, or the file with its weights is broken.
    """
    path = entailer.table if entailer else None
    table = read(path)
    if entailer and table.get("entailer") != entailer.weights:
        raise InputError(f"The graded verdict has no weights for the entailer {entailer.name}.", _advice(path))
    try:
        fits = table["words_and_entailment" if entailer else "words"]
        return read_weights(fits["all"] if fold is None else fits["folds"][fold], entailer is not None)
    except (KeyError, TypeError, IndexError, ValueError, OverflowError) as error:
        raise InputError(
            f"{path or 'weights.json'} holds no weights of this version: {error!r}", _advice(path)
        ) from None


def names_of(table: str, entailing: bool) -> tuple[str, ...]:
    """The signals of a table, in their order."""
    return (ENTAILED if entailing else NAMES)[table]


def read_weights(table: dict[str, Any], entailing: bool) -> Weights:
    """Weights from plain data.

    Raises:
        KeyError, TypeError, IndexError, ValueError, OverflowError: if it is of another form, or holds what is no weight.
    """
    lines = {}
    for name in ENTAILED if entailing else NAMES:
        rows, of = table[name]["signals"], names_of(name, entailing)
        means, weights = (tuple(_number(rows[s][k]) for s in of) for k in (0, 1))
        lines[name] = Line(_number(table[name]["intercept"]), means, weights)
    return Weights(**lines)


def _number(value: Any) -> float:
    number = float(value)
    if not abs(number) <= _LARGEST:  # nor is it one that is no number at all
        raise ValueError(f"{number} is no weight")
    return number
