"""The catalogue in a database: a SQLite file of the home, or a schema of the PostgreSQL database that the store is in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError

from sovereign.contracts.published import Published
from sovereign.errors import SovereignError, StoreError
from sovereign.store import Store
from sovereign.store.database import Database

from . import tables
from .project import Projected, project
from .rows import Choice, Choices, ClaimRow, Filters, Found, Graph, RecordRow
from .tables import claim, record, topic
from .web import Size, graph_of, size_of
from .words import CANDIDATES, Kind, PostgresWords, SqliteWords, Words

SCHEMA = "sovereign_site"
_WAIT_SECONDS = 10.0
_BATCH = 200  # records that one transaction takes up
_MANY = 1_000  # records after which the database is put in order
_LISTS = 300  # that are kept
_TOPICS = 40  # that a list can be narrowed to
_DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")


class _List(NamedTuple):
    """How much there is of a list; of one with words also which, best first."""

    total: int
    capped: bool = False
    numbers: tuple[int, ...] = ()


class StoredCatalog:
    """A ``Catalog`` in a database; it may be used from several threads and processes."""

    def __init__(self, place: Path | str) -> None:
        """Open the catalogue in a SQLite file or in the PostgreSQL database of that address, making it anew where it is missing,
        damaged, or of other code.

        Raises:
            InputError: if it is no such address, or the driver of PostgreSQL is not installed.
            StoreError: if it can neither be used nor made anew.
        """
        self._syncing = Lock()
        self._keeping = Lock()
        self._stamp = 0
        self._problems: tuple[str, ...] = ()
        self._lists: OrderedDict[object, _List] = OrderedDict()
        self._choices: dict[bool, Choices] = {}
        self._sizes: dict[bool, Size] = {}
        self._words: Words = SqliteWords() if isinstance(place, Path) else PostgresWords()
        self._database = Database(place, _WAIT_SECONDS, SCHEMA)
        try:
            self._open()
        except StoreError as error:
            cause = error.__cause__
            name = getattr(cause.orig if isinstance(cause, DBAPIError) else cause, "sqlite_errorname", "")
            if not (isinstance(place, Path) and name.startswith(_DAMAGED)):
                raise
            self._database.close()
            for suffix in ("", "-wal", "-shm"):
                place.with_name(place.name + suffix).unlink(missing_ok=True)
            self._open()

    def _open(self) -> None:
        with self._database.reading() as connection:
            right = _is_right(connection)
        if not right:
            # A second process that comes here at the same time waits for this transaction, then finds nothing to do.
            with self._database.writing() as connection:
                if not _is_right(connection):
                    self._database.make_schema(connection)
                    _make(connection, self._words)
        self._refresh()

    def _refresh(self) -> None:
        """Know what the tables know, which may be more since another process wrote there."""
        with self._database.reading() as connection:
            stamp = int(connection.execute(select(tables.state.c.stamp)).scalar_one())
            problems = connection.execute(select(tables.problem.c.message).order_by(tables.problem.c.id)).scalars()
            self._problems = tuple(problems)
        if stamp != self._stamp:
            with self._keeping:
                self._stamp = stamp
                self._lists.clear()
                self._choices.clear()
                self._sizes.clear()

    @property
    def stamp(self) -> int:
        """The number of the last event of the ledger that was taken up."""
        return self._stamp

    @property
    def problems(self) -> tuple[str, ...]:
        """Records that could not be taken up, each in a line for people."""
        return self._problems

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def sync(self, store: Store, progress: Callable[[int, int], None] | None = None) -> int:
        """Take up what the ledger tells since ``stamp``. See ``Catalog``.

        Each transaction leaves a stamp that is true, so that what was stopped goes on from there. Two processes may do the same at once:
        both read the same records, and none puts an older state in the place of a newer.
        """
        with self._syncing:
            self._refresh()
            head, first = store.ledger.told_after(self._stamp)
            touched = [i for i in first if _is_record(i)]
            for start in range(0, len(touched), _BATCH):
                rest = touched[start + _BATCH :]
                # Of the events before the first on the rest, nothing is left to take up.
                self._take_up(store, touched[start : start + _BATCH], first[rest[0]] - 1 if rest else head.count)
                if progress:
                    progress(len(touched) - len(rest), len(touched))
            if len(touched) > _MANY:
                with self._database.writing() as connection:
                    self._words.settle(connection)
            if not touched and head.count > self._stamp:
                self._take_up(store, [], head.count)
            self._refresh()
            return self._stamp

    def _take_up(self, store: Store, ids: list[str], stamp: int) -> None:
        head = store.ledger.head()
        read: list[_Read] = []
        problems: list[dict[str, str]] = []
        for record_id in ids:
            try:
                if store.records.has(UUID(record_id)):  # else a run that has not published its record
                    read.append(_read(store, record_id, head))
            except SovereignError as error:
                problems.append({"id": record_id, "message": f"{record_id}: {error.message}"})
        with self._database.writing() as connection:
            known = select(record.c.number, record.c.seen).where(record.c.number.in_([r.number for r in read]))
            seen = {row.number: row.seen for row in connection.execute(known)}
            for one in read:
                if one.seen >= seen.get(one.number, 0):
                    _replace(connection, self._words, one, one.number in seen)
            connection.execute(delete(tables.problem).where(tables.problem.c.id.in_(ids)))
            if problems:
                connection.execute(insert(tables.problem), problems)
            connection.execute(update(tables.state).where(tables.state.c.stamp < stamp).values(stamp=stamp))

    def record(self, record_id: UUID) -> RecordRow | None:
        """One record's row, draft or not."""
        with self._database.reading() as connection:
            row = connection.execute(select(record.c.row).where(record.c.id == str(record_id))).scalar()
        return RecordRow.model_validate_json(row) if row is not None else None

    def records(self, filters: Filters, page: int = 1, size: int = 20, *, drafts: bool = True) -> Found[RecordRow]:
        """Records, newest first, or best match first where there are words to look for."""
        narrowed = _of_records(filters, drafts)
        if filters.verdict or filters.verified is not None:
            narrowed.append(exists().where(claim.c.record == record.c.number, *_of_claims(filters)))
        rows, found = self._list("record", narrowed, filters, page, size, drafts)
        items = tuple(map(RecordRow.model_validate_json, rows))
        return Found[RecordRow](items=items, total=found.total, capped=found.capped, page=page, size=size)

    def claims(self, filters: Filters, page: int = 1, size: int = 20, *, drafts: bool = True) -> Found[ClaimRow]:
        """Claims, those that an answer cites first; best match first where there are words."""
        narrowed = _of_claims(filters)
        if of_records := _of_records(filters, drafts):
            narrowed.append(exists().where(record.c.number == claim.c.record, *of_records))
        rows, found = self._list("claim", narrowed, filters, page, size, drafts)
        items = tuple(map(ClaimRow.model_validate_json, rows))
        return Found[ClaimRow](items=items, total=found.total, capped=found.capped, page=page, size=size)

    def _list(
        self, kind: Kind, narrowed: list[ColumnElement[bool]], filters: Filters, page: int, size: int, drafts: bool
    ) -> tuple[list[str], _List]:
        """The JSON of the rows of a page, and how much there is of the whole list."""
        content = record if kind == "record" else claim
        start = (page - 1) * size
        key = (kind, filters, drafts)
        with self._database.reading() as connection:
            with self._keeping:
                stamp, found = self._stamp, self._lists.get(key)
            if found is None:
                found = self._found(connection, kind, narrowed, filters)
                with self._keeping:
                    if stamp == self._stamp:
                        self._lists[key] = found
                        if len(self._lists) > _LISTS:
                            self._lists.popitem(last=False)
            if start >= found.total:
                return [], found
            if filters.q:
                wanted = found.numbers[start : start + size]
                rows = connection.execute(select(content.c.number, content.c.row).where(content.c.number.in_(wanted)))
                by_number = {row.number: row.row for row in rows}
                return [by_number[n] for n in wanted if n in by_number], found
            order = () if kind == "record" else (claim.c.cited.desc(),)
            query = select(content.c.row).where(*narrowed).order_by(*order, content.c.number.desc())
            return list(connection.execute(query.limit(size).offset(start)).scalars()), found

    def _found(
        self, connection: Connection, kind: Kind, narrowed: list[ColumnElement[bool]], filters: Filters
    ) -> _List:
        content = record if kind == "record" else claim
        if not filters.q:
            query = select(func.count()).select_from(content).where(*narrowed)
            return _List(int(connection.execute(query).scalar_one()))
        hits = self._words.hits(kind, filters.q)
        if hits is None:
            return _List(0)
        # A condition, not a join: the words are looked up first, whatever the planner thinks of the filters.
        within = [exists().where(content.c.number == hits.number, *narrowed)] if narrowed else []
        rows = connection.execute(hits.query(*within)).all()
        ranked = sorted(rows[:CANDIDATES], key=lambda row: (row.score, -row.number))
        return _List(len(ranked), len(rows) > CANDIDATES, tuple(row.number for row in ranked))

    def choices(self, *, drafts: bool = True) -> Choices:
        """What lists can be narrowed to."""
        stamp, made = self._stamp, self._choices.get(drafts)
        if made is None:
            r = record.c
            columns = {"tier": r.tier, "level": r.level, "gate": r.gate, "state": r.answer_state}
            shown = [] if drafts else [r.stands]
            with self._database.reading() as connection:
                found = {
                    name: _counted(connection, select(column, func.count()).where(*shown).group_by(column))
                    for name, column in columns.items()
                }
                # Not all topics, which are many where there are many records.
                often = func.count().label("often")
                of_topics = select(topic.c.topic, often).group_by(topic.c.topic).order_by(often.desc(), topic.c.topic)
                if shown:
                    of_topics = of_topics.join(record, r.number == topic.c.record).where(*shown)
                found["topic"] = _counted(connection, of_topics.limit(_TOPICS))
            made = Choices(**found)
            with self._keeping:
                if stamp == self._stamp:
                    self._choices[drafts] = made
        return made

    def graph(self, around: str = "", most: int = 2000, *, drafts: bool = True) -> Graph:
        """Records, claims, works and methods with their edges. See ``Catalog``."""
        stamp, size = self._stamp, self._sizes.get(drafts)
        with self._database.reading() as connection:
            if size is None:
                size = size_of(connection, drafts)
                with self._keeping:
                    if stamp == self._stamp:
                        self._sizes[drafts] = size
            return graph_of(connection, around, most, drafts, size)


