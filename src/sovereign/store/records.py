"""Published records: each version saved once, never rewritten, with the owner's decisions beside them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Insert, Select, Update, and_, exists, func, insert, literal, select, update

from ..errors import LedgerBroken, NotFound, StoreError
from ..records import Event, Model, OwnerDecision, Record, canonical_json
from .artifacts import Artifacts
from .database import Database
from .ledger import Ledger, NewEvent
from .tables import NOT_NUMBERED, ledger_event, owner_decision, record, record_version

SAVED = "record.saved"
"""Kind of the event that a saved record leaves in the ledger."""

DECIDED = "owner.decided"
"""Kind of the event that a decision of the owner leaves in the ledger."""


_HEX = re.compile("[0-9a-f]{1,32}")


class RecordVersion(Model):
    """One version of a record; ``artifact`` is the hash of its JSON, ``created_at`` when it was made."""

    version: int
    artifact: str
    content_hash: str
    created_at: str


class RecordEntry(Model):
    """One line of the list of records, that of its newest version. ``created_at`` is when the first was made.

    ``score`` is 0..10, None if never reviewed; ``artifact`` is the JSON's hash.
    """

    id: UUID
    short_id: str
    question: str
    created_at: str
    outcome: str
    score: float | None
    content_hash: str
    artifact: str
    version: int = 1


def decided_on(events: Iterable[Event], content_hash: str) -> tuple[Event, ...]:
    """The owner's decisions on the version of that content hash, among the events of its record in order.

    A decision is on the version that was the newest when it was made: what is told after its save and before the save of the next.
    What the owner approved before a correction is not approved after it.
    """
    found: list[Event] = []
    mine = False
    for event in events:
        if event.kind == SAVED:
            mine = event.payload.get("content_hash") == content_hash
        elif event.kind == DECIDED and mine:
            found.append(event)
    return tuple(found)


class Records:
    """The records of one store."""

    def __init__(self, database: Database, artifacts: Artifacts, ledger: Ledger) -> None:
        self._database = database
        self._artifacts = artifacts
        self._ledger = ledger

    def save(self, new: Record, events: Sequence[NewEvent] = ()) -> RecordEntry:
        """Save a record, with the events that led to it. Saving the same one again changes nothing.

        Raises:
            StoreError: if another record has its id already, or the store cannot be written.
        """
        (entry,) = self.save_many([(new, events)])
        return entry

    def save_many(self, given: Iterable[tuple[Record, Sequence[NewEvent]]]) -> tuple[RecordEntry, ...]:
        """Save records, each with the events that led to it, all in one transaction. Those that are saved already stay as they are.

        Raises:
            StoreError: if another record has the id of one already, or the store cannot be written; then none is saved.
        """
        # The artifacts first: a crash after that leaves files that nothing names, which the next save takes up.
        # Rows and events then are one transaction, so that neither is ever there without the other.
        entries: list[RecordEntry] = []
        rows: list[dict[str, Any]] = []
        versions: list[dict[str, Any]] = []
        told: list[NewEvent] = []
        for new, events in given:
            entry = _entry_for(new, self._artifacts.put(_bytes_of(new)))
            entries.append(entry)
            there = self._entry(new.id)
            if there == entry:
                continue
            if there is not None:
                raise StoreError(
                    f"the record {new.id} is saved already, with other content",
                    "A saved record is never rewritten: give the new one an id of its own, or correct it.",
                )
            rows.append({**entry.model_dump(exclude={"version"}), "id": str(new.id)})
            versions.append(_version_row(new, entry))
            told += [*events, _saved(new, entry)]
        if rows:
            writes = [insert(record).values(rows), _numbered(), insert(record_version).values(versions)]
            self._ledger.append(told, writes=writes)
        return tuple(entries)

    def amend(self, new: Record, events: Sequence[NewEvent] = ()) -> RecordEntry:
        """Save the next version of a record, made by its last correction, with the events that tell of it, in one transaction.

        The version before stays as it is; ``load`` and the list follow the newest.

        Raises:
            NotFound: if there is no such record.
            StoreError: if it was made already, does not follow the newest version, or the store cannot be written.
        """
        data = _bytes_of(new)
        newest = self.load(new.id)
        if _bytes_of(newest) == data:
            raise StoreError(f"version {new.version} of {new.id} was made already", "There is nothing left to do.")
        if wrong := _does_not_follow(new, newest):
            raise StoreError(
                f"what was given as version {new.version} of {new.id} cannot be stored: {wrong}",
                "Somebody else may have corrected the record at the same time: look at it, and correct its newest version.",
            )
        entry = _entry_for(new, self._artifacts.put(data))
        row = {
            "outcome": entry.outcome,
            "score": entry.score,
            "content_hash": entry.content_hash,
            "artifact": entry.artifact,
        }
        # The key of the second row stops the later of two processes that correct one version at a time.
        writes = [
            _first_if_missing(self._entry(new.id)),
            update(record).where(record.c.id == str(new.id)).values(row),
            insert(record_version).values(_version_row(new, entry)),
        ]
        self._ledger.append([*events, _saved(new, entry)], writes=writes)
        return entry

    def load(self, name: str | UUID, version: int | None = None, events: Sequence[Event] | None = None) -> Record:
        """The record of that UUID, short id (with or without ``SRCH:``) or beginning of one, in any case.

        ``version`` is the newest if it is not given. ``events`` are those of the record, in order, where they were read already.

        Raises:
            NotFound: if no record, or more than one, goes by that name, or it has no such version.
            StoreError: if its file is missing or changed, or its row is.
            LedgerBroken: if the ledger names another file for it.
        """
        record_id = name if isinstance(name, UUID) else self.find(name)
        if version is not None:
            return self._read(record_id, self._version(record_id, version).artifact)
        saved = self._told(record_id) if events is None else _artifacts_told(events, record_id)
        entry = self._entry(record_id)
        if entry is None:
            return self.load(str(name))  # which says that there is none
        if entry.artifact not in saved[-1:]:
            saved = self._told(record_id)  # somebody may have corrected it between the two looks
        if entry.artifact not in saved:
            raise LedgerBroken(
                f"the ledger knows nothing of the record {record_id} as it is stored",
                "Verify the ledger, and restore the store from a backup.",
            )
        if entry.artifact != saved[-1]:
            entry = self._entry(record_id)
            if entry is None or entry.artifact != saved[-1]:
                raise LedgerBroken(
                    f"the record {record_id} stands at a version that the ledger calls superseded",
                    "Verify the ledger, and restore the store from a backup.",
                )
        return self._read(record_id, entry.artifact)

    def versions(self, name: str | UUID) -> tuple[RecordVersion, ...]:
        """All versions of a record, oldest first.

        Raises:
            NotFound: if no record, or more than one, goes by that name.
            LedgerBroken: if they are not those that the ledger tells of.
        """
        record_id = self.find(name)
        query = select(record_version).where(record_version.c.record_id == str(record_id))
        with self._database.reading() as connection:
            rows = [dict(row) for row in connection.execute(query.order_by(record_version.c.version)).mappings()]
        told = self._told(record_id)
        if not rows and (entry := self._entry(record_id)):
            # Saved by a process that had opened the store before there were versions.
            rows = [{"version": 1, **entry.model_dump(include={"artifact", "content_hash", "created_at"})}]
        if [row["artifact"] for row in rows] != told:
            raise LedgerBroken(
                f"the versions of {record_id} are not those that the ledger tells of",
                "Verify the ledger, and restore the store from a backup.",
            )
        return tuple(RecordVersion.model_validate({k: v for k, v in row.items() if k != "record_id"}) for row in rows)

    def _version(self, record_id: UUID, version: int) -> RecordVersion:
        every = self.versions(record_id)
        for one in every:
            if one.version == version:
                return one
        raise NotFound(
            f"the record {record_id} has no version {version}",
            f"It has {', '.join(str(one.version) for one in every)}.",
        )

    def _told(self, record_id: UUID) -> list[str]:
        """The artifacts of the versions that the ledger tells of, oldest first."""
        return _artifacts_told(self._ledger.events(str(record_id), [SAVED]), record_id)

    def _read(self, record_id: UUID, artifact: str) -> Record:
        try:
            return Record.model_validate_json(self._artifacts.get(artifact))
        except ValidationError as error:
            raise StoreError(
                f"the record {record_id} cannot be read: {self._artifacts.path(artifact)} is not a record that "
                "this version knows",
                "Read it with the version of sovereign that wrote it.",
            ) from error

    def has(self, record_id: UUID) -> bool:
        """Whether a record of that id is saved."""
        return self._entry(record_id) is not None

    def find(self, name: str | UUID) -> UUID:
        """The id of the one record of that name. See ``load`` for names and errors."""
        wanted = str(name).strip().casefold().removeprefix("srch:").replace("-", "")
        found = self._beginning_with(wanted) if _HEX.fullmatch(wanted) else []
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFound(
                f"{name} is the beginning of {len(found)} records: {', '.join(map(str, found[:5]))}",
                "Give more digits, or the whole id.",
            )
        ids = self._ids()
        if not ids:
            raise NotFound(f"there is no record {name}", "The store holds no records yet: ask a question first.")
        near = difflib.get_close_matches(wanted[:8], [i.hex[:8] for i in ids], n=1, cutoff=0.5)
        if near:
            raise NotFound(f"there is no record {name}", f"Did you mean SRCH:{near[0].upper()}?")
        raise NotFound(
            f"there is no record {name}", f"The newest is SRCH:{ids[0].hex[:8].upper()}; list them to see all."
        )

    def _beginning_with(self, digits: str) -> list[UUID]:
        """The ids that begin with these hex digits, newest first."""
        parts = (digits[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, None)))
        start = "-".join(part for part in parts if part)
        # A range, because the index serves it: every id that begins so is below the same with a sign after "f".
        return self._ids(record.c.id >= start, record.c.id < f"{start}g")

    def _ids(self, *where: ColumnElement[bool]) -> list[UUID]:
        query = select(record.c.id).where(*where).order_by(*_NEWEST_FIRST)
        with self._database.reading() as connection:
            return [_uuid(found) for found in connection.execute(query).scalars()]

    def newest(self, limit: int | None = None, offset: int = 0) -> tuple[RecordEntry, ...]:
        """The records, newest first by when they were first saved, all or at most ``limit``, without the first ``offset``.

        Raises:
            StoreError: if a row was damaged.
        """
        query = _entries().order_by(*_NEWEST_FIRST).limit(limit).offset(offset or None)
        with self._database.reading() as connection:
            return tuple(_entry_of(row) for row in connection.execute(query).mappings())

    def count(self) -> int:
        """How many records there are."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(record)).scalar_one()

    def decide(self, decision: OwnerDecision) -> None:
        """Add a decision of the owner. Earlier ones stay.

        Raises:
            NotFound: if there is no such record.
            StoreError: if the store cannot be written.
        """
        row = {**decision.model_dump(), "record_id": str(self.find(decision.record_id))}
        said = {name: value for name, value in row.items() if name != "record_id"}
        decided = NewEvent(DECIDED, row["record_id"], said)
        self._ledger.append([decided], writes=[insert(owner_decision).values(row)])

    def decisions(self, name: str | UUID, version: int | None = None) -> tuple[OwnerDecision, ...]:
        """The owner's decisions on a version of a record, the newest if none is given, oldest first; the last one holds.

        Raises:
            NotFound: if there is no such record or version.
            LedgerBroken: if the decisions are not those that the ledger tells of.
        """
        record_id = str(self.find(name))
        query = select(owner_decision).where(owner_decision.c.record_id == record_id).order_by(owner_decision.c.seq)
        with self._database.reading() as connection:
            rows = [{k: v for k, v in row.items() if k != "seq"} for row in connection.execute(query).mappings()]
        # A row alone could be edited by anyone who has the file; its event is in the chain.
        events = [e for e in self._ledger.events(record_id, [SAVED, DECIDED]) if e.subject == record_id]
        told = [{**e.payload, "record_id": e.subject} for e in events if e.kind == DECIDED]
        if rows != told:
            raise LedgerBroken(
                f"the owner's decisions on {record_id} are not those that the ledger tells of",
                "Verify the ledger, and restore the store from a backup.",
            )
        every = self.versions(record_id)
        which = every[-1] if version is None else self._version(UUID(record_id), version)
        holding = decided_on(events, which.content_hash)
        return tuple(OwnerDecision.model_validate({**e.payload, "record_id": record_id}) for e in holding)

    def _entry(self, record_id: UUID) -> RecordEntry | None:
        with self._database.reading() as connection:
            row = connection.execute(_entries().where(record.c.id == str(record_id))).mappings().first()
        return _entry_of(row) if row else None


