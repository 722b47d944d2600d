"""The store of vectors that needs no server: SQLite, and NumPy for the search.

The search is exact. A collection is loaded when it is first searched and stays in memory: 4 bytes a dimension and passage, 154 MB for
100,000 passages of 384 dimensions.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sovereign.errors import StoreError

from .base import Found, Named, Stored, refuse_cleared, refuse_mixing
from .wal import write_ahead

if TYPE_CHECKING:
    from sovereign.models.ports import Embedder, Vectors

_APPLICATION_ID = 0x534F5632  # "SOV2": marks a database as this store
_BUSY_SECONDS = 30.0
_COLLECTIONS = 8  # that are kept, the last used ones
_AT_ONCE = 500  # keys in one statement; SQLite's own limit was 999
_SCHEMA = f"""
PRAGMA application_id = {_APPLICATION_ID};
CREATE TABLE IF NOT EXISTS model (name TEXT, dimension INTEGER, weights TEXT);
CREATE TABLE IF NOT EXISTS vectors (id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS collections (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, used INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS members (
    collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE, key TEXT NOT NULL,
    PRIMARY KEY (collection, key)) WITHOUT ROWID;
"""


class _Loaded(NamedTuple):
    """A collection in memory: keys in order, and their vectors, shape (keys, dimension)."""

    name: str
    keys: list[str]
    vectors: Any


class EmbeddedVectors:
    """A store in one file; in memory without one. It may be used from several threads."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the store.

        Raises:
            StoreError: if the file cannot be used, or belongs to another program.
        """
        self._where = str(path or "memory")
        self._lock = RLock()
        self._loaded: _Loaded | None = None
        self._required: Named | None = None
        if path:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise _failed(self._where, error.strerror or str(error)) from error
        with self._explained():
            self._db = sqlite3.connect(
                path or ":memory:", timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                # In this order: another process may make the tables now, and with them the mark.
                (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
                (mark,) = self._db.execute("PRAGMA application_id").fetchone()
                if tables and mark != _APPLICATION_ID:
                    raise _failed(self._where, "it belongs to another program")
                write_ahead(self._db, _BUSY_SECONDS)
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.execute("PRAGMA foreign_keys = ON")
                self._db.executescript(_SCHEMA)
            except BaseException:
                self._db.close()
                raise

    def require(self, model: Embedder) -> None:
        """Take ``model`` for this store, if it is new. See `VectorStore`."""
        with self._writing():
            stored = self._stats()
            if not stored.model:
                self._db.execute("INSERT INTO model VALUES (?, ?, ?)", (model.name, model.dimension, model.weights))
                stored = self._stats()
        refuse_mixing(stored, model)
        self._required = Named(model.name, model.dimension, model.weights)

    def missing(self, keys: Sequence[str]) -> list[str]:
        """Those of the keys that have no vector yet, in their order."""
        with self._reading():
            had: set[str] = set()
            for first in range(0, len(keys), _AT_ONCE):
                some = keys[first : first + _AT_ONCE]
                marks = ",".join("?" * len(some))
                had.update(row[0] for row in self._db.execute(f"SELECT key FROM vectors WHERE key IN ({marks})", some))
        return [key for key in keys if key not in had]

    def put(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Keep vectors, shape (keys, dimension), of length 1."""
        rows = zip(keys, (row.tobytes() for row in np.ascontiguousarray(vectors, dtype="<f4")), strict=True)
        with self._writing():
            refuse_cleared(self._where, self._model(), self._required)
            self._db.executemany("INSERT OR REPLACE INTO vectors (key, vector) VALUES (?, ?)", rows)
            self._loaded = None

    def collect(self, collection: str, keys: Sequence[str]) -> None:
        """Say which passages a collection has."""
        with self._writing():
            refuse_cleared(self._where, self._model(), self._required)
            if self._use(collection):  # its name says what is in it
                return
            (number,) = self._db.execute(
                "INSERT INTO collections (name, used) VALUES (?, 0) RETURNING id", (collection,)
            ).fetchone()
            self._use(collection)
            self._db.executemany("INSERT OR IGNORE INTO members VALUES (?, ?)", ((number, key) for key in keys))
            self._db.execute(
                "DELETE FROM collections WHERE id NOT IN (SELECT id FROM collections ORDER BY used DESC LIMIT ?)",
                (_COLLECTIONS,),
            )

    def has(self, collection: str) -> bool:
        """Whether a collection was collected, and is not forgotten. It is used by that."""
        with self._writing():
            return self._use(collection)

    def nearest(self, collection: str, vector: Vectors, limit: int) -> list[Found]:
        """The passages of a collection that are nearest to a vector, shape (dimension,)."""
        with self._lock:
            loaded = self._load(collection)
            if not loaded.keys or limit < 1:
                return []
            cosines = loaded.vectors @ np.asarray(vector, dtype=np.float32)
            limit = min(limit, len(cosines))
            # Rounded before they are compared: sums of another machine differ in the last place, and ties are broken by key.
            cosines = np.round(cosines.astype(np.float64), 6)
            worst = np.partition(cosines, len(cosines) - limit)[len(cosines) - limit]
            near = [Found(loaded.keys[i], float(cosines[i])) for i in np.flatnonzero(cosines >= worst)]
            return sorted(near, key=lambda found: (-found.cosine, found.key))[:limit]

    def clear(self) -> None:
        """Remove everything."""
        with self._writing():
            for table in ("members", "collections", "vectors", "model"):
                self._db.execute(f"DELETE FROM {table}")
            self._loaded = None

    def stats(self) -> Stored:
        """What is in it."""
        with self._reading():
            return self._stats()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._loaded = None
            self._db.close()

    def _use(self, collection: str) -> bool:
        """Make a collection the last used one; whether it is there."""
        query = "UPDATE collections SET used = (SELECT max(used) + 1 FROM collections) WHERE name = ?"
        return self._db.execute(query, (collection,)).rowcount > 0

    def _stats(self) -> Stored:
        (vectors,) = self._db.execute("SELECT count(*) FROM vectors").fetchone()
        name, dimension, weights = self._model() or Named("", 0, "")
        return Stored(where=self._where, model=name, dimension=dimension, weights=weights, vectors=vectors)

    def _model(self) -> Named | None:
        row = self._db.execute("SELECT name, dimension, weights FROM model").fetchone()
        return Named(*row) if row else None

    def _load(self, collection: str) -> _Loaded:
        """The collection in memory. Another process may add vectors meanwhile; what is loaded is one state of them."""
        if self._loaded is None or self._loaded.name != collection:
            with self._reading():
                dimension = (self._model() or Named("", 0, "")).dimension
                rows = self._db.execute(
                    "SELECT key, vector FROM members JOIN collections ON collections.id = collection JOIN vectors USING (key) "
                    "WHERE name = ? AND length(vector) = ? ORDER BY key",
                    (collection, 4 * dimension),
                )
                keys, data = [], bytearray()  # row by row: all rows at once would take twice the memory
                for key, vector in rows:
                    keys.append(key)
                    data += vector
            vectors = np.frombuffer(data, dtype="<f4").reshape(len(keys), dimension or 1)
            self._loaded = _Loaded(collection, keys, vectors)
        return self._loaded

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            yield from self._transaction()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock, self._explained():
            self._db.execute("BEGIN")
            yield from self._transaction()

    def _transaction(self) -> Iterator[None]:
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # SQLite ends it itself when the disk is full
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _failed(self._where, str(error)) from error


def _failed(where: str, reason: str) -> StoreError:
    return StoreError(
        f"the index {where} cannot be used: {reason}",
        "It can be made again from the documents: sovereign index clear, then sovereign index add PATH.",
    )