class _Read(NamedTuple):
    """What was read of a record: the number of the event that first saved it, and that of the last event on it."""

    number: int
    seen: int
    projected: Projected


def _read(store: Store, record_id: str, head: Any) -> _Read:
    loaded = store.records.load(record_id)
    published = Published(loaded, store.ledger.events(record_id), head)
    return _Read(published.told("record.saved")[0].seq, published.events[-1].seq, project(published))


def _is_right(connection: Connection) -> bool:
    """Whether the tables are those of this code."""
    if not inspect(connection).has_table(tables.state.name):
        return False
    return connection.execute(select(tables.state.c.version)).scalar() == tables.VERSION


def _make(connection: Connection, words: Words) -> None:
    tables.metadata.drop_all(connection)
    tables.metadata.create_all(connection)
    words.make(connection)
    connection.execute(insert(tables.state).values(version=tables.VERSION, stamp=0))


def _replace(connection: Connection, words: Words, read: _Read, there: bool) -> None:
    """The rows of a record in the place of those that it had."""
    number, new = read.number, read.projected
    if there:
        words.lose(connection, number)
        connection.execute(delete(record).where(record.c.number == number))
        for table in tables.OF_A_RECORD:
            connection.execute(delete(table).where(table.c.record == number))
    main = {row.id for row in new.claims if row.cited}
    of_record: Mapping[Any, list[dict[str, Any]]] = {
        record: [_record_values(read)],
        topic: [{"record": number, "topic": t} for t in new.record.topics],
        claim: _claim_values(number, new),
        tables.node: [{"record": number, **n.model_dump(exclude={"weight"})} for n in new.nodes],
        tables.edge: [
            {"record": number, **e.model_dump(), "main": e.source in main or e.target in main} for e in new.edges
        ],
    }
    for table, rows in of_record.items():
        if rows:
            connection.execute(insert(table), [{name: _storable(value) for name, value in row.items()} for row in rows])
    words.gain(connection, number)


