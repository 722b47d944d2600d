"""One quantity told twice: sentences of two works that say nearly the same with another figure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from sovereign.language.quantities import base_value, dimension, find_quantities
from sovereign.language.words import content_stems
from sovereign.records import Claim, Quantity

from .protocol import key_of
from .sides import TWICE, Found, clashing, split
from .statements import Statement

NEAR = 0.5
SHARED = 6
APART = 1.4
_KINDS = ("ratio", "bytes", "time", "time/token", "rate", "operations")
MOST_COMMON = 60
"""A word of more sentences than this brings none together: it is no sign that two speak of one thing."""
RARE, RARE_WORDS = 10, 2
"""So many words that they share must stand in few sentences: else they share only a way of speaking."""


def told_twice(claims: Sequence[Claim]) -> Iterator[Found]:
    """Pairs of near sentences of different works whose first figures, of one kind, are far apart."""
    figured = [(c, q) for c in claims if "." not in c.id.rpartition("@")[2] and (q := _first(c)) is not None]
    words = [content_stems(c.text) for c, _ in figured]
    often = Counter(w for ws in words for w in ws)
    weight = {w: math.log(1 + len(figured) / n) for w, n in often.items()}
    holding: dict[str, list[int]] = {}
    for n, ws in enumerate(words):
        for w in ws:
            if often[w] <= MOST_COMMON:
                holding.setdefault(w, []).append(n)
    shared = Counter((a, b) for ns in holding.values() for i, a in enumerate(ns) for b in ns[i + 1 :])
    for (i, j), count in sorted(shared.items()):
        if count < SHARED:
            continue
        (a, qa), (b, qb) = figured[i], figured[j]
        if sum(often[w] <= RARE for w in words[i] & words[j]) < RARE_WORDS:
            continue
        both = sum(weight[w] for w in words[i] & words[j])
        least = min(sum(weight[w] for w in words[n]) for n in (i, j))
        if both < NEAR * least or dimension(qa.unit) != dimension(qb.unit) or _numbers(a) == _numbers(b) or _ways(a, b):
            continue
        sides = [_statement(a, qa, words[i]), _statement(b, qb, words[j])]
        kept, pairs = clashing(sides, lambda one, two: max(one.ratio or 1, two.ratio or 1) >= APART * min(one.ratio or 1, two.ratio or 1))  # fmt: skip
        if len(kept) > 1:
            about = " ".join(sorted(words[i] & words[j], key=lambda w: (-weight[w], w))[:4])
            yield Found((sides[0].aspect, about, TWICE), "magnitude", split(kept, lambda s: s.ratio or 1.0), pairs)


def _first(claim: Claim) -> Quantity | None:
    """The first figure of a sentence, if the sentence compares nothing that was read already."""
    if any(r.comparator and r.direction and r.subject and r.comparator_value for r in claim.results):
        return None
    found = (mention.quantity for mention in find_quantities(claim.text))
    return next((q for q in found if q.value > 0 and (q.unit == "%" or dimension(q.unit) in _KINDS)), None)


def _numbers(claim: Claim) -> frozenset[float]:
    return frozenset(m.quantity.value for m in find_quantities(claim.text))


def _ways(a: Claim, b: Claim) -> bool:
    """Whether one speaks of more and the other of less: then they are not one quantity."""
    return {a.main.direction, b.main.direction} == {"increase", "decrease"}


def _statement(claim: Claim, quantity: Quantity, words: frozenset[str]) -> Statement:
    result = claim.main.model_copy(update={"value": quantity, "comparator": None, "comparator_value": None})
    aspect = claim.main.metric or "amount"
    return Statement(
        claim=claim, result=result, work=claim.quote.source_id, aspect=aspect, sign=1, ratio=base_value(quantity) or quantity.value,
        things=(), others=(), classes=(), key=key_of(claim, result, "", None).model_copy(update={"metric": "amount"}),
    )  # fmt: skip
