"""What a model of each kind gives. A provider is a function that returns one of these; a new provider is one file.

Vectors and probabilities never set a verdict: the checks do, and say which model they asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Embedder:
    """Texts to vectors.

    ``weights`` is the SHA-256 of the weights, empty for a provider that has none; keep it with every vector, because
    vectors of different weights do not compare. ``embed`` gives float32 vectors of length 1, shape (texts, dimension),
    and the vector of a text does not depend on the texts beside it.
    """

    name: str
    dimension: int
    weights: str
    embed: Callable[[Sequence[str]], Vectors]


class Probabilities(NamedTuple):
    """That a premise entails a hypothesis, contradicts it, or neither; they add up to 1. As the model says them: uncalibrated."""

    entailment: float
    contradiction: float
    neutral: float


@dataclass(frozen=True)
class Entailer:
    """Premises and hypotheses, as many of each, to one set of probabilities a pair.

    ``weights`` is the SHA-256 of all that was loaded, empty for a provider that loads nothing.
    """

    name: str
    weights: str
    entail: Callable[[Sequence[str], Sequence[str]], list[Probabilities]]


_KEPT = 16_384  # vectors: 25 MB at 384 dimensions. A claim is held against the same sentences more than once
_vectors: dict[tuple[Embedder, str], Vector] = {}


def similarities(embedder: Embedder, text: str, others: Sequence[str]) -> list[float]:
    """Cosine of a text with each of the others, in -1..1."""
    known = {t: _vectors.get((embedder, t)) for t in (text, *others)}
    new = [t for t, vector in known.items() if vector is None]
    found = dict(zip(new, embedder.embed(new), strict=True)) if new else {}
    if len(_vectors) + len(found) > _KEPT:
        _vectors.clear()
    _vectors.update({(embedder, t): vector for t, vector in found.items()})
    vectors = {t: found[t] if vector is None else vector for t, vector in known.items()}
    return [float(vectors[other] @ vectors[text]) for other in others]
