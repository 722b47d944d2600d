"""``quality-dimensions``: eight dimensions, each computed from named checks of the record, or UNASSESSED with what is missing.

None is derived from the review score, the tier, the number of claims alone or a DOI. Where a check did not decide, it counts for
nothing: it stands in the denominator and never in the numerator.
"""

from __future__ import annotations

from typing import Any, Final, get_args

from pydantic import Field

from ..records import Model
from .assessed import Assessed, Named, cited_claims, missing
from .benchmark_dimension import benchmark_validity
from .envelope import Envelope, envelope
from .evidence_dimensions import citation_grounding, evidence_strength, numerical_consistency
from .published import Published
from .run_dimensions import novelty, reproducibility_status, uncertainty_disclosure
from .scale import HIGH_FROM, MEDIUM_FROM, DimensionLevel, level_of

_LIMITATIONS = (
    "Each score is a share of what was checked by the named checks; what they cannot see, it does not show.",
    "The cuts are a convention, not fitted to anything.",
)
DEFINITIONS: Final[dict[Named, str]] = {
    "evidence_strength": "How directly and sufficiently the cited sources support the main claims.",
    "citation_grounding": "Whether claims are tied to inspectable source material and citations.",
    "numerical_consistency": "Whether reported numbers, units, ranges, and comparisons are internally consistent.",
    "benchmark_validity": "Whether task, dataset, metric and protocol of compared numbers are stated and the same.",
    "novelty": "Whether the record holds more than restatements: figures measured or computed here that no source of it states.",
    "uncertainty_disclosure": "Whether what the checks left open, or found against a claim, is said in the record.",
    "reproducibility_status": "Whether texts, results, code and models support that a reader runs it again, and whether it was run again.",
    "safety_impact": "Whether risks and effects of what is claimed were examined.",
}
SAFETY_CHECKS: Final = ("safety", "impact")
"""Names of checks that this dimension would be computed from. No check of this release has one of them."""


class Dimension(Model):
    """One dimension. ``basis`` says in words how ``counts`` of ``checks`` gave ``score``; ``missing`` what was not there to assess it."""

    score: float | None = Field(ge=0, le=10)
    level: DimensionLevel
    basis: str
    definition: str
    checks: tuple[str, ...]
    counts: dict[str, int]
    missing: tuple[str, ...]


class Dimensions(Model):
    """All eight."""

    evidence_strength: Dimension
    citation_grounding: Dimension
    numerical_consistency: Dimension
    benchmark_validity: Dimension
    novelty: Dimension
    uncertainty_disclosure: Dimension
    reproducibility_status: Dimension
    safety_impact: Dimension


class QualityDimensions(Envelope):
    """The eight dimensions of a record."""

    model_config = Envelope.model_config | {
        "json_schema_extra": {
            "x-dimensions": [{"dimension": name, "definition": text} for name, text in DEFINITIONS.items()],
            "x-levels": [
                {
                    "level": "UNASSESSED",
                    "definition": "No named check decided anything; missing says what was not there.",
                },
                {"level": "LOW", "definition": f"A score below {MEDIUM_FROM:g}."},
                {"level": "MEDIUM", "definition": f"A score from {MEDIUM_FROM:g} on, below {HIGH_FROM:g}."},
                {"level": "HIGH", "definition": f"A score from {HIGH_FROM:g} on."},
            ],
        }
    }

    record_id: str
    dimensions: Dimensions
    interpretation: str


def quality_dimensions(published: Published) -> QualityDimensions:
    """The dimensions of a record; a function of its checks and of the ledger's events of reruns."""
    found: dict[Named, Assessed] = {
        "evidence_strength": evidence_strength(published),
        "citation_grounding": citation_grounding(published),
        "numerical_consistency": numerical_consistency(published),
        "benchmark_validity": benchmark_validity(published),
        "novelty": novelty(published),
        "uncertainty_disclosure": uncertainty_disclosure(published),
        "reproducibility_status": reproducibility_status(published),
        "safety_impact": _safety_impact(published),
    }
    assert set(found) == set(get_args(Named))
    made: dict[str, Any] = {name: _dimension(name, assessed) for name, assessed in found.items()}
    return QualityDimensions(
        **envelope("quality-dimensions", "check outcomes of the cited claims and events of reruns", *_LIMITATIONS),
        record_id=published.subject,
        dimensions=Dimensions(**made),
        interpretation="A dimension says what the named checks found of it. UNASSESSED is neither good nor bad: nothing decided it.",
    )


def _dimension(name: Named, found: Assessed) -> Dimension:
    score = None if found.share is None else round(10 * found.share, 2)
    return Dimension(
        score=score,
        level=level_of(score),
        basis=found.basis,
        definition=DEFINITIONS[name],
        checks=found.checks,
        counts=found.counts,
        missing=found.missing,
    )


def _safety_impact(published: Published) -> Assessed:
    """The share of cited claims that such a check passed; no check of this release does that."""
    claims = cited_claims(published)
    outcomes = [
        c.outcome
        for claim in claims
        if claim.verification
        for e in claim.verification.evidence
        for c in e.checks
        if c.check in SAFETY_CHECKS and c.outcome in ("pass", "fail")
    ]
    if not outcomes:
        return missing(SAFETY_CHECKS, "no check of safety or impact ran; this release has none")
    passed = outcomes.count("pass")
    return Assessed(
        passed / len(outcomes),
        f"{passed} of {len(outcomes)} decided checks passed",
        SAFETY_CHECKS,
        {"passed": passed, "decided": len(outcomes)},
    )
