"""The library's cache in SQLite: documents as they were read, and a full-text index over their evidence.

Everything in it can be made again from the files. It may be shared by several processes and libraries: documents
are kept by content, and the index is checked against the library in the transaction that searches it.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from sovereign.index import Passage, key_of
from sovereign.index.wal import write_ahead
from sovereign.reading import Bibliography
from sovereign.records import Document, Paper

from .rows import Place, passages, whole_text

_APPLICATION_ID = 0x534F5631  # "SOV1": marks a database as this cache
_VERSION = 2  # of the index's tables; those of another version are made again
_BUSY_SECONDS = 5.0
_KEPT_REFRESHES = 20  # documents that no library asked for in this many refreshes are forgotten
# Weights of the columns: short name of the work, title and topics, sentences.
_WEIGHTS = (3.0, 1.5, 1.0)
# Shares of a paper's best, second and third row in its score.
_ROW_SHARES = (1.0, 0.5, 0.25)
_SCHEMA = f"""
PRAGMA application_id = {_APPLICATION_ID};
CREATE TABLE IF NOT EXISTS documents (key TEXT PRIMARY KEY, body BLOB NOT NULL, facts TEXT NOT NULL, used INTEGER);
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS entries (
    entry TEXT PRIMARY KEY, paper TEXT, first INTEGER, last INTEGER, document TEXT, facts TEXT);
CREATE VIRTUAL TABLE IF NOT EXISTS passages USING fts5(
    name, head, body, paper UNINDEXED, tokenize = 'porter unicode61');
