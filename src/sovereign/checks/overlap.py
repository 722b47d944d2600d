"""Which of a claim's words a text holds, in any form, each weighted by how rare it is: "mice" counts less than "rapamycin"."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from sovereign.language.rarity import rarity

from .view import view

_ROOT = 5  # letters that two forms of one word share at least


@lru_cache(maxsize=8192)
def keys_of(text: str) -> frozenset[str]:
    """Every form under which a word of a text may be looked for."""
    seen = view(text)
    found = {k for w in seen.words for k in (*w.keys, *w.stems)} | set(seen.all_stems)
    found |= {a + b for a, b in pairwise([w.text for w in seen.words]) if any(c.isdigit() for c in b) or len(a) < 4}
    return frozenset(found)


@lru_cache(maxsize=8192)
def _roots(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key in keys_of(text):
        found.setdefault(key[:_ROOT], set()).add(key)
    return {root: frozenset(v) for root, v in found.items()}


@lru_cache(maxsize=8192)
def terms_of(text: str) -> tuple[str, ...]:
    """Content words of a text, in order: names with digits whole, no words of change."""
    return tuple(dict.fromkeys(k for w in view(text).words for k in w.keys))


def found_in(terms: Iterable[str], text: str) -> frozenset[str]:
    """Those of the terms that stand in a text, in any form of the word."""
    keys, roots = keys_of(text), _roots(text)
    return frozenset(
        t for t in terms if t in keys or (len(t) >= _ROOT and any(_near(t, o) for o in roots.get(t[:_ROOT], ())))
    )


def _near(a: str, b: str) -> bool:
    """Two stems of one root: they share all but the last letters of the longer one."""
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return same >= max(_ROOT, max(len(a), len(b)) - 4)


def weight(terms: Iterable[str]) -> float:
    return math.fsum(sorted(map(rarity, terms)))


def share(part: Iterable[str], whole: Iterable[str]) -> float:
    return weight(part) / (weight(whole) or 1.0)


@lru_cache(maxsize=8192)
def grams_of(text: str) -> frozenset[str]:
    """Runs of four letters of the content words: they meet where stems do not ("tumorigenic", "tumour")."""
    return frozenset(
        g for w in view(text).words if w.stems for g in (w.text[i : i + 4] for i in range(max(1, len(w.text) - 3)))
    )


def gram_share(claim: str, text: str) -> float:
    mine = grams_of(claim)
    return len(mine & grams_of(text)) / (len(mine) or 1)
