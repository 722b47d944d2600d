"""The catalogue in a SQLite file of the home."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import (
    URL,
    Connection,
    Select,
    and_,
    create_engine,
    delete,
    event,
    exists,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError

from sovereign.contracts.published import Published
from sovereign.errors import SovereignError
from sovereign.store import Store, explained

from . import search, tables
from .project import Projected, project
from .rows import Choice, Choices, ClaimRow, Filters, Found, Graph, RecordRow
from .web import graph_of

_BATCH = 200  # records that one transaction takes up
_TOTALS = 500  # counts of lists that are kept
_TOPICS = 40  # that a list can be narrowed to


class EmbeddedCatalog:
    """A ``Catalog`` in one SQLite file; it may be used from several threads and processes."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it anew where it is missing, damaged, or of other code.

        Raises:
            StoreError: if it can neither be used nor made anew.
        """
        self._path = path
        self._syncing = Lock()
        self._problems: dict[str, str] = {}
        self._totals: dict[object, int] = {}
        self._choices: dict[bool, Choices] = {}
        try:
            self._open()
        except DatabaseError:
            self._engine.dispose()
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            with explained(path):
                self._open()

    def _open(self) -> None:
        self._engine = create_engine(
            URL.create("sqlite", database=str(self._path)),
            pool_size=16,
            max_overflow=32,
            connect_args={"timeout": 10.0},
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        self._writer = self._engine.execution_options(writes=True)
        with self._writer.begin() as connection:
            self._stamp = _made(connection)

    @property
    def stamp(self) -> int:
        """The number of the last event of the ledger that was taken up."""
        return self._stamp

    @property
    def problems(self) -> tuple[str, ...]:
        """Records that could not be taken up, each in a line for people."""
        return tuple(self._problems.values())

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def sync(self, store: Store, progress: Callable[[int, int], None] | None = None) -> int:
        """Take up what the ledger tells since ``stamp``. See ``Catalog``."""
        with self._syncing:
            head, subjects = store.ledger.told_after(self._stamp)
            touched = [i for i in dict.fromkeys(s.partition("/")[0] for s in subjects) if _is_record(i)]
            for start in range(0, len(touched), _BATCH):
                self._take_up(store, touched[start : start + _BATCH])
                if progress:
                    progress(min(start + _BATCH, len(touched)), len(touched))
            with self._writing() as connection:
                connection.execute(update(tables.state).values(stamp=func.max(tables.state.c.stamp, head.count)))
            self._stamp = max(self._stamp, head.count)
            self._totals.clear()
            self._choices.clear()
            return self._stamp

    def _take_up(self, store: Store, ids: list[str]) -> None:
        head = store.ledger.head()
        found: list[tuple[int, Projected]] = []
        for record_id in ids:
            self._problems.pop(record_id, None)
            try:
                if not store.records.has(UUID(record_id)):
                    continue  # a run that has not published its record
                published = Published(store.records.load(record_id), store.ledger.events(record_id), head)
                first = published.saved if published.record.version == 1 else published.told("record.saved")[0]
                found.append((first.seq if first else 0, project(published)))
            except SovereignError as error:
                self._problems[record_id] = f"{record_id}: {error.message}"
        with self._writing() as connection:
            for number, projected in found:
                _replace(connection, number, projected)

    def record(self, record_id: UUID) -> RecordRow | None:
        """One record's row, draft or not."""
        with self._reading() as connection:
            row = connection.execute(select(tables.record.c.row).where(tables.record.c.id == str(record_id))).scalar()
        return RecordRow.model_validate_json(row) if row is not None else None

    def records(self, filters: Filters, page: int = 1, size: int = 20, *, drafts: bool = True) -> Found[RecordRow]:
        """Records, newest first, or best match first where there are words to look for."""
        query = select(tables.record.c.row).where(*_of_records(filters, drafts))
        if filters.verdict or filters.verified is not None:
            query = query.where(exists().where(tables.claim.c.record == tables.record.c.number, *_of_claims(filters)))
        rows, total, capped = self._list(query, tables.record.c.number, search.RECORDS, (), filters, page, size, drafts)
        items = tuple(map(RecordRow.model_validate_json, rows))
        return Found[RecordRow](items=items, total=total, capped=capped, page=page, size=size)

    def claims(self, filters: Filters, page: int = 1, size: int = 20, *, drafts: bool = True) -> Found[ClaimRow]:
        """Claims, those that an answer cites first; best match first where there are words."""
        query = select(tables.claim.c.row).where(*_of_claims(filters))
        if narrowing := _of_records(filters, drafts):
            query = query.join(tables.record, tables.record.c.number == tables.claim.c.record).where(*narrowing)
        order = (tables.claim.c.cited.desc(),)
        rows, total, capped = self._list(
            query, tables.claim.c.number, search.CLAIMS, order, filters, page, size, drafts
        )
        items = tuple(map(ClaimRow.model_validate_json, rows))
        return Found[ClaimRow](items=items, total=total, capped=capped, page=page, size=size)

    def _list(
        self,
        query: Select[Any],
        number: Any,
        words: str,
        order: tuple[Any, ...],
        filters: Filters,
        page: int,
        size: int,
        drafts: bool,
    ) -> tuple[list[str], int, bool]:
        """The JSON of the rows of a page, how many there are, and whether more have the words than were ranked."""
        capped = False
        with self._reading() as connection:
            if filters.q:
                match = search.match_of(filters.q)
                if not match:
                    return [], 0, False
                beyond = text(f"SELECT rowid FROM {words} WHERE {words} MATCH :q ORDER BY rowid DESC LIMIT 1 OFFSET :n")
                least = connection.execute(beyond, {"q": match, "n": search.CANDIDATES}).scalar()
                capped = least is not None
                matching = text(
                    f"SELECT rowid AS number, rank AS score FROM {words} WHERE {words} MATCH :q AND rowid > :least"
                )
                hits = matching.bindparams(q=match, least=least or 0).columns(
                    number=number.type, score=tables.record.c.score.type
                )
                ranked = hits.subquery("ranked")
                query = query.join(ranked, ranked.c.number == number)
                order = (ranked.c.score,)
            key = (words, filters, drafts)
            if key not in self._totals:
                if len(self._totals) >= _TOTALS:
                    self._totals.clear()
                count = select(func.count()).select_from(query.with_only_columns(number).subquery())
                self._totals[key] = int(connection.execute(count).scalar_one())
            rows = connection.execute(
                query.order_by(*order, number.desc()).limit(size).offset((page - 1) * size)
            ).scalars()
            return list(rows), self._totals[key], capped

    def choices(self, *, drafts: bool = True) -> Choices:
        """What lists can be narrowed to."""
        if drafts not in self._choices:
            r = tables.record.c
            columns = {"tier": r.tier, "level": r.level, "gate": r.gate, "state": r.answer_state}
            shown = [] if drafts else [r.stands]
            with self._reading() as connection:
                found = {
                    name: _counted(connection, select(column, func.count()).where(*shown).group_by(column))
                    for name, column in columns.items()
                }
                of_topics = select(tables.topic.c.topic, func.count()).group_by(tables.topic.c.topic)
                if shown:
                    of_topics = of_topics.join(tables.record, r.number == tables.topic.c.record).where(*shown)
                found["topic"] = _counted(connection, of_topics)[:_TOPICS]
            self._choices[drafts] = Choices(**found)
        return self._choices[drafts]

    def graph(self, around: str = "", most: int = 2000, *, drafts: bool = True) -> Graph:
        """Records, claims, works and methods with their edges. See ``Catalog``."""
        with self._reading() as connection:
            return graph_of(connection, around, most, drafts)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with explained(self._path), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with explained(self._path), self._writer.begin() as connection:
            yield connection


