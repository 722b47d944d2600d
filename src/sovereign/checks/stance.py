"""How one sentence stands to a claim: changes the same way or the other way, denials, opposites. Nothing here decides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sovereign.language.rarity import rarity

from .changes import Change, changes_of, denied_words, opposites_of
from .overlap import found_in, share, terms_of
from .view import view

_ONE_AXIS = frozenset(("amount", "quality", "speed", "length", "sign", "same"))
_AGREED = 0.5  # share of a denying claim that a sentence denies too


def shares_of_denial(claim: str, text: str) -> tuple[float, float]:
    """Shares of the claim's words that a sentence denies, and that it states."""
    terms, seen = terms_of(claim), view(text)
    here = found_in(terms, text)
    governed: frozenset[int] = frozenset().union(*denied_words(text))
    keys = {k for i in governed for k in (*seen.words[i].keys, *seen.words[i].stems)}
    free = {k for i, w in enumerate(seen.words) if i not in governed for k in (*w.keys, *w.stems)}
    return share(here & keys, terms), share(here & free, terms)


class Stance(NamedTuple):
    """How a sentence stands to the claim; all are shares of the claim, by how rare its words are, or of its changes."""

    agree: float
    oppose: float
    product: float
    denied: float
    opposite: float
    alike: float
    silent: float


@lru_cache(maxsize=16384)
def stance(claim: str, text: str) -> Stance:
    """Hold the claim's words of change, denials and opposites against those of a sentence."""
    mine, theirs = changes_of(claim), changes_of(text)
    terms = terms_of(claim)
    here = found_in(terms, text)
    agree = oppose = silent = 0.0
    for change in mine:
        scored = [(beside(change, o), o) for o in theirs if o.axis == change.axis or {o.axis, change.axis} <= _ONE_AXIS]
        total = math.fsum(sorted(b * b for b, _ in scored))
        if total <= 0:
            silent += 1
            continue
        same = math.fsum(sorted(b * b for b, o in scored if o.sign == change.sign)) / total
        agree += same
        oppose += 1 - same
    n = len(mine) or 1
    behind, stated = shares_of_denial(claim, text)
    denies = bool(denied_words(claim))
    denied = (stated - behind if behind < 0.15 else 0.0) if denies else behind
    ours, others = opposites_of(claim), opposites_of(text)
    sides = {n for n, side in ours if (n, -side) in others and (n, side) not in others}
    both = {n for n, side in ours if (n, side) in others}
    return Stance(
        agree / n, oppose / n, _product(mine, theirs, here), denied, float(len(sides)), float(len(both)), silent / n
    )


def beside(a: Change, b: Change) -> float:
    shared = a.near.keys() & b.near.keys()
    near = math.fsum(sorted(rarity(k) / (2 + a.near[k] + b.near[k]) for k in shared))
    return (0.1 + near) * (1.0 if a.axis == b.axis or "same" in (a.axis, b.axis) else 0.5)


def _product(mine: Sequence[Change], theirs: Sequence[Change], here: frozenset[str]) -> float:
    """1 where the signs multiply to the same, -1 where not: "low A with low B" is "high A with high B"."""
    close = [c for c in theirs if any(far <= 3 for key, far in c.near.items() if key in here)]
    a, b = math.prod(c.sign for c in mine), math.prod(c.sign for c in close)
    return float(a * b) if mine and close else 0.0


def both_deny(claim: str, text: str) -> bool:
    """Whether both deny, and most of what the claim says stands behind the sentence's denial."""
    return bool(denied_words(claim)) and shares_of_denial(claim, text)[0] > _AGREED
