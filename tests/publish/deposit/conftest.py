"""A store with one record, and a stand-in that is asked without a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sovereign.publish.deposit import Reply, State, Terms, approve, deposit, staged
from sovereign.publish.deposit.archive import headers
from sovereign.publish.deposit.plan import Call
from sovereign.records import Correction, OwnerDecision, Record
from sovereign.store import Store, open_store
from tests.publish.example import build

from .standin import TOKEN, StandIn

ARCHIVE = "https://sandbox.zenodo.org"
FILES: dict[str, Path | bytes] = {
    "record.json": b'{"a": 1}\n',
    "report.html": b"<p>x</p>",
    "all-v1.zip": b"PK" + bytes(300),
}


@dataclass
class Desk:
    """A record's deposit, as a person goes about it."""

    store: Store
    record: Record
    archive: StandIn = field(default_factory=StandIn)
    terms: Terms = field(default_factory=lambda: Terms(ARCHIVE))
    waits: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def send(self, call: Call, content: bytes) -> Reply:
        status, body = self.archive.answer(call.method, call.target, headers(call, TOKEN), content)
        return Reply(status, body)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.archive.now += seconds

    def deposit(self, files: dict[str, Path | bytes] | None = None, **how: bool) -> State:
        again = files is not None or staged(self.store, self.record, ARCHIVE) is None
        given = (files or FILES) if again else None
        return deposit(
            self.store, self.record, given, self.terms, self.send, sleep=self.sleep, tell=self.said.append, **how
        )

    def decide(self, outcome: str = "APPROVED") -> None:
        self.store.records.decide(
            OwnerDecision(
                record_id=str(self.record.id), outcome=outcome, reason="read", by="ada", at="2026-11-23T00:00:00Z"
            )
        )

    def approve(self) -> None:
        """Both words of the owner."""
        self.decide()
        state = staged(self.store, self.record, ARCHIVE)
        assert state
        approve(self.store, self.record, ARCHIVE, state.digest, "read it", "ada")

    def correct(self) -> None:
        """Make a new version, as a correction that is only a note."""
        old = self.store.records.load(self.record.id)
        number = len(old.corrections) + 1
        made = Correction(
            event_id=f"{old.id}/corrections/{number}",
            number=number,
            type="METADATA",
            at="2026-11-23T00:00:00+00:00",
            by="ada",
            note=f"note {number}",
            affected_fields=(),
            from_version=old.version,
            to_version=old.version + 1,
            from_hash=old.content_hash,
        )
        new = old.model_copy(update={"version": old.version + 1, "corrections": (*old.corrections, made)})
        self.record = new.model_copy(update={"content_hash": new.computed_hash()})
        self.store.records.amend(self.record)

    def told(self) -> list[dict[str, object]]:
        return [e.payload for e in self.store.ledger.events(str(self.record.id)) if e.kind == "record.deposited"]


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    with open_store(home) as store:
        record = build()
        store.records.save(record)
        yield Desk(store, record)
