"""What the owner can do to a record, the same for pages and programs. The catalogue has it when the answer goes out."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from uuid import UUID

from pydantic import Field

from sovereign.errors import InputError
from sovereign.kernel.correct import Change, correct
from sovereign.records import Correction, CorrectionType, Model, OwnerDecision, OwnerOutcome
from sovereign.settings import load

from ..context import Site

_one_at_a_time = threading.Lock()  # what is there is looked at first, then added to
LONGEST = 4_000  # characters of a reason or a note


class DecisionIn(Model):
    """A decision of the owner on the newest version of a record."""

    outcome: OwnerOutcome = Field(description="What the owner decides.")
    reason: str = Field(min_length=1, max_length=LONGEST, description="Why. It stands in the ledger for good.")


class CorrectionIn(Model):
    """A correction of the newest version of a record. Each type takes one kind of change, as ``sovereign correct`` has it."""

    type: CorrectionType = Field(description="What kind of thing was wrong.")
    note: str = Field(min_length=1, max_length=LONGEST, description="What was wrong. It is public, and stays.")
    claims: tuple[str, ...] = Field(default=(), max_length=500, description="Claims to withdraw.")
    measurements: tuple[str, ...] = Field(default=(), max_length=500, description="Measurements to withdraw.")
    sets: tuple[str, ...] = Field(
        default=(), max_length=500, description="Fields of papers and their values, such as /papers/3/year=2024."
    )
    restores: tuple[str, ...] = Field(default=(), max_length=500, description="What is to stand again.")
    from_version: int | None = Field(
        default=None, ge=1, le=1_000_000, description="The version that was looked at; another one is not corrected."
    )


class Corrected(Model):
    """The new version that a correction made, and whether what the owner decided on the one before has to be decided anew."""

    id: UUID
    short_id: str
    version: int
    content_hash: str
    decide_anew: bool
    correction: Correction


def owner_of(site: Site) -> str:
    """The name under which decisions of the owner are recorded.

    Raises:
        InputError: if the settings cannot be used.
    """
    return load({"home": str(site.store.home)}).owner


def decide(site: Site, name: str, given: DecisionIn) -> OwnerDecision:
    """Keep a decision. The same one on the same version is kept once, however often it is sent.

    Raises:
        NotFound: if no record, or more than one, goes by that name.
        InputError: if the reason is empty or holds what cannot be printed.
        SovereignError: what the store raises.
    """
    reason = _words(given.reason, "reason", "Say why in a few words: it stands in the ledger for good.")
    with _one_at_a_time:
        record = site.store.records.load(name)
        before = site.store.records.decisions(record.id, record.version)
        if before and (before[-1].outcome, before[-1].reason) == (given.outcome, reason):
            return before[-1]
        at = datetime.now(UTC).isoformat(timespec="seconds")
        decision = OwnerDecision(
            record_id=str(record.id), outcome=given.outcome, reason=reason, by=owner_of(site), at=at
        )
        site.store.records.decide(decision)
    site.catalog.sync(site.store)
    return decision


def amend(site: Site, name: str, given: CorrectionIn) -> Corrected:
    """Make a correction, and with it the next version of a record.

    Raises:
        NotFound: if no record, or more than one, goes by that name.
        InputError: if the version that was looked at is not the newest, and what ``kernel.correct`` raises it for.
        SovereignError: what the store raises.
    """
    note = _words(given.note, "note", "Say in a few words what was wrong: the note is public, and stays.")
    with _one_at_a_time:
        before = site.store.records.load(name)
        if given.from_version not in (None, before.version):
            raise InputError(
                f"{before.short_id} has a version {before.version} by now; version {given.from_version} was looked at.",
                "Look at the newest version, then correct that.",
            )
        change = Change(given.claims, given.measurements, given.sets, given.restores)
        new = correct(site.store, str(before.id), given.type, note, owner_of(site), change)
    site.catalog.sync(site.store)
    return Corrected(
        id=new.id,
        short_id=new.short_id,
        version=new.version,
        content_hash=new.content_hash,
        decide_anew=bool(site.store.records.decisions(new.id, before.version)),
        correction=new.corrections[-1],
    )


def _words(text: str, what: str, advice: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise InputError(f"The {what} is empty.", advice)
    if not said.isprintable():
        raise InputError(f"The {what} holds characters that are not printed.", "Write it without control characters.")
    return said
