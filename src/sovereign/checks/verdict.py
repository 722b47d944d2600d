"""The one place where outcomes of checks become a verdict.

A pair of claim and evidence sentence gives SUPPORT only if the evidence speaks of the same things, holds every figure of the
claim, and neither denies it nor turns its direction. It gives CONTRADICT only if it speaks of the same things and exactly one
kind of disagreement stands. Everything else is NOT_ENOUGH_INFO: checks that saw nothing never add up to support.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sovereign.records import CheckOutcome, Evidence, Verdict, Verification

from .direction import check_direction
from .lexical import check_lexical
from .number import check_number, check_unit
from .polarity import check_polarity
from .terms import SAME_TOPIC, check_terms


@dataclass(frozen=True)
class Judgement:
    """Verdict on one pair, the checks behind it, and the names of those that decided."""

    verdict: Verdict
    checks: tuple[CheckOutcome, ...]
    deciding: tuple[str, ...]
    reason: str


def judge(claim: str, evidence: str, context: str = "") -> Judgement:
    """Run all pair checks on a claim and one sentence and combine them. ``context``: title line, then sentences before."""
    checks = (
        check_terms(claim, evidence, context),
        check_number(claim, evidence),
        check_unit(claim, evidence),
        check_polarity(claim, evidence),
        check_direction(claim, evidence),
        check_lexical(claim, evidence),
    )
    return _combine({c.check: c for c in checks}, checks)


def _combine(by: dict[str, CheckOutcome], checks: tuple[CheckOutcome, ...]) -> Judgement:
    terms = by["terms"]
    failed = [n for n in ("number", "unit", "polarity", "direction") if by[n].outcome == "fail"]
    if terms.outcome == "fail" or (terms.value or 0.0) < SAME_TOPIC:
        return Judgement("NOT_ENOUGH_INFO", checks, ("terms",), f"not about the same thing: {terms.reason}")
    if {"polarity", "direction"} <= set(failed):
        return Judgement("NOT_ENOUGH_INFO", checks, ("polarity", "direction"), "denied and turned round at once: may say the same")
    if failed:
        if terms.outcome != "pass" and failed == ["number"]:
            return Judgement("NOT_ENOUGH_INFO", checks, ("number", "terms"), f"other figures, perhaps of another thing: {by['number'].reason}")
        return Judgement("CONTRADICT", checks, tuple(failed), "; ".join(by[n].reason for n in failed))
    if terms.outcome != "pass":
        return Judgement("NOT_ENOUGH_INFO", checks, ("terms",), terms.reason)
    blind = [n for n in ("number", "direction") if by[n].outcome == "unclear"]
    if blind:
        return Judgement("NOT_ENOUGH_INFO", checks, tuple(blind), "; ".join(by[n].reason for n in blind))
    deciding = tuple(n for n in ("terms", "number", "unit", "polarity", "direction") if by[n].outcome == "pass")
    return Judgement("SUPPORT", checks, deciding, "same things, same figures, same direction, not denied")


def combine_evidence(anchored: bool, evidence: Sequence[Evidence]) -> Verification:
    """The verdict of a claim from all passages held against it.

    A quote is not its own proof: SUPPORT from the claim's own sentence alone is not ``verified``. Contradiction beside
    support is MIXED. ``independent_groups`` counts supporting groups other than the claim's own.
    """
    own = [e for e in evidence if e.relation == "own_quote"]
    other = [e for e in evidence if e.relation != "own_quote"]
    support = [e for e in other if e.verdict == "SUPPORT"]
    against = [e for e in other if e.verdict == "CONTRADICT"]
    groups = len({e.quote.source_id for e in support if e.relation == "independent"})
    verified = anchored and any(e.relation in ("own_work", "independent") for e in support) and not against
    said = anchored and any(e.verdict == "SUPPORT" for e in own)

    def result(verdict: Verdict, reason: str, deciding: tuple[str, ...]) -> Verification:
        return Verification(
            verdict=verdict, reason=reason, deciding=deciding, anchored=anchored, verified=verified and verdict == "SUPPORT",
            independent_groups=groups, evidence=tuple(evidence),
        )  # fmt: skip

    if not anchored:
        return result("UNCHECKED", "the quote does not stand in the stored text, so nothing rests on it", ("anchor",))
    if against and (support or said):
        return result("MIXED", f"stated by its source, contradicted by {len(against)} other passage(s)", ("evidence",))
    if against:
        return result("CONTRADICT", f"contradicted by {len(against)} passage(s)", ("evidence",))
    if support:
        where = sorted({e.relation.replace("_", " ") for e in support})
        return result("SUPPORT", f"supported by {len(support)} other passage(s): {', '.join(where)}", ("anchor", "evidence"))
    if said:
        return result("SUPPORT", "its source says so; nothing else was found that bears on it", ("anchor", "own_quote"))
    return result("NOT_ENOUGH_INFO", own[0].reason if own else "no passage bears on it", ("own_quote",))
