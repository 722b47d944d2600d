"""The events of a claim, by which it earns its levels."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.lab import events_of
from sovereign.records import Claim, Measurement
from sovereign.store import NewEvent


def claim_events(record_id: object, claim: Claim, cited: bool, measurements: Sequence[Measurement]) -> list[NewEvent]:
    """What the ledger is told of one claim, in order."""
    subject, checked, quote = f"{record_id}/{claim.id}", claim.verification, claim.quote
    rows = [
        NewEvent("claim.extracted", subject, {"text_hash": quote.text_hash, "start": quote.start, "end": quote.end})
    ]
    if checked and checked.anchored:
        rows.append(NewEvent("claim.anchored", subject, {"source": quote.source_id}))
    if claim.verdict == "SUPPORT":
        rows.append(NewEvent("claim.supported", subject, {"verified": claim.verified}))
    if checked and checked.independent_groups >= 2:
        rows.append(NewEvent("claim.corroborated", subject, {"independent_groups": checked.independent_groups}))
    if claim.gate:
        rows += events_of(subject, claim.gate, measurements)
    if cited:
        rows.append(NewEvent("claim.cited", subject, {}))
    return rows
