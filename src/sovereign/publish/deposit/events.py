"""What the ledger tells of a record's deposits, and the owner's word without which nothing is published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sovereign.contracts.published import DEPOSITED
from sovereign.errors import DepositError
from sovereign.records import Event
from sovereign.store import DECIDED, SAVED, NewEvent, Store

from .archive import is_sandbox
from .state import State

APPROVED: Final = "deposit.approved"
"""Kind of the event by which the owner approves exact bytes for one archive."""


def version_of(events: Sequence[Event]) -> int:
    """The number of a record's newest version, from 1: that of the event that saved it."""
    return max((int(e.payload.get("version", 1)) for e in events if e.kind == SAVED), default=1)


def approval(state: State, reason: str, by: str) -> NewEvent:
    """The event by which ``by`` approves what a state would publish."""
    payload = {
        "archive": state.archive,
        "sandbox": is_sandbox(state.archive),
        "version": state.version,
        "digest": state.digest,
        "manifest_sha256": state.manifest_sha256,
        "files": [file.model_dump(mode="json") for file in state.files],
        "license": [right["id"] for right in state.body["metadata"]["rights"]],
        "reason": reason,
        "by": by,
    }
    return NewEvent(APPROVED, str(state.record_id), payload)


def must_be_approved(store: Store, state: State) -> None:
    """Refuse to publish what the owner has not approved: the record in its newest version, and exactly these bytes.

    Raises:
        DepositError: if either approval is missing, was taken back, or is of an older version or of other bytes.
        LedgerBroken: if the ledger does not verify.
    """
    name = state.short_id
    events = store.ledger.events(str(state.record_id))
    newest = max((e.seq for e in events if e.kind == SAVED), default=0)
    if version_of(events) != state.version:
        raise DepositError(
            f"{name} has a newer version than the {state.version} that was prepared",
            f"Prepare it: sovereign deposit {name}",
        )
    store.records.decisions(state.record_id)  # holds the rows against the ledger
    decided = [e for e in events if e.kind == DECIDED]
    if not decided or decided[-1].payload.get("outcome") != "APPROVED" or decided[-1].seq < newest:
        said = decided[-1].payload.get("outcome") if decided else "no decision"
        why = "the approval is of an older version" if said == "APPROVED" else f"the owner's last word on it: {said}"
        raise DepositError(
            f"{name} is not approved, so nothing was published ({why})",
            f"Read it, then: sovereign approve {name} --reason …",
        )
    withdrawn = max((e.seq for e in decided if e.payload.get("outcome") != "APPROVED"), default=0)
    given = [e for e in events if e.kind == APPROVED and e.payload.get("archive") == state.archive]
    if not given or given[-1].seq < max(newest, withdrawn):
        raise DepositError(
            f"publishing {name} in {state.archive} is not approved, so nothing was published",
            f"Look at what would be published, then: sovereign approve-deposit {name} --reason …",
        )
    if given[-1].payload.get("digest") != state.digest:
        raise DepositError(
            f"what is prepared of {name} is not what was approved: description or files are others; nothing was published",
            f"Look at it, and approve it as it is now: sovereign approve-deposit {name} --reason …",
        )


def deposited(events: Sequence[Event], archive: str) -> list[dict[str, Any]]:
    """What was published of a record in an archive, oldest version first."""
    found = [e.payload for e in events if e.kind == DEPOSITED and e.payload.get("archive") == archive]
    return sorted(found, key=lambda payload: int(payload.get("version", 0)))


def tell(store: Store, state: State) -> dict[str, Any]:
    """Enter a published deposit into the ledger, once, and give what stands there.

    Raises:
        LedgerBroken, StoreError: if it cannot be entered.
    """
    subject = str(state.record_id)
    for payload in deposited(store.ledger.events(subject), state.archive):
        if payload.get("version") == state.version:
            return payload
    payload = {
        "archive": state.archive,
        "doi": state.doi,
        "concept_doi": state.concept_doi,
        "url": state.url,
        "record_id": state.archive_id,
        "version": state.version,
        "sandbox": is_sandbox(state.archive),
        "manifest_sha256": state.manifest_sha256,
        "files": [file.model_dump(mode="json") for file in state.files],
    }
    store.ledger.append([NewEvent(DEPOSITED, subject, payload)])
    return payload