def _artifacts_told(events: Iterable[Event], record_id: UUID) -> list[str]:
    """The artifacts of the versions that these events tell of, oldest first."""
    subject = str(record_id)
    return [str(e.payload.get("artifact")) for e in events if e.kind == SAVED and e.subject == subject]


# In the order of the ledger: a clock can go back.
_NEWEST_FIRST = (record.c.saved_seq.desc(), record.c.id.desc())


def _entries() -> Select[Any]:
    """The rows of the list, each with the number of its newest version."""
    newest = select(func.max(record_version.c.version)).where(record_version.c.record_id == record.c.id)
    columns = [column for column in record.columns if column is not record.c.saved_seq]
    return select(*columns, func.coalesce(newest.scalar_subquery(), 1).label("version"))


def _numbered() -> Update:
    """Number the records that are not numbered yet by the event that first saved them."""
    of_it = and_(ledger_event.c.kind == SAVED, ledger_event.c.subject == record.c.id)
    first = select(func.min(ledger_event.c.seq)).where(of_it).scalar_subquery()
    known = func.coalesce(first, NOT_NUMBERED)
    return update(record).where(record.c.saved_seq == NOT_NUMBERED).values(saved_seq=known)


def _bytes_of(new: Record) -> bytes:
    return canonical_json(new.model_dump(mode="json"))


