"""How near sentences lie to a claim in meaning, as numbers: what ``graded`` weighs besides shared words, where there is an embedder.

Cosines tell what is spoken of, and not which way: a sentence and its denial lie close together. So they count for the ranking
of sentences and for whether a passage bears on a claim, and never for whether it stands against it.
"""

from __future__ import annotations

from collections.abc import Sequence

SENTENCE = ("cosine", "cosine_below_best", "cosine_over_mean", "cosine_over_title", "cosine_place")
PAIR = ("cosine_best", "cosine_second", "cosine_mean", "cosine_title", "cosine_first")


def sentence_meaning(near: Sequence[float], index: int) -> list[float]:
    """One sentence; ``near`` are the cosines of all sentences, and last that of the title. Names in ``SENTENCE``."""
    *sentences, title = near
    own = sentences[index]
    nearer = sum(value > own for value in sentences)
    return [own, own - max(sentences), own - sum(sentences) / len(sentences), own - title, nearer / len(sentences)]


def pair_meaning(near: Sequence[float], first: int) -> list[float]:
    """A passage whose best ranked sentence is ``first``; names in ``PAIR``."""
    *sentences, title = near
    best, second = [*sorted(sentences, reverse=True), 0.0][:2]
    return [best, second, sum(sentences) / len(sentences), title, sentences[first]]
