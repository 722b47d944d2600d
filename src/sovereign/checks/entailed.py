"""What an entailment model says of a passage, as numbers: what ``graded`` weighs beside words, where there is a model.

Sees: that another word means the same, or the opposite, as far as the model learnt it. Cannot see: figures, units and names,
which such models confuse; the vetoes stay over it. It is asked about the best ranked sentences, each by itself and as one
text. Nothing it says decides: its log-odds are signals among others, and their weights are fitted to people's labels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from sovereign.models import Entailer, Probabilities

ASKED = 3  # sentences that it is asked about by themselves
_LEAST = 1e-4  # probabilities beyond which log-odds say no more
SENTENCE = ("rank_by_words", "entailed", "contradicted", "undecided")
PAIR = (
    "entailed_whole", "contradicted_whole", "undecided_whole", "entailed_most", "contradicted_most", "undecided_least",
    "entailed_first", "contradicted_first", "undecided_first",
)  # fmt: skip


class Said(NamedTuple):
    """Of the best ranked sentences as one text, and of each by itself, in the order of their ranks."""

    whole: Probabilities
    each: tuple[Probabilities, ...]


def said(entailer: Entailer, claim: str, sentences: Sequence[str], ranked: Sequence[int]) -> Said:
    """Ask about the first ``ASKED`` of the ranked sentences; as one text they stand in the document's order."""
    best = ranked[:ASKED]
    texts = [together(sentences, best), *(sentences[i] for i in best)]
    whole, *each = entailer.entail(texts, [claim] * len(texts))
    return Said(whole, tuple(each))


def together(sentences: Sequence[str], places: Sequence[int]) -> str:
    """Sentences as one text, in their order."""
    return " ".join(sentences[i] for i in sorted(places))


def sentence_entailed(score: float, one: Probabilities) -> list[float]:
    """One sentence that words gave this score; names in ``SENTENCE``."""
    return [_log_odds(score), *map(_log_odds, one)]


def pair_entailed(said: Said) -> list[float]:
    """A passage; names in ``PAIR``. Log-odds are of entailment, contradiction and neither, in this order."""
    entailed, contradicted, neutral = zip(*said.each, strict=True)
    edge = (max(entailed), max(contradicted), min(neutral))
    return [_log_odds(p) for p in (*said.whole, *edge, *said.each[0])]


def _log_odds(p: float) -> float:
    return math.log(max(p, _LEAST) / max(1 - p, _LEAST))