def _storable(value: Any) -> Any:
    """PostgreSQL holds no text with a NUL in it."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _record_values(read: _Read) -> dict[str, Any]:
    row = read.projected.record
    same = {name: getattr(row, name) for name in ("stands", "tier", "level", "gate", "answer_state", "score")}
    words = {"title": row.title, "question": row.question, "text": read.projected.text}
    return {
        "number": read.number,
        "id": str(row.id),
        "seen": read.seen,
        "row": row.model_dump_json(),
        **same,
        **words,
    }


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


def _of_records(filters: Filters, drafts: bool) -> list[ColumnElement[bool]]:
    r = record.c
    wanted: list[ColumnElement[bool]] = [] if drafts else [r.stands]
    given = ((r.tier, filters.tier), (r.level, filters.level), (r.gate, filters.gate), (r.answer_state, filters.state))
    wanted += [column == value for column, value in given if value is not None]
    if filters.topic:
        wanted.append(exists().where(and_(topic.c.record == r.number, topic.c.topic == _storable(filters.topic))))
    return wanted


def _of_claims(filters: Filters) -> list[ColumnElement[bool]]:
    given = ((claim.c.verdict, filters.verdict), (claim.c.verified, filters.verified))
    return [column == value for column, value in given if value is not None]


def _counted(connection: Connection, query: Select[Any]) -> tuple[Choice, ...]:
    rows = sorted(connection.execute(query), key=lambda row: (-row[1], str(row[0])))
    return tuple(Choice(value=str(value), count=count) for value, count in rows)


def _is_record(subject: str) -> bool:
    try:
        return str(UUID(subject)) == subject
    except ValueError:
        return False
