"""The ledger: a hash chain of events, and its head in a file outside the database."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import Connection, Executable, Select, and_, insert, or_, select

from ..errors import LedgerBroken, StoreError
from ..records import GENESIS, Event, LedgerHead, LedgerProof, canonical_json
from . import merkle
from .audit import LedgerReport, audit, sound_event
from .database import Database
from .files import write_atomic
from .tables import ledger_event


class NewEvent(NamedTuple):
    """An event that is to be appended."""

    kind: str
    subject: str
    payload: Mapping[str, Any]


_MOST_EVENTS = 2**31 - 1  # what an integer column holds in every database


class Ledger:
    """Append-only events of one store. Each carries the hash of the one before."""

    def __init__(self, database: Database, head_file: Path) -> None:
        self._database = database
        self.head_file = head_file

    def append(self, events: Iterable[NewEvent], writes: Sequence[Executable] = ()) -> LedgerHead:
        """Append events, then run the statements ``writes``, in one transaction; then write the head to its file.

        A crash before the commit leaves nothing; a crash after it leaves a head that is behind the ledger, which
        the next append mends.

        Raises:
            LedgerBroken: if the ledger does not agree with its head file; nothing is written then, because a new
                head would hide what happened.
            StoreError: if a payload is not plain JSON, or the store cannot be written.
        """
        with self._database.writing() as connection:
            last = _last(connection)
            self._must_agree_with_file(connection, last)
            head = last
            rows = []
            for new in events:
                row = _chained(head, new)
                rows.append(row)
                head = LedgerHead(count=row["seq"], hash=row["hash"])
            if rows:
                connection.execute(insert(ledger_event), rows)
            for statement in writes:
                connection.execute(statement)
        if rows:
            self._write_head()
        return head

    def head(self) -> LedgerHead:
        """Count of events and hash of the last, as the ledger has them now; zero and GENESIS when it is empty.

        Raises:
            LedgerBroken: if the last event cannot be read.
        """
        with self._database.reading() as connection:
            return _last(connection)

    def checkpoint(self) -> LedgerHead:
        """The head with the Merkle root over all events: what to keep elsewhere, to hold an export against.

        Raises:
            LedgerBroken: if an event carries no hash.
        """
        hashes = self._hashes()
        return LedgerHead(count=len(hashes), hash=hashes[-1] if hashes else GENESIS, root=_root(hashes))

    def proof(self, subject: str) -> LedgerProof:
        """The events of ``subject`` and of everything below it, and the proof that they are in the ledger as it is now.

        Raises:
            LedgerBroken: if one of the events was changed, or stands elsewhere than it says.
        """
        events = self.events(subject)
        hashes = self._hashes()
        # Between the two reads others may have appended: what is in the first is in the second.
        indices = [event.seq - 1 for event in events]
        if any(i >= len(hashes) or hashes[i] != e.hash for i, e in zip(indices, events, strict=True)):
            raise LedgerBroken(
                f"the events of {subject} do not stand where the ledger says",
                "Verify the ledger, and restore the store.",
            )
        head = LedgerHead(count=len(hashes), hash=hashes[-1] if hashes else GENESIS, root=_root(hashes))
        return LedgerProof(head=head, events=events, nodes=merkle.prove(hashes, [*indices, len(hashes) - 1]))

    def _hashes(self) -> list[str]:
        with self._database.reading() as connection:
            rows = connection.execute(select(ledger_event.c.hash).order_by(ledger_event.c.seq)).scalars()
            return [str(value) for value in rows]

    def seconds_ahead(self) -> float:
        """How far the newest event lies in the future of this machine's clock, in seconds; 0 where it does not.

        More than a moment means that the clock has gone back. The order of events is that of ``seq``, whatever the clock.
        """
        newest = select(ledger_event.c.at).order_by(ledger_event.c.seq.desc()).limit(1)
        with self._database.reading() as connection:
            at = connection.execute(newest).scalar()
        try:
            return max(0.0, (datetime.fromisoformat(str(at)) - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError):  # an empty ledger, or a damaged time, which ``verify`` tells of
            return 0.0

    def kept_head(self) -> LedgerHead | None:
        """The head that stands in the file, None if there is no file.

        Raises:
            LedgerBroken: if the file does not hold a head.
            StoreError: if the file cannot be read.
        """
        try:
            head = LedgerHead.model_validate_json(self.head_file.read_bytes(), strict=True)
            if 0 <= head.count <= _MOST_EVENTS:
                return head
        except FileNotFoundError:
            return None
        except ValidationError:
            pass
        except OSError as error:
            raise StoreError(
                f"{self.head_file} cannot be read: {error.strerror or error}", "Make the file readable for you."
            ) from error
        raise LedgerBroken(
            f"{self.head_file} does not hold the head of a ledger",
            "Put the head of your newest export there, or remove the file to go on without a head to hold against.",
        )

    def events(self, subject: str | None = None, kinds: Collection[str] = ()) -> tuple[Event, ...]:
        """All events in order, or those of ``subject`` and of everything below it (``subject/…``); of these ``kinds`` alone, if any.

        Each is held against its own hash; that none is missing or replaced, only ``verify`` can tell.

        Raises:
            LedgerBroken: if one of the events was changed.
        """
        query = select(ledger_event).order_by(ledger_event.c.seq)
        if subject is not None:
            # A range, because the index serves it: "0" is the sign after "/", and the column compares byte by byte.
            below = and_(ledger_event.c.subject >= f"{subject}/", ledger_event.c.subject < f"{subject}0")
            query = query.where(or_(ledger_event.c.subject == subject, below))
        if kinds:
            query = query.where(ledger_event.c.kind.in_(kinds))
        return self._read(query)

    def newest(self, most: int, before: int | None = None) -> tuple[Event, ...]:
        """The last ``most`` events, newest first; with ``before``, those just before the event of that number.

        Raises:
            LedgerBroken: if one of the events was changed.
        """
        query = select(ledger_event).order_by(ledger_event.c.seq.desc()).limit(most)
        return self._read(query if before is None else query.where(ledger_event.c.seq < before))

    def _read(self, query: Select[Any]) -> tuple[Event, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        events = []
        for row in rows:
            event, wrong = sound_event(row)
            if event is None:
                raise LedgerBroken(
                    f"event {row['seq']!r} of the ledger cannot be used: {wrong}",
                    "Verify the ledger to see all its problems, and restore the store from a backup.",
                )
            events.append(event)
        return tuple(events)

    def told_after(self, seq: int) -> tuple[LedgerHead, dict[str, int]]:
        """The head, and what events after the one of that number are on: each first part of a subject with the number of its first.

        Raises:
            LedgerBroken: if the last event cannot be read.
        """
        query = select(ledger_event.c.seq, ledger_event.c.subject).where(ledger_event.c.seq > seq)
        first: dict[str, int] = {}
        with self._database.reading() as connection:
            head = _last(connection)
            ordered = query.order_by(ledger_event.c.seq).execution_options(yield_per=10_000)
            for number, subject in connection.execute(ordered):
                first.setdefault(str(subject).partition("/")[0], number)
        return head, first

    def verify(self, head: LedgerHead | None) -> LedgerReport:
        """Check every event against its hash, its place and the one before, and the whole against ``head``.

        Pass ``kept_head()``, or better a head from an export; with None the best status is ``self_consistent_only``.

        Raises:
            StoreError: if the database cannot be read at all.
        """
        with self._database.reading() as connection:
            rows = connection.execute(select(ledger_event).order_by(ledger_event.c.seq)).mappings()
            return audit(rows, head)

    def _must_agree_with_file(self, connection: Connection, last: LedgerHead) -> None:
        kept = self.kept_head()
        if kept is None or kept.count == 0:
            return
        there = connection.execute(select(ledger_event.c.hash).where(ledger_event.c.seq == kept.count)).scalar()
        if there != kept.hash:
            raise LedgerBroken(
                f"the ledger does not agree with {self.head_file}: the head counts {kept.count} events and ends in "
                f"{kept.hash[:12]}…, the ledger counts {last.count}; nothing was written",
                "Verify the ledger. If you put back an older store yourself, put back its ledger.head too; for another store_url, "
                "choose another home.",
            )

    def _write_head(self) -> None:
        # Under the writers' lock, and read anew: of two processes the slower one must not put an older head back.
        with self._database.writing() as connection:
            head = _last(connection)
            write_atomic(self.head_file, head.model_dump_json().encode() + b"\n")


def _last(connection: Connection) -> LedgerHead:
    newest = select(ledger_event.c.seq, ledger_event.c.hash).order_by(ledger_event.c.seq.desc()).limit(1)
    row = connection.execute(newest).first()
    if row is None:
        return LedgerHead(count=0, hash=GENESIS)
    try:
        return LedgerHead.model_validate({"count": row.seq, "hash": row.hash}, strict=True)
    except ValidationError as error:
        raise LedgerBroken(
            f"the last event of the ledger, {row.seq!r}, cannot be read",
            "Verify the ledger to see all its problems, and restore the store from a backup.",
        ) from error


def _root(hashes: Sequence[str]) -> str:
    try:
        return merkle.root(hashes)
    except ValueError:
        raise LedgerBroken(
            "an event of the ledger carries no hash",
            "Verify the ledger to see which, and restore the store from a backup.",
        ) from None


def _chained(head: LedgerHead, new: NewEvent) -> dict[str, Any]:
    """The row of the event that follows ``head``."""
    kind, subject, payload = new
    try:
        written = canonical_json(dict(payload)).decode()
        # What is hashed is what a reader gets back: tuples become lists, 1.0 becomes 1.
        event = Event(
            seq=head.count + 1,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            kind=kind,
            subject=subject,
            payload=json.loads(written),
            prev_hash=head.hash,
            hash="",
        )
        return {**dict(event), "payload": written, "hash": event.computed_hash()}
    except (ValueError, RecursionError) as error:
        raise StoreError(
            f"the event {kind!r} of {subject!r} cannot be written to the ledger: {error}",
            "Its payload must be plain JSON: texts, finite numbers, lists and objects.",
        ) from error
