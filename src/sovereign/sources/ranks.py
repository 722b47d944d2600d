"""One ranking from several."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

K = 60
"""How little the first ranks stand out (Cormack, Clarke and Büttcher 2009, SIGIR, section 2)."""


def fused(*rankings: Sequence[T]) -> dict[T, float]:
    """Reciprocal rank fusion: 1 / (60 + rank), summed over the rankings, rounded to nine decimals; best first.

    Equal scores stand in the order of the rankings' first mention.
    """
    scores: dict[T, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(dict.fromkeys(ranking), 1):
            scores[item] = scores.get(item, 0.0) + 1 / (K + rank)
    order = sorted(scores, key=lambda item: -round(scores[item], 9))
    return {item: round(scores[item], 9) for item in order}
