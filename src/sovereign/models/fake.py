"""Models without weights: for tests, and to try what uses a model where none is installed. They measure shared words alone.

Deterministic: the same texts give the same figures on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sovereign.language.words import content_stems, overlap, tokens

from .ports import Embedder, Entailer, Probabilities

if TYPE_CHECKING:
    from .ports import Vectors

DIMENSION = 256
_DENIALS = frozenset({"not", "no", "never", "without", "cannot", "neither", "nor", "fails", "lacks"})


def fake_embedder() -> Embedder:
    """Feature hashing of word stems (Weinberger et al. 2009, arXiv:0902.2206)."""
    return Embedder("fake: hashed stems", DIMENSION, "", _embed)


def _embed(texts: Sequence[str]) -> Vectors:
    import numpy as np

    vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
    for row, text in enumerate(texts):
        # A text without words has a direction of its own, so that every vector has length 1.
        for stem in sorted(content_stems(text)) or [""]:
            digest = hashlib.blake2b(stem.encode("utf-8", "replace"), digest_size=4).digest()
            vectors[row, int.from_bytes(digest[:2], "big") % DIMENSION] += 1.0 if digest[2] % 2 else -1.0
        if not vectors[row].any():  # two stems that cancelled each other out
            vectors[row, 0] = 1.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def fake_entailer() -> Entailer:
    """Shared words say how far a premise bears on a hypothesis; an odd number of denials between them turns it round."""
    return Entailer("fake: shared words", "", _entail)


def _entail(premises: Sequence[str], hypotheses: Sequence[str]) -> list[Probabilities]:
    return [_pair(premise, hypothesis) for premise, hypothesis in zip(premises, hypotheses, strict=True)]


def _pair(premise: str, hypothesis: str) -> Probabilities:
    bears = overlap(content_stems(hypothesis), content_stems(premise))
    denied = sum(word in _DENIALS for text in (premise, hypothesis) for word in tokens(text)) % 2
    agrees = 0.9 * bears * (1 - denied)
    differs = 0.9 * bears * denied
    return Probabilities(agrees, differs, 1 - agrees - differs)
