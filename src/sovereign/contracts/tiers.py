"""``quality-tiers``: the tier of a record as a function of three inputs, tried in order, with published test vectors.

In the contract that this one descends from, PUBLIC_RECORD (5.0 or more) and WATCHLIST (at most 7.49) overlap in 5.0 to 7.49, and a
score of 7.495 or one of 9 without a verified claim belongs to no tier. Here the tiers are tried from the top and the first whose
conditions hold is the tier: PUBLIC_RECORD takes one verified claim, as DOI_GRADE does, and WATCHLIST is what is left from 5.0 on. A
reader of the older records finds them again where they were: their claims were checked against the text that they were taken from,
which is not *verified* here, so the ones between 5.0 and 7.49 are WATCHLIST by this rule too.
"""

from __future__ import annotations

import json
from importlib import resources
from math import isfinite
from typing import Any, Final, Literal

from pydantic import Field

from ..records import Model
from .artifacts import artifact_types
from .dimensions import QualityDimensions, quality_dimensions
from .envelope import Envelope, envelope
from .published import Published
from .scale import DimensionLevel

Tier = Literal["FLAGSHIP_CANDIDATE", "DOI_GRADE", "PUBLIC_RECORD", "WATCHLIST", "QUARANTINE_CANDIDATE"]
VECTORS: Final = "quality-tiers.json"
_ENFORCEMENT = "Descriptive: the tier changes nothing about publication or DOI; the policy and the owner decide those."
_LIMITATIONS = (
    "A verified claim has support from other evidence than its own sentence, or an exact protocol that passed; a claim that only its own source supports does not count.",
    "The review score is given by automated reviewers of this system.",
)


class Threshold(Model):
    """What a tier takes at least; the first tier whose minima are all met is the tier. All bounds are inclusive.

    ``maximum_review_score`` is null everywhere: the order says what a maximum would.
    """

    tier: Tier
    description: str
    minimum_review_score: float | None
    minimum_verified_claim_count: int | None
    required_reproducibility_level: DimensionLevel | None
    maximum_review_score: float | None = None


THRESHOLDS: Final[tuple[Threshold, ...]] = (
    Threshold(
        tier="FLAGSHIP_CANDIDATE",
        description="Score, verified claims and reproducibility meet the highest bar.",
        minimum_review_score=8.5,
        minimum_verified_claim_count=5,
        required_reproducibility_level="HIGH",
    ),
    Threshold(
        tier="DOI_GRADE",
        description="Score and verified claims meet the bar for an archived record.",
        minimum_review_score=7.5,
        minimum_verified_claim_count=1,
        required_reproducibility_level=None,
    ),
    Threshold(
        tier="PUBLIC_RECORD",
        description="The score is below that of DOI grade, and at least one claim is verified.",
        minimum_review_score=5.0,
        minimum_verified_claim_count=1,
        required_reproducibility_level=None,
    ),
    Threshold(
        tier="WATCHLIST",
        description="The score is 5.0 or more, whatever it is, and no claim is verified.",
        minimum_review_score=5.0,
        minimum_verified_claim_count=None,
        required_reproducibility_level=None,
    ),
    Threshold(
        tier="QUARANTINE_CANDIDATE",
        description="The score is below 5.0, or there is none: look at the sources first.",
        minimum_review_score=None,
        minimum_verified_claim_count=None,
        required_reproducibility_level=None,
    ),
)


class TierInputs(Model):
    """All that a tier follows from. ``review_score`` is null where there was no review; ``artifact_types`` decides nothing."""

    review_score: float | None = Field(ge=0, le=10)
    verified_claim_count: int = Field(ge=0)
    artifact_types: tuple[str, ...]
    reproducibility_level: DimensionLevel


class QualityTiers(Envelope):
    """The tier of a record, its inputs, and the thresholds in the order in which they are tried."""

    model_config = Envelope.model_config | {
        "json_schema_extra": {
            "x-thresholds": [one.model_dump(mode="json") for one in THRESHOLDS],
            "x-rule": "Thresholds are tried in order; the first whose minima are all met is the tier. No score, or none in 0..10, meets no minimum.",
        }
    }

    record_id: str
    tier: Tier
    basis: str
    inputs: TierInputs
    thresholds: tuple[Threshold, ...]
    enforcement: str


