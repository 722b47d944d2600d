"""Outcomes of checks, and the verdict that is combined from them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Model
from .quote import Quote
from .rationale import Rationale

Verdict = Literal["SUPPORT", "CONTRADICT", "MIXED", "NOT_ENOUGH_INFO", "UNCHECKED"]
Outcome = Literal["pass", "fail", "unclear", "not_applicable"]
Relation = Literal["own_quote", "own_work", "independent", "not_independent", "unknown"]
Scope = Literal["same", "narrower", "broader", "not_comparable"]


class CheckOutcome(Model):
    """What one check saw. ``decides`` is false for checks that are reported only; ``value`` is their figure, if any."""

    check: str
    outcome: Outcome
    reason: str
    decides: bool = True
    value: float | None = None


class Evidence(Model):
    """One passage held against a claim.

    ``relation`` says whose passage it is: the sentence the claim was taken from, another passage of the same work,
    a work of an independent group, a work of the same group, or one whose authors are not known. ``rationale`` is there
    where a table was held against the claim; ``quote`` is then the part of the table's text that holds its cells.
    """

    quote: Quote
    relation: Relation
    verdict: Verdict
    scope: Scope
    checks: tuple[CheckOutcome, ...]
    reason: str
    claim_id: str | None = None
    rationale: Rationale | None = Field(default=None, exclude_if=lambda value: value is None)


class Verification(Model):
    """The verdict of a claim and all it rests on. ``deciding`` names the checks that set it.

    ``verified`` is true only for SUPPORT from evidence other than the claim's own sentence.
    """

    verdict: Verdict
    reason: str
    deciding: tuple[str, ...]
    anchored: bool
    verified: bool
    independent_groups: int
    evidence: tuple[Evidence, ...]