def _made(connection: Connection) -> int:
    """Make the tables, unless those that are there are of this code; gives the stamp."""
    with suppress(DatabaseError):
        row = connection.execute(select(tables.state.c.version, tables.state.c.stamp)).first()
        if row and row.version == tables.VERSION:
            return int(row.stamp)
    for name in (search.RECORDS, search.CLAIMS):
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
    tables.metadata.drop_all(connection)
    tables.metadata.create_all(connection)
    for statement in search.TABLES:
        connection.execute(text(statement))
    connection.execute(insert(tables.state).values(version=tables.VERSION, stamp=0))
    return 0


def _replace(connection: Connection, number: int, new: Projected) -> None:
    """The rows of a record in the place of those that it had."""
    columns = {search.RECORDS: ("title", "question", "text"), search.CLAIMS: ("text", "quote", "source")}
    for words, content, key in ((search.RECORDS, "site_record", "number"), (search.CLAIMS, "site_claim", "record")):
        names = ", ".join(columns[words])
        # An index over the content of another table is told what it loses.
        gone = f"INSERT INTO {words} ({words}, rowid, {names}) SELECT 'delete', number, {names} FROM {content} WHERE {key} = :n"
        connection.execute(text(gone), {"n": number})
    connection.execute(delete(tables.record).where(tables.record.c.number == number))
    for table in tables.OF_A_RECORD:
        connection.execute(delete(table).where(table.c.record == number))
    connection.execute(insert(tables.record), _record_values(number, new))
    of_record: Mapping[Any, list[dict[str, Any]]] = {
        tables.topic: [{"record": number, "topic": t} for t in new.record.topics],
        tables.claim: _claim_values(number, new),
        tables.node: [{"record": number, **n.model_dump(exclude={"weight"})} for n in new.nodes],
        tables.edge: [{"record": number, **e.model_dump()} for e in new.edges],
    }
    for table, rows in of_record.items():
        if rows:
            connection.execute(insert(table), rows)
    for words, content, key in ((search.RECORDS, "site_record", "number"), (search.CLAIMS, "site_claim", "record")):
        names = ", ".join(columns[words])
        come = f"INSERT INTO {words} (rowid, {names}) SELECT number, {names} FROM {content} WHERE {key} = :n"
        connection.execute(text(come), {"n": number})


