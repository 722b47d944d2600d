"""Logistic regression by Newton's method, in plain Python: the baselines need no library and give the same numbers anywhere.

Small on purpose: tens of features, thousands of rows. Features are standardised; the weights, not the intercept, carry an L2
penalty (Hastie, Tibshirani and Friedman 2009, section 4.4.1).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import mul

Vector = Sequence[float]
Model = Callable[[Vector], float]

_ROUNDS = 12  # Newton steps; it converges in about six


def fit(rows: Sequence[Vector], labels: Sequence[bool], penalty: float = 1.0) -> Model:
    """A function from a row to the probability of True.

    ``penalty`` is the weight of half the squared norm against the summed log loss. With one label only, the model is the
    share of that label.
    """
    if len(set(labels)) < 2:
        share = float(bool(labels) and labels[0])
        return lambda row: share
    means, scales, weights = solved(rows, labels, penalty)
    return lambda row: sigmoid(sum(map(mul, weights, _scaled(row, means, scales))))


def solved(
    rows: Sequence[Vector], labels: Sequence[float], penalty: float
) -> tuple[list[float], list[float], list[float]]:
    """Means and scales of the features, and the weights of the standardised features behind the intercept.

    ``labels`` are True and False, or targets between 0 and 1.
    """
    means, scales = _standard(rows)
    return means, scales, _weights([_scaled(row, means, scales) for row in rows], labels, penalty)


def _standard(rows: Sequence[Vector]) -> tuple[list[float], list[float]]:
    columns = list(zip(*rows, strict=True))
    means = [math.fsum(c) / len(rows) for c in columns]
    spreads = [math.sqrt(math.fsum((x - m) ** 2 for x in c) / len(rows)) for c, m in zip(columns, means, strict=True)]
    # A column of one value says nothing: divided by infinity it is 0 everywhere.
    return means, [s if s > 1e-9 else math.inf for s in spreads]


def _scaled(row: Vector, means: Vector, scales: Vector) -> list[float]:
    """The standardised row, with a 1 for the intercept in front."""
    return [1.0, *((x - m) / s for x, m, s in zip(row, means, scales, strict=True))]


def _weights(data: Sequence[Vector], labels: Sequence[float], penalty: float) -> list[float]:
    size = len(data[0])
    weights = [0.0] * size
    for _ in range(_ROUNDS):
        probabilities = [sigmoid(sum(map(mul, weights, row))) for row in data]
        errors = [p - y for p, y in zip(probabilities, labels, strict=True)]
        curves = [p * (1 - p) for p in probabilities]
        columns = list(zip(*data, strict=True))
        gradient = [
            sum(map(mul, c, errors)) + penalty * w * (i > 0)
            for i, (c, w) in enumerate(zip(columns, weights, strict=True))
        ]
        curved = [list(map(mul, c, curves)) for c in columns]
        hessian = [[sum(map(mul, curved[i], columns[j])) for j in range(i + 1)] for i in range(size)]
        for i in range(size):
            hessian[i][i] += penalty if i else 1e-9
        step = _solve(hessian, gradient)
        weights = [w - s for w, s in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-8:
            break
    return weights


def _solve(lower: list[list[float]], right: list[float]) -> list[float]:
    """The solution of a positive definite system, whose lower triangle is given, by Cholesky's method."""
    size = len(right)
    root: list[list[float]] = []
    for i in range(size):
        row: list[float] = []
        for j in range(i):
            row.append((lower[i][j] - sum(map(mul, row, root[j][:j]))) / root[j][j])
        row.append(math.sqrt(max(lower[i][i] - sum(x * x for x in row), 1e-12)))
        root.append(row)
    forward: list[float] = []
    for i in range(size):
        forward.append((right[i] - sum(map(mul, root[i], forward))) / root[i][i])
    back = [0.0] * size
    for i in reversed(range(size)):
        back[i] = (forward[i] - sum(root[k][i] * back[k] for k in range(i + 1, size))) / root[i][i]
    return back


def sigmoid(x: float) -> float:
    """The logistic function; it overflows nowhere."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
