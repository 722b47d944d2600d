"""Checks ``number`` and ``unit``: are the claim's figures the evidence's figures?

``number`` sees values in any notation (40 %, 0.4x, two fifths; 1.2 TB and 1200 GB), ranges, and whether a figure belongs to
the same metric in both sentences. ``unit`` sees an equal number with another unit (40 GB and 40 MB, percent and points).
Neither can see a figure that must be computed from others, nor a figure that only a table holds.
"""

from __future__ import annotations

from sovereign.language.comparisons import parse
from sovereign.language.metrics import metrics
from sovereign.language.quantities import base_value, dimension, find_quantities
from sovereign.records import CheckOutcome, Quantity, Result

_SLACK = {"exact": 0.0, "about": 0.05, "at_least": 0.0, "at_most": 0.0}


def _figures(text: str) -> list[Quantity]:
    return [m.quantity for m in find_quantities(text)]


def _digits(text: str) -> float:
    """Half a unit of the last printed place: 0.5 for "40", 0.05 for "17.4"."""
    number = "".join(c for c in text if c.isdigit() or c == ".").strip(".")
    decimals = len(number.partition(".")[2])
    return float(0.5 * 10.0**-decimals)


def same_value(claim: Quantity, evidence: Quantity) -> bool:
    """Equal within the precision that the claim prints; "about" allows 5 %. "Up to 40 %" does not give an exact 40 %."""
    if claim.bound in ("exact", "about") and evidence.bound in ("at_least", "at_most"):
        return False
    if dimension(claim.unit) != dimension(evidence.unit):
        return False
    a, b = base_value(claim), base_value(evidence)
    scale = a / claim.value if claim.value else 1.0
    slack = max(1e-9 * abs(b), abs(a) * max(_SLACK[claim.bound], _SLACK[evidence.bound]))
    if claim.unit != evidence.unit or claim.text != evidence.text:
        slack = max(slack, min(_digits(claim.text) * abs(scale), 0.005 * abs(a)) if claim.unit != evidence.unit else 0.0)
    if abs(a - b) > slack + 1e-12:
        return False
    if (claim.upper is None) != (evidence.upper is None):
        return False
    return claim.upper is None or evidence.upper is None or abs(claim.upper - evidence.upper) <= 1e-9 * abs(evidence.upper)


def _metric_of(quantity: Quantity, results: tuple[Result, ...]) -> str | None:
    for result in results:
        if quantity in (result.value, result.comparator_value):
            return result.metric
    return None


def same_metric(a: str | None, b: str | None) -> bool:
    """Equal, or one of them unknown, or one the inverse of the other (latency and throughput)."""
    return a is None or b is None or a == b or metrics()[a].inverse == b or {a, b} == {"latency", "training_time"}


def check_number(claim: str, evidence: str) -> CheckOutcome:
    """Every figure of the claim must stand in the evidence, for the same metric."""
    wanted = _figures(claim)
    if not wanted:
        return CheckOutcome(check="number", outcome="not_applicable", reason="the claim has no figure")
    found = _figures(evidence)
    claim_results, evidence_results = parse(claim).results, parse(evidence).results
    missing: list[str] = []
    rivals: list[str] = []
    for quantity in wanted:
        metric = _metric_of(quantity, claim_results)
        alike = [q for q in found if same_value(quantity, q)]
        if any(same_metric(metric, _metric_of(q, evidence_results)) for q in alike):
            continue
        if alike:
            other = _metric_of(alike[0], evidence_results)
            rivals.append(f"{quantity.text} is a figure of {other} there, not of {metric}")
            continue
        missing.append(quantity.text)
        rivals += [
            f"{quantity.text} against {q.text}"
            for q in found
            if dimension(q.unit) == dimension(quantity.unit) and base_value(q) != base_value(quantity) and same_metric(metric, _metric_of(q, evidence_results))
        ]
    if rivals:
        return CheckOutcome(check="number", outcome="fail", reason="; ".join(rivals[:3]))
    if missing:
        return CheckOutcome(check="number", outcome="unclear", reason=f"no figure to hold against {', '.join(missing)}")
    return CheckOutcome(check="number", outcome="pass", reason=f"all figures found: {', '.join(q.text for q in wanted)}")


def check_unit(claim: str, evidence: str) -> CheckOutcome:
    """An equal number with a unit of another kind or size is another figure."""
    wanted = [q for q in _figures(claim) if q.unit]
    found = _figures(evidence)
    if not wanted or not found:
        return CheckOutcome(check="unit", outcome="not_applicable", reason="no unit to compare")
    clashes = []
    for quantity in wanted:
        if any(same_value(quantity, q) for q in found):
            continue
        clashes += [f"{quantity.text} against {q.text}" for q in found if q.value == quantity.value and q.unit and q.unit != quantity.unit]
    if clashes:
        return CheckOutcome(check="unit", outcome="fail", reason="; ".join(clashes[:3]))
    if all(any(same_value(quantity, q) for q in found) for quantity in wanted):
        return CheckOutcome(check="unit", outcome="pass", reason="units agree")
    return CheckOutcome(check="unit", outcome="unclear", reason="no figure of that size to compare units with")
