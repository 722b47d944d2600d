"""What every store of vectors can do. A new one is one file with one class of this shape."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sovereign.errors import InputError, StoreError
from sovereign.records import Model

if TYPE_CHECKING:
    from sovereign.models.ports import Embedder, Vectors


class Passage(NamedTuple):
    """A text to be found by its meaning, and the key of its vector."""

    key: str
    text: str


class Found(NamedTuple):
    """A passage that is near to a query; ``cosine`` is in -1..1."""

    key: str
    cosine: float


class Named(NamedTuple):
    """A model as a store names it."""

    name: str
    dimension: int
    weights: str


class Stored(Model):
    """What a store of vectors holds. ``model`` is empty as long as nothing was stored; ``weights`` is the SHA-256 of the model's
    weights, or the version that a server stated."""

    where: str
    model: str = ""
    dimension: int = 0
    weights: str = ""
    vectors: int = 0


class VectorStore(Protocol):
    """Vectors by the key of their passage, all of one model.

    Vectors outlive the library that they were made for: a passage that comes back is not embedded again. A *collection* names the
    passages of one state of one library; a search looks at these alone. Every method may raise ``StoreError``.
    """

    def require(self, model: Embedder) -> None:
        """Take ``model`` for this store, if it is new.

        Raises:
            InputError: if the vectors in it are of another model, of another dimension, or of other weights.
        """
        ...

    def missing(self, keys: Sequence[str]) -> list[str]:
        """Those of the keys that have no vector yet, in their order."""
        ...

    def put(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Keep vectors, shape (keys, dimension), of length 1. They are kept when this returns, all or none of them.

        Raises:
            StoreError: if the store is no longer of the model that was last required here: it was cleared under way.
        """
        ...

    def collect(self, collection: str, keys: Sequence[str]) -> None:
        """Say which passages a collection has. Collections that were not used for long are forgotten; their vectors stay until all is
        cleared."""
        ...

    def has(self, collection: str) -> bool:
        """Whether a collection was collected, and is not forgotten. It is used by that."""
        ...

    def nearest(self, collection: str, vector: Vectors, limit: int) -> list[Found]:
        """The passages of a collection that are nearest to a vector, shape (dimension,), nearest first; equals in order of key."""
        ...

    def clear(self) -> None:
        """Remove everything, the model's name with it."""
        ...

    def stats(self) -> Stored:
        """What is in it."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


def key_of(text: str) -> str:
    """The key of a passage: a hash of its text, short enough to keep by the hundred thousand."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def refuse_mixing(stored: Stored, model: Embedder) -> None:
    """Refuse to put vectors of two models beside each other: their cosines mean nothing.

    Raises:
        InputError: if ``stored`` has vectors of another model than ``model``.
    """
    if (stored.model, stored.dimension, stored.weights) != (model.name, model.dimension, model.weights):
        raise InputError(
            f"The index at {stored.where} holds vectors of {_said(stored.model, stored.dimension, stored.weights)}, and the "
            f"setting embedder is {_said(model.name, model.dimension, model.weights)}; the two do not compare.",
            "Set embedder back, or make the index anew: sovereign index clear, then sovereign index add.",
        )


def refuse_cleared(where: str, now: Named | None, required: Named | None) -> None:
    """Refuse vectors of a model that a store took, and has no more: another may have been taken since.

    Raises:
        StoreError: if the model of the store is ``now`` another than the one that was ``required``.
    """
    if required is None or now != required:
        raise StoreError(f"the index at {where} was cleared by another process.", "Add your paths again.")


def _said(name: str, dimension: int, weights: str) -> str:
    return f"{name} ({dimension} dimensions{f', version {weights[:12]}' if weights else ''})"
