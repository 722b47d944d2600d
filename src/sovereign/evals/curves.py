"""Accuracy against coverage: what share of the decisions is right, as only the stronger ones are kept.

A decision is SUPPORT or CONTRADICT, and right if it is the label that people gave. Its score is the product of the
checker's two: how far the document bears on the claim, times how far it stands for it, or against it. It orders decisions;
it is no probability (``calibration`` makes one of it). A decision that rests on one sentence alone has no score: it is kept
as long as any is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from .metrics import Counts, Figures, intervals, share
from .pairs import Found, Pair

_STEPS = 10  # points of a curve, each with as many more decisions
_ALARMS = 0.10  # share of supported pairs that may be taken for contradicted
AT_TEN = "contradict_recall_at_10"


class Decision(NamedTuple):
    """A claim that was decided: its document, whether rightly, and its score in 0..1, or infinity where it needed none."""

    group: str
    right: bool
    score: float


def decisions(pairs: Sequence[Pair], answers: Sequence[Found]) -> list[Decision]:
    """The decisions among the answers to pairs."""
    return [
        Decision(pair.group, pair.label == found.label, _score(found))
        for pair, found in zip(pairs, answers, strict=True)
        if found.label != "NOT_ENOUGH_INFO"
    ]


def _score(found: Found) -> float:
    if found.scores is None:
        return math.inf
    bears, against = found.scores
    return bears * (against if found.label == "CONTRADICT" else 1 - against)


def at_ten(pairs: Sequence[Pair], answers: Sequence[Found]) -> tuple[float | None, tuple[float, float] | None]:
    """Share of the contradicted pairs that stand against their claim at a cutoff which one in ten supported pairs reaches.

    The cutoff is on the score against the claim alone, wherever the checker has its own; a verdict without a score stands
    at one end, or in the middle where it decides nothing. With its 95 % bootstrap by document at that cutoff; None without a pair of either label.
    """
    scores = [_against(found) for found in answers]
    alarms = sorted((s for p, s in zip(pairs, scores, strict=True) if p.label == "SUPPORT"), reverse=True)
    if not alarms:
        return None, None
    cutoff = alarms[min(int(_ALARMS * len(alarms)), len(alarms) - 1)]
    groups: dict[str, Counts] = {}
    for pair, score in zip(pairs, scores, strict=True):
        found = groups.setdefault(pair.group, Counter())
        if pair.label == "CONTRADICT":
            found.update({"all": 1, "found": int(score > cutoff)})

    def figures(counts: Counts) -> Figures:
        return {AT_TEN: share(counts["found"], counts["all"])}

    return figures(sum(groups.values(), Counter[str]()))[AT_TEN], intervals(groups, figures)[AT_TEN]


def _against(found: Found) -> float:
    if found.scores is None:
        return {"CONTRADICT": 1.0, "SUPPORT": 0.0, "NOT_ENOUGH_INFO": 0.5}[found.label]
    return found.scores[1]


def coverage_curve(pairs: Sequence[Pair], decided: Sequence[Decision]) -> list[dict[str, Any]]:
    """Points of falling threshold: ``coverage`` (share decided) and ``accuracy`` (share right of those) with its ``interval``.

    The last point is the checker as it is. ``threshold`` is None where only decisions without a score are kept. Intervals
    are 95 % bootstraps by document at that threshold.
    """
    thresholds = _thresholds([d.score for d in decided])
    groups: dict[str, Counts] = {pair.group: Counter() for pair in pairs}
    for decision in decided:
        kept = [k for k, threshold in enumerate(thresholds) if decision.score >= threshold]
        groups[decision.group].update(f"kept {k}" for k in kept)
        groups[decision.group].update(f"right {k}" for k in kept if decision.right)

    def accuracies(counts: Counts) -> Figures:
        return {str(k): share(counts[f"right {k}"], counts[f"kept {k}"]) for k in range(len(thresholds))}

    whole = sum(groups.values(), Counter[str]())
    around = intervals(groups, accuracies)
    return [
        {
            "threshold": None if math.isinf(threshold) else round(threshold, 4),
            "coverage": whole[f"kept {k}"] / len(pairs),
            "accuracy": whole[f"right {k}"] / whole[f"kept {k}"],
            "interval": around[str(k)],
        }
        for k, threshold in enumerate(thresholds)
    ]


def _thresholds(scores: Sequence[float]) -> list[float]:
    """Each tenth of the scores, from the highest down, and infinity first where there is one."""
    scored = sorted((s for s in scores if s < math.inf), reverse=True)
    cuts = [scored[math.ceil(k * len(scored) / _STEPS) - 1] for k in range(1, _STEPS + 1) if scored]
    return list(dict.fromkeys([math.inf] * (len(scored) < len(scores)) + cuts))
