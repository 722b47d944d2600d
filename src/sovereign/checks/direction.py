"""Check ``direction``: does the same thing change the same way, against the same thing?

Sees: more and less of a metric, who is compared with whom (a swapped comparison is an opposite one), and, where no metric is
recognised, whether the words of change point the same way.
Cannot see: directions that only follow from the sense of a metric outside its vocabulary.
"""

from __future__ import annotations

import re

from sovereign.language.comparisons import parse
from sovereign.language.metrics import metrics
from sovereign.language.words import content_stems, normalize, stem
from sovereign.records import CheckOutcome, Direction, Result

from .polarity import nearest_clause

_OPPOSITE: dict[Direction, Direction] = {"increase": "decrease", "decrease": "increase", "equal": "equal"}
_UP = frozenset(stem(w) for w in "increase increases raise raises rise rises grow grows higher more greater larger improve improves improved better enhance enhances promote promotes activate activates upregulate accelerate accelerates boost boosts elevate elevated gain exceed exceeds outperform outperforms faster longer stronger".split())  # fmt: skip
_DOWN = frozenset(stem(w) for w in "decrease decreases reduce reduces lower lowers fall falls drop drops less fewer smaller worsen worse impair impairs inhibit inhibits suppress suppresses block blocks prevent prevents downregulate diminish decline shrink cut cuts degrade degrades slower shorter weaker lose loses".split())  # fmt: skip


def alike(a: str | None, b: str | None) -> bool | None:
    """Whether two phrases name one thing: one's content words hold the other's. None when either is missing."""
    if not a or not b:
        return None
    first, second = content_stems(a), content_stems(b)
    if not first or not second:
        return None
    return first <= second or second <= first


def oriented(claim: Result, evidence: Result) -> Direction | None:
    """The evidence's direction seen from the claim's subject: turned round when the comparison is swapped or the metric inverse."""
    if evidence.direction is None:
        return None
    direction = evidence.direction
    if claim.metric and evidence.metric and metrics()[claim.metric].inverse == evidence.metric:
        direction = _OPPOSITE[direction]
    same = alike(claim.subject, evidence.subject)
    swapped = alike(claim.subject, evidence.comparator)
    exact = claim.subject and evidence.subject and content_stems(claim.subject) == content_stems(evidence.subject)
    if swapped and not exact and (not same or alike(claim.comparator, evidence.subject)):
        return _OPPOSITE[direction]
    return direction


def check_direction(claim: str, evidence: str) -> CheckOutcome:
    """Compare the directions of all results with one metric; fall back on words of change."""
    mine = [r for r in parse(claim).results if r.direction]
    theirs = [r for r in parse(evidence).results if r.direction]
    pairs = [(a, b) for a in mine for b in theirs if _one_metric(a, b)]
    if pairs:
        agree = [(a, b) for a, b in pairs if oriented(a, b) == a.direction]
        if agree:
            a, _ = agree[0]
            return CheckOutcome(check="direction", outcome="pass", reason=f"both: {a.direction} of {metrics()[a.metric or ''].label}")
        a, b = pairs[0]
        return CheckOutcome(check="direction", outcome="fail", reason=f"claim: {a.direction}; evidence, seen from the claim's subject: {oriented(a, b)}")
    return _by_words(claim, evidence)


def _one_metric(a: Result, b: Result) -> bool:
    if a.metric is None or b.metric is None:
        return False
    return a.metric == b.metric or metrics()[a.metric].inverse == b.metric or {a.metric, b.metric} == {"latency", "training_time"}


def _by_words(claim: str, evidence: str) -> CheckOutcome:
    mine, theirs = _ways(claim), _ways(nearest_clause(claim, evidence))
    if not mine or not theirs:
        return CheckOutcome(check="direction", outcome="not_applicable" if not mine else "unclear", reason="no direction to compare")
    if mine & theirs:
        return CheckOutcome(check="direction", outcome="pass", reason="words of change point the same way")
    return CheckOutcome(check="direction", outcome="fail", reason="words of change point opposite ways")


def _ways(text: str) -> frozenset[str]:
    words = {stem(w) for w in re.findall(r"[a-z]+", normalize(text).lower())}
    return frozenset(way for way, table in (("up", _UP), ("down", _DOWN)) if words & table)
