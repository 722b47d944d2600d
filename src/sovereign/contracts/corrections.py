"""The public record of corrections, with the names of the contract correction-record-v1."""

from __future__ import annotations

from typing import Any

from ..records import CorrectionState, CorrectionType, Model
from .envelope import Envelope, envelope, schema_urn
from .published import Published

CONTRACT_UPDATED = "2026-11-23"


class CorrectedWork(Model):
    """What was corrected: the record, and which version of it this document is about. ``version`` counts from 1."""

    id: str
    short_id: str
    question: str
    title: str
    version: int
    newest_version: int
    content_hash: str


class CorrectionManifest(Model):
    """Where the manifest of this version and its corrections stand: a URN, and a place relative to the export's root."""

    schema_id: str
    contract_version: str
    contract_updated: str
    current_manifest_url: str
    correction_record_url: str


class CorrectionEvent(Model):
    """One correction. ``corrected_at`` is UTC; ``affected_fields`` are JSON Pointers (RFC 6901) into the version before.

    ``undoes`` are the ``event_id`` of earlier corrections, which stay, of what this one restored.
    """

    event_id: str
    corrected_at: str
    correction_type: CorrectionType
    public_note: str
    affected_fields: tuple[str, ...]
    corrected_by: str
    withdrawn_claims: tuple[str, ...]
    withdrawn_measurements: tuple[str, ...]
    restored: tuple[str, ...]
    undoes: tuple[str, ...]
    from_version: int
    to_version: int
    from_content_hash: str
    to_content_hash: str | None


class CorrectionPolicy(Model):
    """What holds for every correction."""

    corrections_are_additive: bool
    no_silent_public_rewrites: bool
    private_operational_logs_public: bool
    basis: str


class CorrectionRecord(Envelope):
    """The corrections of a record up to one version of it, and where its older versions are."""

    contract_updated: str
    work: CorrectedWork
    manifest: CorrectionManifest
    correction_state: CorrectionState
    correction_count: int
    last_corrected_at: str | None
    correction_events: tuple[CorrectionEvent, ...]
    known_superseded_manifest_urls: tuple[str, ...]
    withdrawn_claims: tuple[str, ...]
    withdrawn_measurements: tuple[str, ...]
    policy: CorrectionPolicy
    interpretation: str


_POLICY = CorrectionPolicy(
    corrections_are_additive=True,
    no_silent_public_rewrites=True,
    private_operational_logs_public=True,
    basis="Each version is an artifact under its hash, each correction an event of the hash-chained ledger; neither is ever "
    "rewritten. The record's own events of the ledger are public with its export.",
)
_MEANS: dict[CorrectionState, str] = {
    "CURRENT": "No correction was made. That does not mean that the record is free of errors.",
    "CORRECTED": "This is the newest version, and corrections have led to it. That does not mean that it is free of errors.",
    "SUPERSEDED": "A later version corrects this one: do not rely on what it says without looking at the later.",
}


def version_urn(record_id: object, version: int) -> str:
    """The name of one version of a record."""
    return f"urn:uuid:{record_id}?version={version}"


def correction_record(published: Published) -> CorrectionRecord:
    """The corrections that led to this version, and whether a later one supersedes it."""
    record = published.record
    gone = record.withdrawn
    head: dict[str, Any] = envelope(
        "correction-record",
        "the corrections in the record and the events of the ledger on it",
        "Who made a correction is the name that the settings of their machine gave; it is not proven.",
        "affected_fields go four steps deep: a pointer stands for all that is below it.",
        "A version is superseded as soon as the ledger of its own store tells of a later one; an export does not know of those made since.",
    )
    return CorrectionRecord(
        **head,
        contract_updated=CONTRACT_UPDATED,
        work=CorrectedWork(
            id=str(record.id),
            short_id=record.short_id,
            question=record.question,
            title=record.answer.title or record.question,
            version=record.version,
            newest_version=published.newest_version,
            content_hash=record.content_hash,
        ),
        manifest=CorrectionManifest(
            schema_id=schema_urn("paper-manifest"),
            contract_version="paper-manifest-v1.0",
            contract_updated=CONTRACT_UPDATED,
            current_manifest_url="manifest.json",
            correction_record_url="contracts/correction-record.json",
        ),
        correction_state=published.state,
        correction_count=len(record.corrections),
        last_corrected_at=record.corrections[-1].at if record.corrections else None,
        correction_events=tuple(_events(published)),
        known_superseded_manifest_urls=tuple(version_urn(record.id, n) for n in range(1, published.newest_version)),
        withdrawn_claims=tuple(c.id for c in record.claims if c.id in gone.claims),
        withdrawn_measurements=tuple(m.id for m in record.measurements if m.id in gone.measurements),
        policy=_POLICY,
        interpretation=_MEANS[published.state],
    )


def _events(published: Published) -> list[CorrectionEvent]:
    corrections = published.record.corrections
    ids = {one.number: one.event_id for one in corrections}
    hashes = {one.from_version: one.from_hash for one in corrections}
    hashes[published.record.version] = published.record.content_hash
    return [
        CorrectionEvent(
            event_id=one.event_id,
            corrected_at=one.at,
            correction_type=one.type,
            public_note=one.note,
            affected_fields=one.affected_fields,
            corrected_by=one.by,
            withdrawn_claims=one.claim_ids,
            withdrawn_measurements=one.measurement_ids,
            restored=one.restored_ids,
            undoes=tuple(ids[number] for number in one.undoes if number in ids),
            from_version=one.from_version,
            to_version=one.to_version,
            from_content_hash=one.from_hash,
            to_content_hash=hashes.get(one.to_version),
        )
        for one in corrections
    ]
