"""What the dimensions share: the claims they look at, the check outcomes that count, and an assessment in parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from ..records import CheckOutcome, Claim, Evidence
from .published import Published

Named = Literal[
    "evidence_strength", "citation_grounding", "numerical_consistency", "benchmark_validity",
    "novelty", "uncertainty_disclosure", "reproducibility_status", "safety_impact",
]  # fmt: skip
NUMERIC = ("number", "unit", "direction", "figures", "comparison", "cells_*")
"""Checks of figures; ``cells_*`` are computations over cells of a table, named by their operation."""


class Assessed(NamedTuple):
    """A share 0..1, or None where nothing was assessed; in words, by which checks, from which counts, and what is missing."""

    share: float | None
    basis: str
    checks: tuple[str, ...]
    counts: dict[str, int]
    missing: tuple[str, ...] = ()


def missing(checks: Sequence[str], *what: str) -> Assessed:
    """UNASSESSED, and what was not there."""
    return Assessed(None, f"not assessed: {'; '.join(what)}", tuple(checks), {}, what)


def cited_claims(published: Published) -> tuple[Claim, ...]:
    """The claims that the answer rests on, in their order in the record."""
    cited = set(published.record.answer.cited())
    return tuple(c for c in published.record.claims if c.id in cited)


def evidence_of(claim: Claim) -> tuple[Evidence, ...]:
    """All that was held against a claim."""
    return claim.verification.evidence if claim.verification else ()


def decided(checks: Iterable[CheckOutcome]) -> bool:
    """Whether any check passed or failed, of those that may decide."""
    return any(c.decides and c.outcome in ("pass", "fail") for c in checks)


def passed(evidence: Evidence, name: str) -> bool:
    """Whether that check passed on that evidence; what did not run did not pass."""
    return any(c.check == name and c.outcome == "pass" for c in evidence.checks)


def numeric(evidence: Evidence) -> bool:
    """Evidence beside the claim's own sentence that decided, by a check of figures or by cells of a table."""
    if evidence.relation == "own_quote" or evidence.verdict not in ("SUPPORT", "CONTRADICT"):
        return False
    return decided(c for c in evidence.checks if c.check in NUMERIC or c.check.startswith("cells_"))


def own_quote(claim: Claim) -> Evidence | None:
    """The claim held against its own sentence, None if it was not."""
    return next((e for e in evidence_of(claim) if e.relation == "own_quote"), None)


def checked(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims on which a check decided anything."""
    return tuple(c for c in claims if any(decided(e.checks) for e in evidence_of(c)))
