"""Does a decision's score tell how often such decisions are right?

Platt's map (Platt 1999, "Probabilistic outputs for support vector machines") turns the log odds of a score into a probability
that the decided label is right. It is fitted on some documents and measured on others: by the reliability of ten bins
of equal count, and by the expected calibration error (Guo et al. 2017, arXiv:1706.04599, eq. 3) over these bins. A
probability may be shown only for the kind of text that it was measured on.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from .curves import Decision
from .folds import FOLDS, fold_of
from .logistic import sigmoid, solved
from .metrics import SAMPLES, Counts, Figures, intervals, reflected, share

BINS = 10
LEAST = 5 * BINS  # decisions with a score below which nothing is measured
_EDGE = 1e-6  # scores are kept this far from 0 and 1


class PlattMap(NamedTuple):
    """A probability from a score: the logistic function of ``intercept + slope * log odds``."""

    intercept: float
    slope: float

    def probability(self, score: float) -> float:
        """The probability that a decision of this score is right."""
        return sigmoid(self.intercept + self.slope * _log_odds(score))


class Judged(NamedTuple):
    """A decision: its document, whether it was right, and the probability that a map gave it."""

    group: str
    right: bool
    probability: float


def _log_odds(score: float) -> float:
    kept = min(max(score, _EDGE), 1 - _EDGE)
    return math.log(kept / (1 - kept))


def scored(decided: Sequence[Decision]) -> list[Decision]:
    """The decisions that have a score."""
    return [d for d in decided if d.score < math.inf]


def fit_map(decided: Sequence[Decision]) -> PlattMap:
    """Platt's map of scored decisions, fitted to his targets, which keep the odds finite where all were right."""
    right = sum(d.right for d in decided)
    high, low = (right + 1) / (right + 2), 1 / (len(decided) - right + 2)
    rows = [[_log_odds(d.score)] for d in decided]
    (mean,), (scale,), (intercept, slope) = solved(rows, [high if d.right else low for d in decided], penalty=1e-6)
    return PlattMap(intercept - slope * mean / scale, slope / scale)


def calibration(decided: Sequence[Decision]) -> dict[str, Any] | None:
    """Reliability of probabilities that are cross-fitted by document, and the ``map`` of all.

    None of fewer than LEAST decisions with a score, or where these are all of one fold: then nothing is measured.

    ``folds`` counts the decisions of each fold and how many of them are right, ``without_score`` those that have no score, and
    so no probability.
    """
    known = scored(decided)
    if len(known) < LEAST or len({fold_of(d.group) for d in known}) < 2:
        return None
    return {
        "map": fit_map(known)._asdict(),
        **reliability(crossed(known)),
        "folds": [_counted([d for d in known if fold_of(d.group) == fold]) for fold in range(FOLDS)],
        "without_score": _counted([d for d in decided if math.isinf(d.score)]),
    }


def crossed(known: Sequence[Decision]) -> list[Judged]:
    """Scored decisions, each with the probability that the map of the other folds of documents gives it."""
    maps = {fold: fit_map([d for d in known if fold_of(d.group) != fold]) for fold in {fold_of(d.group) for d in known}}
    return [Judged(d.group, d.right, maps[fold_of(d.group)].probability(d.score)) for d in known]


def _counted(decided: Sequence[Decision]) -> dict[str, int]:
    return {"n": len(decided), "right": sum(d.right for d in decided)}


def transferred(known: Sequence[Decision], decided: Sequence[Decision]) -> dict[str, Any]:
    """Reliability of the probabilities that the map of ``known`` decisions gives to others; of LEAST or more."""
    over = fit_map(scored(known))
    return reliability([Judged(d.group, d.right, over.probability(d.score)) for d in scored(decided)])


def reliability(judged: Sequence[Judged]) -> dict[str, Any]:
    """``expected_calibration_error`` with its interval, the bins behind it, and what to hold it against.

    ``if_calibrated`` is the mean error of this many decisions if each were right with just its probability: what chance
    alone makes. ``brier`` is the mean squared error of the probabilities, ``brier_of_share`` that of giving all the one
    share that is right: probabilities that are not below it tell nothing.
    """
    bins = _bins(judged)
    groups: dict[str, Counts] = {j.group: Counter() for j in judged}
    for k, members in enumerate(bins):
        for each in members:
            groups[each.group].update({f"n {k}": 1, f"right {k}": int(each.right)})
    around = intervals(groups, _shares)
    right = sum(j.right for j in judged) / len(judged)
    rng = random.Random(0)
    by_chance = [
        expected_error([j._replace(right=rng.random() < j.probability) for j in judged]) for _ in range(SAMPLES)
    ]
    return {
        "n": len(judged),
        "right": right,
        "expected_calibration_error": expected_error(judged),
        "interval": reflected([[j for j in judged if j.group == group] for group in groups], expected_error),
        "if_calibrated": sum(by_chance) / SAMPLES,
        "brier": sum((j.probability - j.right) ** 2 for j in judged) / len(judged),
        "brier_of_share": right * (1 - right),
        "bins": [
            {
                "n": len(members),
                "probability": _mean_probability(members),
                "right": _share_right(members),
                "interval": around[str(k)],
            }
            for k, members in enumerate(bins)
        ],
    }


def expected_error(judged: Sequence[Judged]) -> float:
    """Expected calibration error: mean distance of probability and share right over bins of equal count."""
    return sum(len(b) * abs(_mean_probability(b) - _share_right(b)) for b in _bins(judged)) / len(judged)


def _bins(judged: Sequence[Judged]) -> list[list[Judged]]:
    """Ten bins of equal count, by rising probability; fewer where there are fewer decisions."""
    ordered = sorted(judged, key=lambda j: j.probability)
    edges = [k * len(ordered) // BINS for k in range(BINS + 1)]
    return [ordered[a:b] for a, b in pairwise(edges) if b > a]


def _mean_probability(members: Sequence[Judged]) -> float:
    return math.fsum(j.probability for j in members) / len(members)


def _share_right(members: Sequence[Judged]) -> float:
    return sum(j.right for j in members) / len(members)


def _shares(counts: Counts) -> Figures:
    return {str(k): share(counts[f"right {k}"], counts[f"n {k}"]) for k in range(BINS)}