def _record_values(number: int, new: Projected) -> dict[str, Any]:
    row = new.record
    same = {name: getattr(row, name) for name in ("stands", "tier", "level", "gate", "answer_state", "score")}
    words = {"title": row.title, "question": row.question, "text": new.text}
    return {"number": number, "id": str(row.id), "row": row.model_dump_json(), **same, **words}


def _claim_values(number: int, new: Projected) -> list[dict[str, Any]]:
    return [
        {
            "number": (number + 1) * tables.ROOM - 1 - place,
            "record": number,
            "verdict": row.verdict,
            "verified": row.verified,
            "cited": row.cited,
            "row": row.model_dump_json(),
            "text": row.text,
            "quote": row.quote,
            "source": row.source_title,
        }
        for place, row in enumerate(new.claims[: tables.ROOM])
    ]


def _of_records(filters: Filters, drafts: bool) -> list[Any]:
    r = tables.record.c
    wanted: list[Any] = [] if drafts else [r.stands]
    given = ((r.tier, filters.tier), (r.level, filters.level), (r.gate, filters.gate), (r.answer_state, filters.state))
    wanted += [column == value for column, value in given if value is not None]
    if filters.topic:
        wanted.append(exists().where(and_(tables.topic.c.record == r.number, tables.topic.c.topic == filters.topic)))
    return wanted


def _of_claims(filters: Filters) -> list[Any]:
    c = tables.claim.c
    given = ((c.verdict, filters.verdict), (c.verified, filters.verified))
    return [column == value for column, value in given if value is not None]


def _counted(connection: Connection, query: Select[Any]) -> tuple[Choice, ...]:
    rows = sorted(connection.execute(query), key=lambda row: (-row[1], str(row[0])))
    return tuple(Choice(value=str(value), count=count) for value, count in rows)


def _is_record(subject: str) -> bool:
    try:
        return str(UUID(subject)) == subject
    except ValueError:
        return False


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    # What is lost in a power cut is made again from the store.
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
