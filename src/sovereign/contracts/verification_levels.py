"""``verification-levels``: the level of a record and of each claim, worked out from the ledger's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from ..records import Model
from .artifacts import artifact_types
from .envelope import Envelope, envelope
from .levels import LEVELS, Level, claim_level, record_level, rungs_by_claim
from .published import Published

_ENFORCEMENT = "Descriptive: a level is earned by events of the ledger, never assigned, and changes nothing by itself."
_UNVOUCHED = "The record was imported from an export that nothing from elsewhere vouched for: whoever wrote it may have invented the events."
_LIMITATIONS = (
    "Level 2 says that the source says so; it does not say that it is so.",
    "A level follows from events that this system wrote; a ledger head kept elsewhere shows that they were not changed, and only the whole ledger, or the publisher's signature over them, that none was left out.",
)


class ClaimEntry(Model):
    """The level of one claim. Its record in ``claim-record`` has everything else."""

    claim_id: str
    level: int
    rungs: tuple[int, ...]
    cited: bool
    verdict: str
    verified: bool


class ClaimSummary(Model):
    """Counts of claims by the rungs they earned, each kept apart: a claim counts in every rung that it has, and in no other."""

    source_grounded_claims: int = Field(ge=0)
    aggregate_claim_records: int = Field(ge=0)
    per_claim_public_record_count: int = Field(ge=0)
    cross_source_corroborated_claims: int = Field(ge=0)
    artifact_inspected_claims: int = Field(ge=0)
    sandbox_executed_claims: int = Field(ge=0)
    independently_reproduced_claims: int = Field(ge=0)
    externally_reviewed_or_formally_verified_claims: int = Field(ge=0)
    claim_record_source: str
    per_claim_public_records: tuple[ClaimEntry, ...]


class UnsupportedLevel(Model):
    """A level above the record's, and why it is not reached."""

    number: int
    key: str
    label: str
    reason: str


class VerificationLevels(Envelope):
    """The level of a record: the lowest among the claims that its answer cites.

    ``paper_level`` follows from all events up to now, ``level_when_saved`` from those up to the one that stored this version.
    ``unsupported_upper_levels`` are the levels above it, each with what is not there.
    """

    model_config = Envelope.model_config | {
        "json_schema_extra": {"x-levels": [level.model_dump(mode="json") for level in LEVELS]}
    }

    record_id: str
    paper_level: int = Field(ge=0, le=7)
    paper_level_key: str
    paper_level_label: str
    level_when_saved: int = Field(ge=0, le=7)
    basis: str
    claim_summary: ClaimSummary
    artifact_types: tuple[str, ...]
    levels: tuple[Level, ...]
    unsupported_upper_levels: tuple[UnsupportedLevel, ...]
    enforcement: str


def verification_levels(published: Published) -> VerificationLevels:
    """The levels of a record."""
    record = published.record
    cited = record.answer.cited()
    earned = _of_claims(published, rungs_by_claim(record.id, published.events))
    level = LEVELS[record_level(earned, cited)]
    limits = (*_LIMITATIONS, *([_UNVOUCHED] if published.unvouched else []))
    return VerificationLevels(
        **envelope("verification-levels", "the ledger's events on each claim", *limits),
        record_id=published.subject,
        paper_level=level.number,
        paper_level_key=level.key,
        paper_level_label=level.label,
        level_when_saved=_when_saved(published)[1],
        basis=f"the lowest level among the {len(cited)} claims that the answer cites: {level.definition}"
        if cited
        else "the answer cites no claim",
        claim_summary=_summary(published, earned),
        artifact_types=artifact_types(published),
        levels=LEVELS,
        unsupported_upper_levels=tuple(_unsupported(level.number, earned, cited)),
        enforcement=_ENFORCEMENT,
    )


def level_follows(published: Published) -> list[str]:
    """Levels and rungs that stand in a record and do not follow from the events up to its save; empty if all do."""
    rungs, level = _when_saved(published)
    record = published.record
    wrong = []
    if published.saved is None:
        wrong.append("/level: the ledger knows no event that stored this version")
    if record.level != level:
        wrong.append(f"/level: {record.level} stands there, the events give {level}")
    for n, claim in enumerate(record.claims):
        right = tuple(sorted(rungs[claim.id]))
        if claim.rungs != right:
            wrong.append(f"/claims/{n}/rungs: {list(claim.rungs)} stands there, the events give {list(right)}")
    return wrong


def _when_saved(published: Published) -> tuple[dict[str, frozenset[int]], int]:
    saved = published.saved
    until = [e for e in published.events if saved is None or e.seq <= saved.seq]
    rungs = _of_claims(published, rungs_by_claim(published.record.id, until))
    return rungs, record_level(rungs, published.record.answer.cited())


def _of_claims(published: Published, earned: Mapping[str, frozenset[int]]) -> dict[str, frozenset[int]]:
    """The rungs of every claim of the record, none for one that the ledger knows nothing of."""
    return {claim.id: earned.get(claim.id, frozenset()) for claim in published.record.claims}


def _summary(published: Published, earned: Mapping[str, frozenset[int]]) -> ClaimSummary:
    record = published.record
    cited = set(record.answer.cited())
    entries = tuple(
        ClaimEntry(
            claim_id=c.id,
            level=claim_level(earned[c.id]),
            rungs=tuple(sorted(earned[c.id])),
            cited=c.id in cited,
            verdict=c.verdict,
            verified=c.verified,
        )
        for c in record.claims
    )
    with_rung: dict[str, Any] = {
        name: sum(number in rungs for rungs in earned.values())
        for name, number in (
            ("source_grounded_claims", 2),
            ("cross_source_corroborated_claims", 3),
            ("artifact_inspected_claims", 4),
            ("sandbox_executed_claims", 5),
            ("independently_reproduced_claims", 6),
            ("externally_reviewed_or_formally_verified_claims", 7),
        )
    }
    return ClaimSummary(
        **with_rung,
        aggregate_claim_records=len(record.claims),
        per_claim_public_record_count=len(entries),
        claim_record_source="contracts/claim-record.json: one document for each claim",
        per_claim_public_records=entries,
    )


def _unsupported(level: int, earned: Mapping[str, frozenset[int]], cited: tuple[str, ...]) -> list[UnsupportedLevel]:
    found = []
    for above in LEVELS[level + 1 :]:
        short = sum(claim_level(earned.get(i, ())) < above.number for i in cited)
        reason = f"{short} of {len(cited)} cited claims have not reached it" if cited else "the answer cites no claim"
        if not above.reachable:
            reason = "no way to earn it in this release"
        found.append(UnsupportedLevel(number=above.number, key=above.key, label=above.label, reason=reason))
    return found