def _entry_for(new: Record, artifact: str) -> RecordEntry:
    return RecordEntry(
        id=new.id,
        short_id=new.short_id,
        question=new.question,
        created_at=new.created_at,
        outcome=new.decision.outcome,
        score=new.reviews[-1].score if new.reviews else None,
        content_hash=new.content_hash,
        artifact=artifact,
        version=new.version,
    )


def _version_row(new: Record, entry: RecordEntry) -> dict[str, Any]:
    return {
        "record_id": str(new.id),
        "version": new.version,
        "artifact": entry.artifact,
        "content_hash": new.content_hash,
        "created_at": new.corrections[-1].at if new.corrections else new.created_at,
    }


def _first_if_missing(entry: RecordEntry | None) -> Insert:
    """The row of a version that was saved by a process which had opened the store before there were versions."""
    assert entry is not None  # it was loaded
    row = [str(entry.id), entry.version, entry.artifact, entry.content_hash, entry.created_at]
    there = exists().where(record_version.c.record_id == str(entry.id))
    names = [column.name for column in record_version.columns]
    return insert(record_version).from_select(names, select(*map(literal, row)).where(~there))


def _saved(new: Record, entry: RecordEntry) -> NewEvent:
    said = {"artifact": entry.artifact, "content_hash": new.content_hash, "short_id": new.short_id}
    return NewEvent(SAVED, str(new.id), said | ({"version": new.version} if new.version > 1 else {}))


def _does_not_follow(new: Record, newest: Record) -> str:
    """Why a record is not the next version of another; empty if it is."""
    if not new.corrections:
        return "it has no correction"
    last = new.corrections[-1]
    if (newest.version, newest.content_hash) != (last.from_version, last.from_hash):
        return f"it was made from version {last.from_version}, and the newest is version {newest.version}"
    if new.corrections[:-1] != newest.corrections:
        return "its corrections are not those of the version before and one more"
    if not new.version == last.to_version == newest.version + 1 or last.number != len(new.corrections):
        return f"the version after {newest.version} is {newest.version + 1}"
    same = ("id", "short_id", "created_at", "question")
    if any(getattr(new, name) != getattr(newest, name) for name in same):
        return f"one of {', '.join(same)} differs from the version before"
    return "" if new.content_hash == new.computed_hash() else "its content hash is not that of its content"


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise _damaged(text) from error


def _damaged(record_id: object) -> StoreError:
    return StoreError(f"the row of the record {record_id!r} was damaged", "Restore the database from a backup.")


def _entry_of(row: Mapping[Any, Any]) -> RecordEntry:
    try:
        return RecordEntry.model_validate(dict(row))
    except ValidationError as error:
        raise _damaged(row["id"]) from error