CREATE TABLE IF NOT EXISTS places (
    passage INTEGER PRIMARY KEY, key TEXT NOT NULL, paper TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS places_by_key ON places (key);
CREATE INDEX IF NOT EXISTS places_by_paper ON places (paper, passage);
CREATE INDEX IF NOT EXISTS entries_by_paper ON entries (paper);
"""
_INDEX = ("passages", "places", "entries")


class Cache:
    """One open cache. Every method may raise ``sqlite3.DatabaseError``; the cache is then to be replaced."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the cache at ``path``, or one in memory.

        Raises:
            sqlite3.DatabaseError: if the file is damaged or locked.
            ForeignDatabase: if the file is a database of another program.
        """
        self._db = sqlite3.connect(
            path or ":memory:", timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            # In this order: another process may make the tables now, and with them the mark.
            (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            (mark,) = self._db.execute("PRAGMA application_id").fetchone()
            if tables and mark != _APPLICATION_ID:
                raise ForeignDatabase
            write_ahead(self._db, _BUSY_SECONDS)
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._make_tables()
        except BaseException:
            self._db.close()
            raise

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def _make_tables(self) -> None:
        if self._version() == _VERSION:  # who only looks need not wait for who writes
            return
        with self.transaction():
            if self._version() != _VERSION:
                for table in _INDEX:
                    self._db.execute(f"DROP TABLE IF EXISTS {table}")
                self._db.execute("DROP TABLE IF EXISTS state")
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def facts(self, key: str) -> str | None:
        """The facts (JSON) that were stored with a document, or None if the cache does not have it."""
        row = self._db.execute("SELECT facts FROM documents WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def document(self, key: str) -> Document | None:
        """A stored document, or None if it is not there or does not load."""
        try:
            return Document.model_validate_json(body) if (body := self.body(key)) else None
        except ValidationError:
            return None

    def bibliography(self, key: str) -> Bibliography | None:
        """A stored list of works, or None if it is not there or does not load."""
        try:
            return Bibliography.model_validate_json(body) if (body := self.body(key)) else None
        except ValidationError:
            return None

    def body(self, key: str) -> bytes | None:
        """What was stored under ``key``, or None if it is not there or damaged."""
        row = self._db.execute("SELECT body FROM documents WHERE key = ?", (key,)).fetchone()
        try:
            return zlib.decompress(row[0]) if row else None
        except (zlib.error, TypeError):
            return None

    def store(self, key: str, body: bytes, facts: str) -> None:
        """Keep ``body`` (JSON) under ``key``, and the facts that are wanted without it."""
        row = (key, zlib.compress(body, 3), facts)
        self._db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, 0)", row)

    @contextmanager
    def transaction(self, write: bool = True) -> Iterator[None]:
        """One transaction: all of it happens, or nothing."""
        self._db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # SQLite ends it itself when the disk is full
                self._db.execute("ROLLBACK")
            raise

    def mark_used(self, keys: Sequence[str]) -> None:
        """Note that these documents are in use, and forget those that nobody used for long."""
        now = int(self._state("refreshes") or 0) + 1
        self._set_state("refreshes", str(now))
        self._db.executemany("UPDATE documents SET used = ? WHERE key = ?", ((now, key) for key in keys))
        self._db.execute("DELETE FROM documents WHERE used < ?", (now - _KEPT_REFRESHES,))

    def is_synced(self, signature: str) -> bool:
        """Whether the index holds the entries of that signature."""
        return self._state("signature") == signature

    def sync(self, signature: str, wanted: dict[str, tuple[str, Paper]], load: Callable[[str], Document]) -> None:
        """Make the index hold exactly the ``wanted`` entries: entry -> (document key, paper)."""
        have = {row[0]: row[1:] for row in self._db.execute("SELECT entry, first, last FROM entries")}
        for entry in have.keys() - wanted.keys():
            self._db.execute("DELETE FROM passages WHERE rowid BETWEEN ? AND ?", have[entry])
            self._db.execute("DELETE FROM places WHERE passage BETWEEN ? AND ?", have[entry])
            self._db.execute("DELETE FROM entries WHERE entry = ?", (entry,))
        (last,) = self._db.execute("SELECT coalesce(max(last), 0) FROM entries").fetchone()
        for entry, (key, paper) in wanted.items():
            if entry in have:
                continue
            rows = list(enumerate(passages(load(key), paper), last + 1))
            self._db.executemany(
                "INSERT INTO passages (rowid, name, head, body, paper) VALUES (?,?,?,?,?)",
                ((number, row.name, row.head, row.body, paper.id) for number, row in rows),
            )
            self._db.executemany(
                "INSERT INTO places VALUES (?,?,?,?,?)",
                (
                    (number, key_of(whole_text(paper.title, row.body)), paper.id, row.first, row.last)
                    for number, row in rows
                    if row.body
                ),
            )
            facts = paper.model_dump_json()
            self._db.execute(
                "INSERT INTO entries VALUES (?,?,?,?,?,?)",
                (entry, paper.id, last + 1, last + len(rows), key, facts),
            )
            last += len(rows)
        self._set_state("signature", signature)

    def search(self, terms: Sequence[str]) -> list[tuple[str, float]]:
        """Paper ids with scores (positive, higher is better), best first, ties by id."""
        scores: dict[str, list[float]] = {}
        if not terms:
            return []
        rows = self._db.execute(
            "SELECT paper, -bm25(passages, ?, ?, ?) FROM passages WHERE passages MATCH ?", (*_WEIGHTS, _any_of(terms))
        )
        for paper_id, score in rows:
            scores.setdefault(paper_id, []).append(score)
        total = {
            paper_id: round(sum(s * w for s, w in zip(sorted(found, reverse=True), _ROW_SHARES, strict=False)), 6)
            for paper_id, found in scores.items()
        }
        return sorted(total.items(), key=lambda item: (-item[1], item[0]))

    def search_passages(self, terms: Sequence[str], limit: int) -> list[int]:
        """Numbers of the passages whose own text holds most of the words, best first."""
        if not terms:
            return []
        rows = self._db.execute(
            "SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY rank, rowid LIMIT ?",
            (f"body : ({_any_of(terms)})", limit),
        )
        return [number for (number,) in rows]

    def passages(self) -> list[Passage]:
        """Every passage of the index, to be embedded."""
        titles = {paper: Paper.model_validate_json(facts).title for paper, facts in self._papers()}
        rows = self._db.execute("SELECT key, places.paper, body FROM places JOIN passages ON passages.rowid = passage")
        return [Passage(key, whole_text(titles[paper], body)) for key, paper, body in rows]

    def keys(self) -> list[str]:
        """The key of each passage; passages of one text and title have the same."""
        return [key for (key,) in self._db.execute("SELECT key FROM places")]

    def paper(self, paper_id: str) -> tuple[Paper, str]:
        """A work of the index, and the key of its document."""
        query = "SELECT facts, document FROM entries WHERE paper = ?"
        facts, key = self._db.execute(query, (paper_id,)).fetchone()
        return Paper.model_validate_json(facts), key

    @property
    def signature(self) -> str | None:
        """That of the library whose passages the index holds."""
        return self._state("signature")

    def _papers(self) -> list[tuple[str, str]]:
        return self._db.execute("SELECT paper, facts FROM entries").fetchall()

    def places(self, keys: Sequence[str]) -> list[Place]:
        """Where passages stand, in the order of their keys; a text that stands in several works comes once for each."""
        marked = (
            self._db.execute(f"SELECT {', '.join(Place._fields)} FROM places WHERE key = ? ORDER BY passage", (key,))
            for key in keys
        )
        return [Place(*row) for rows in marked for row in rows]

    def place(self, number: int) -> Place:
        """Where a passage stands, by its number."""
        columns = ", ".join(Place._fields)
        return Place(*self._db.execute(f"SELECT {columns} FROM places WHERE passage = ?", (number,)).fetchone())

    def text(self, paper_id: str, passage: int | None = None) -> str:
        """A passage of a work, or its first."""
        if passage is None:
            query = "SELECT min(passage) FROM places WHERE paper = ?"
            (passage,) = self._db.execute(query, (paper_id,)).fetchone()
        row = self._db.execute("SELECT body FROM passages WHERE rowid = ?", (passage,)).fetchone()
        return str(row[0]) if row else ""

    def counted(self) -> tuple[int, int]:
        """How many works and passages the index has."""
        (works,) = self._db.execute("SELECT count(DISTINCT paper) FROM entries").fetchone()
        (found,) = self._db.execute("SELECT count(*) FROM places").fetchone()
        return works, found

    def _state(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def _set_state(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))


class ForeignDatabase(Exception):
    """The file is a database, but not this cache. It must be left alone."""


def _any_of(terms: Sequence[str]) -> str:
    return " OR ".join(f'"{term}"' for term in terms)
