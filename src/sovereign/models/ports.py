"""What a model of each kind gives. A provider is a function that returns one of these; a new provider is one file.

Vectors and probabilities never set a verdict: the checks do, and say which model they asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Embedder:
    """Texts to vectors.

    ``weights`` is the SHA-256 of the weights, for a server the version that it states, empty for a provider that has none; keep
    it with every vector, because vectors of different weights do not compare. ``embed`` gives float32 vectors of length 1, shape
    (texts, dimension), and the vector of a text does not depend on the texts beside it. ``ask`` does the same for queries, of a
    model that was trained to tell them from passages.
    """

    name: str
    dimension: int
    weights: str
    embed: Callable[[Sequence[str]], Vectors]
    ask: Callable[[Sequence[str]], Vectors] | None = None

    def queries(self, texts: Sequence[str]) -> Vectors:
        """The vectors of queries, shape (texts, dimension)."""
        return (self.ask or self.embed)(texts)


class Probabilities(NamedTuple):
    """That a premise entails a hypothesis, contradicts it, or neither; they add up to 1. As the model says them: uncalibrated."""

    entailment: float
    contradiction: float
    neutral: float


@dataclass(frozen=True)
class Entailer:
    """Premises and hypotheses, as many of each, to one set of probabilities a pair.

    ``weights`` is the SHA-256 of all that was loaded, empty for a provider that loads nothing. ``without`` gives the same model
    fitted without one fold of the documents that it was fitted to, for measuring on that fold; None where it was fitted to none.
    ``table`` is the file with the weights of the graded verdict for it, where they do not come with this package.
    """

    name: str
    weights: str
    entail: Callable[[Sequence[str], Sequence[str]], list[Probabilities]]
    without: Callable[[int], Entailer] | None = None
    table: Path | None = None


def similarities(embedder: Embedder, text: str, others: Sequence[str]) -> list[float]:
    """Cosine of a text with each of the others, in -1..1."""
    vectors = embedder.embed([text, *others])
    return [float(value) for value in vectors[1:] @ vectors[0]]
