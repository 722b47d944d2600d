"""Equality of quantities, and of the metrics that they measure: what the checks ``number`` and ``unit`` rest on.

Two figures are equal if their values are. If the claim says "about", or gives the value in another notation (percent
for a ratio, TB for GB, "6.7 billion" for 6,738,415,616), the evidence's value rounded to the claim's printed places is
enough.
"""

from __future__ import annotations

import math
import re

from sovereign.language.metrics import metrics
from sovereign.language.quantities import base_value, dimension
from sovereign.records import Quantity

_PRINTED = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+")
_FURTHEST = 0.05  # share of the value that rounding may move: 1.4 TB is not "about 1 TB"


def same_value(claim: Quantity, evidence: Quantity) -> bool:
    """Whether the evidence's figure gives the claim's. A range needs both ends.

    A bound gives no exact figure ("up to 40 %" is not 40 %); an exact figure gives the bound that it lies on.
    """
    if dimension(claim.unit) != dimension(evidence.unit) or (claim.upper is None) != (evidence.upper is None):
        return False
    if _per(claim) != _per(evidence):
        return False
    if evidence.bound in ("at_least", "at_most") and claim.bound != evidence.bound:
        return False
    return all(_same_end(claim, evidence, end) for end in range(1 if claim.upper is None else 2))


def _per(quantity: Quantity) -> str:
    """What a rate counts and what a time is per: requests per second are no tokens per second."""
    head, _, item = quantity.unit.partition("/")
    return head if dimension(quantity.unit) == "rate" else item


def _same_end(claim: Quantity, evidence: Quantity, end: int) -> bool:
    mine, theirs = _base(claim, end), _base(evidence, end)
    if math.isclose(mine, theirs, rel_tol=1e-9):
        return True
    places, others = _half_place(claim, end), _half_place(evidence, end)
    if claim.bound != "about" and claim.unit == evidence.unit and _scale(claim, end) == _scale(evidence, end):
        return False
    # "A third" prints no places of its own; then the evidence's count.
    slack = others if places is None else places
    return slack is not None and abs(mine - theirs) <= min(slack * (1 + 1e-9), _FURTHEST * abs(theirs))


def compatible(a: Quantity, b: Quantity) -> bool:
    """Whether both may be true of one thing: their ranges meet, with bounds, "about" and rounding allowed for."""
    (low, high), (other_low, other_high) = _span(a), _span(b)
    return low <= other_high and other_low <= high


def _span(quantity: Quantity) -> tuple[float, float]:
    low, high = _base(quantity, 0), _base(quantity, 1)
    slack = max(_half_place(quantity, 0) or 0.0, abs(low) * _FURTHEST if quantity.bound == "about" else 0.0)
    slack = min(slack, _FURTHEST * abs(low))
    return (
        -math.inf if quantity.bound == "at_most" else low - slack,
        math.inf if quantity.bound == "at_least" else high + slack,
    )


def _base(quantity: Quantity, end: int) -> float:
    if end == 0 or quantity.upper is None:
        return base_value(quantity)
    return base_value(quantity.model_copy(update={"value": quantity.upper}))


def _printed(quantity: Quantity, end: int) -> str | None:
    found = _PRINTED.findall(quantity.text)
    return found[-1 if end else 0] if found else None


def _scale(quantity: Quantity, end: int) -> float:
    """What the printed number is multiplied with to give the value in its unit: 1e9 for "6.7 billion"."""
    printed = _printed(quantity, end)
    number = float(printed.replace(",", "")) if printed else 0.0
    value = quantity.upper if end and quantity.upper is not None else quantity.value
    return float(f"{abs(value) / number:.6g}") if number else 0.0


def _half_place(quantity: Quantity, end: int) -> float | None:
    """Half a unit of the last printed place, in the base unit; None for a number written as a word."""
    printed = _printed(quantity, end)
    if printed is None:
        return None
    unit = base_value(quantity.model_copy(update={"value": 1.0}))
    return 0.5 * 10.0 ** -len(printed.partition(".")[2]) * _scale(quantity, end) * unit


def inverse(a: str | None, b: str | None) -> bool:
    """Whether two metrics measure one thing the other way round (latency and throughput)."""
    return a is not None and b is not None and metrics()[a].inverse == b


def same_metric(a: str | None, b: str | None) -> bool:
    """Equal, or one of them unknown, or one the inverse of the other, or both a time whose phase may be left unsaid."""
    return a is None or b is None or a == b or inverse(a, b) or {a, b} == {"latency", "training_time"}
