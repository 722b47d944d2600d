"""A published record with the events that tell of it: all that its public documents are made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..records import CorrectionState, Event, LedgerHead, OwnerDecision, Record, sha256_hex
from ..store import SAVED, decided_on

CORRECTED = "record.corrected"
"""Kind of the event of a correction: subject ``<record id>/corrections/<number>``, payload the ``Correction`` and the new artifact."""

DEPOSITED = "record.deposited"
"""Kind of the event of a deposit in an archive, on the record's id."""

TRIGGERED = "record.review_triggered"
"""Kind of the event of a review trigger, on the record's id; payload ``trigger``, ``cause`` and ``reason``."""

CLEARED = "record.review_cleared"
"""Kind of the event of a trigger whose cause is gone, on the record's id; payload ``trigger``, ``cause`` and ``reason``."""

RECORDED = "record.recorded"
"""Kind of the event of a run whose exchanges with the network were recorded; payload ``exchanges``, the hash of their list."""

INPUTS = "record.inputs"
"""Kind of the event that names what the answer was made from beside the claims, on the record's id; payload ``artifact``, its hash."""

EXPORTED = "record.exported"
"""Kind of the event of an export, on the record's id; payload ``manifest_sha256``, ``version`` and ``events_sha256``, the digest of all
events on the record before it. So a head holds a whole export, and that none of these events is left out."""

IMPORTED = "record.imported"
"""Kind of the event of a record that came from an export of another store, on its id; payload where from, and what vouched for it."""


def events_digest(events: Iterable[Event]) -> str:
    """SHA-256 over the hashes of events, in order, each as its 32 bytes."""
    return sha256_hex(b"".join(bytes.fromhex(event.hash) for event in events))


@dataclass(frozen=True)
class Published:
    """One version of a record, all events of the ledger on it (subject its id or below it, in order), and the ledger's head.

    Whatever is public of a record follows from these three, so that whoever has them can make every public document anew.
    """

    record: Record
    events: tuple[Event, ...]
    head: LedgerHead

    @property
    def subject(self) -> str:
        """The subject of the record's own events."""
        return str(self.record.id)

    def told(self, kind: str) -> tuple[Event, ...]:
        """The events of a kind on the record itself, in order."""
        return tuple(e for e in self.events if e.kind == kind and e.subject == self.subject)

    @property
    def saved(self) -> Event | None:
        """The event that stored this version, None where the ledger knows nothing of it."""
        of_it = (e for e in self.told(SAVED) if e.payload.get("content_hash") == self.record.content_hash)
        return next(of_it, None)

    @property
    def decisions(self) -> tuple[OwnerDecision, ...]:
        """The owner's decisions on this version, oldest first; the last one holds. Those on another version say nothing of it."""
        told = decided_on((e for e in self.events if e.subject == self.subject), self.record.content_hash)
        return tuple(OwnerDecision.model_validate({**e.payload, "record_id": self.subject}) for e in told)

    @property
    def doi(self) -> str | None:
        """The DOI under which an archive published this version, None if none did; one of a sandbox is none."""
        told = (e.payload for e in self.told(DEPOSITED) if e.payload.get("version") == self.record.version)
        dois = [str(p["doi"]) for p in told if p.get("doi") and not p.get("sandbox")]
        return dois[-1] if dois else None

    @property
    def unvouched(self) -> bool:
        """Whether it came from an export that no head or key from elsewhere vouched for: its events are what that export says."""
        return any(not e.payload.get("anchors") for e in self.told(IMPORTED))

    @property
    def until_saved(self) -> tuple[Event, ...]:
        """The events up to the one that stored this version: those that its levels follow from. All, where the ledger has none."""
        saved = self.saved
        return tuple(e for e in self.events if saved is None or e.seq <= saved.seq)

    @property
    def newest_version(self) -> int:
        """The number of the newest version that the ledger tells of."""
        of_events = (e.payload.get("to_version") for e in self.events if e.kind == CORRECTED)
        return max((n for n in of_events if type(n) is int), default=self.record.version)

    @property
    def state(self) -> CorrectionState:
        """Whether this version is the newest, and whether it was corrected to become so."""
        if self.newest_version > self.record.version:
            return "SUPERSEDED"
        return "CORRECTED" if self.record.corrections else "CURRENT"