def tier_of(score: float | None, verified: int, reproducibility_level: str = "UNASSESSED") -> Tier:
    """The one tier of a review score 0..10, a count of verified claims and a level of reproducibility.

    A score that is None, no number or out of range meets no bar: QUARANTINE_CANDIDATE.
    """
    known = score if score is not None and isfinite(score) and 0 <= score <= 10 else None
    for one in THRESHOLDS:
        least = one.minimum_review_score
        if least is not None and (known is None or known < least):
            continue
        if verified < (one.minimum_verified_claim_count or 0):
            continue
        if one.required_reproducibility_level not in (None, reproducibility_level):
            continue
        return one.tier
    return "QUARANTINE_CANDIDATE"  # a negative count: no bar is met


def inputs_of(published: Published, dimensions: QualityDimensions | None = None) -> TierInputs:
    """The inputs that a record and its events give; ``dimensions`` are the record's own, where they are known already."""
    record = published.record
    score = record.reviews[-1].score if record.reviews else None
    return TierInputs(
        review_score=score if score is not None and isfinite(score) and 0 <= score <= 10 else None,
        verified_claim_count=sum(claim.verified for claim in record.standing),
        artifact_types=artifact_types(published),
        reproducibility_level=(dimensions or quality_dimensions(published)).dimensions.reproducibility_status.level,
    )


def quality_tiers(published: Published, dimensions: QualityDimensions | None = None) -> QualityTiers:
    """The tier of a record; ``dimensions`` are its own, where they are known already."""
    given = inputs_of(published, dimensions)
    tier = tier_of(given.review_score, given.verified_claim_count, given.reproducibility_level)
    means = next(one for one in THRESHOLDS if one.tier == tier)
    score = "no review score" if given.review_score is None else f"review score {given.review_score:g}"
    facts = f"{score}, {given.verified_claim_count} verified claim(s), reproducibility {given.reproducibility_level}"
    return QualityTiers(
        **envelope("quality-tiers", "last review, verified claims and the dimension of reproducibility", *_LIMITATIONS),
        record_id=published.subject,
        tier=tier,
        basis=f"{means.description} ({facts})",
        inputs=given,
        thresholds=THRESHOLDS,
        enforcement=_ENFORCEMENT,
    )


def tier_follows(document: QualityTiers) -> list[str]:
    """What in a document of tiers does not follow from its own inputs by the published thresholds; empty if all does."""
    given = document.inputs
    right = tier_of(given.review_score, given.verified_claim_count, given.reproducibility_level)
    wrong = [f"/tier: {document.tier} stands there, the inputs give {right}"] if document.tier != right else []
    return wrong + (["/thresholds: they are not the published ones"] if document.thresholds != THRESHOLDS else [])


def made_vectors() -> dict[str, Any]:
    """The test vectors as they ship, with what they are."""
    about = "Inputs and tier of sovereign.contracts.tiers.tier_of. A score that JSON has no number for is a string."
    return {"contract": "quality-tiers-v1.0", "about": about, "vectors": make_vectors()}


def make_vectors() -> list[dict[str, Any]]:
    """Test vectors: each bound of each input from both sides, against all others; written by ``contracts.schema``."""
    scores: list[float | str | None] = [
        None,
        "NaN",
        "Infinity",
        -0.01,
        0.0,
        4.999,
        5.0,
        7.49,
        7.495,
        7.5,
        8.499,
        8.5,
        10.0,
    ]
    rows: list[dict[str, Any]] = []
    for score in [*scores, 10.01]:
        for verified in (0, 1, 4, 5):
            for level in ("MEDIUM", "HIGH"):
                tier = tier_of(float(score) if score is not None else None, verified, level)
                row = {"review_score": score, "verified_claim_count": verified, "reproducibility_level": level}
                rows.append({**row, "tier": tier})
    for level in ("UNASSESSED", "LOW"):
        row = {"review_score": 8.5, "verified_claim_count": 5, "reproducibility_level": level}
        rows.append({**row, "tier": tier_of(8.5, 5, level)})
    return rows


def vectors() -> list[dict[str, Any]]:
    """The test vectors that ship. A score that JSON has no number for is a string: "NaN"."""
    found: list[dict[str, Any]] = json.loads(
        resources.files(__package__).joinpath("vectors", VECTORS).read_text("utf-8")
    )["vectors"]
    return found


def vectors_follow() -> list[str]:
    """The shipped vectors that ``tier_of`` does not give; empty if it gives all. None at all is a problem too."""
    rows = vectors()
    wrong = [] if rows else ["no vector ships"]
    for n, row in enumerate(rows):
        score = row["review_score"]
        right = tier_of(
            None if score is None else float(score), row["verified_claim_count"], row["reproducibility_level"]
        )
        if right != row["tier"]:
            wrong.append(f"/vectors/{n}: {row['tier']} stands there, the function gives {right}")
    return wrong
