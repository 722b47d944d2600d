"""The store of vectors in PostgreSQL with the extension pgvector, for a deployment that has it. The search is exact.

Tables lie in a schema of their own, ``sovereign_index``; several processes and machines may use them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any

from sovereign.errors import StoreError
from sovereign.settings import public_address
from sovereign.store.postgres import require_address

from .base import Found, Named, Stored, refuse_cleared, refuse_mixing

if TYPE_CHECKING:
    from sovereign.models.ports import Embedder, Vectors

_CONNECT_SECONDS = 10
_COLLECTIONS = 8  # that are kept, the last used ones
_SCHEMA = """
CREATE EXTENSION IF NOT EXISTS vector;
CREATE SCHEMA IF NOT EXISTS sovereign_index;
CREATE TABLE IF NOT EXISTS sovereign_index.model (name text, dimension integer, weights text);
CREATE TABLE IF NOT EXISTS sovereign_index.vectors (key text PRIMARY KEY, vector vector NOT NULL);
CREATE TABLE IF NOT EXISTS sovereign_index.collections (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE NOT NULL, used bigint NOT NULL);
CREATE TABLE IF NOT EXISTS sovereign_index.members (
    collection bigint NOT NULL REFERENCES sovereign_index.collections (id) ON DELETE CASCADE, key text NOT NULL,
    PRIMARY KEY (collection, key));
"""
_LOCK = 0x534F5633  # of the transaction that makes the tables: two that begin at once would both make them


class PostgresVectors:
    """A store in a database; it may be used from several threads. ``url`` is ``postgresql://user:password@host:port/database``."""

    def __init__(self, url: str) -> None:
        """Connect, and make the tables if they are not there.

        Raises:
            InputError: if the driver is not installed, or ``url`` is no such address.
            StoreError: if the database cannot be used.
        """
        require_address(url, "index_url")
        import psycopg

        self._errors = psycopg.Error
        self._lock = RLock()  # a transaction is one of the connection, whichever thread began it
        self._required: Named | None = None
        self._where = public_address(url)
        with self._explained():
            self._db: Any = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
        try:
            with self._explained(), self._db.transaction():
                self._db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
                self._db.execute(_SCHEMA)
        except BaseException:
            self._db.close()
            raise

    def require(self, model: Embedder) -> None:
        """Take ``model`` for this store, if it is new. See `VectorStore`."""
        with self._explained(), self._db.transaction():
            self._db.execute("LOCK TABLE sovereign_index.model IN EXCLUSIVE MODE")
            stored = self._stats()
            if not stored.model:
                row = (model.name, model.dimension, model.weights)
                self._db.execute("INSERT INTO sovereign_index.model VALUES (%s, %s, %s)", row)
                stored = self._stats()
        refuse_mixing(stored, model)
        self._required = Named(model.name, model.dimension, model.weights)

    def missing(self, keys: Sequence[str]) -> list[str]:
        """Those of the keys that have no vector yet, in their order."""
        with self._explained():
            rows = self._db.execute("SELECT key FROM sovereign_index.vectors WHERE key = ANY(%s)", (list(keys),))
            had = {row[0] for row in rows}
        return [key for key in keys if key not in had]

    def put(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Keep vectors, shape (keys, dimension), of length 1."""
        rows = zip(keys, map(_text, vectors), strict=True)
        # In order of key: two that wrote the same keys in other orders would wait for each other for ever.
        with self._explained(), self._db.transaction(), self._db.cursor() as cursor:
            self._db.execute("LOCK TABLE sovereign_index.model IN SHARE MODE")  # until the end, nobody clears
            refuse_cleared(self._where, self._model(), self._required)
            cursor.executemany(
                "INSERT INTO sovereign_index.vectors VALUES (%s, %s::vector) ON CONFLICT (key) DO NOTHING", sorted(rows)
            )

    def collect(self, collection: str, keys: Sequence[str]) -> None:
        """Say which passages a collection has."""
        with self._explained(), self._db.transaction():
            self._db.execute("LOCK TABLE sovereign_index.collections IN EXCLUSIVE MODE")
            refuse_cleared(self._where, self._model(), self._required)
            if self._use(collection):  # its name says what is in it
                return
            (number,) = self._one(
                "INSERT INTO sovereign_index.collections (name, used) VALUES (%s, 0) RETURNING id", collection
            )
            self._use(collection)
            with self._db.cursor().copy("COPY sovereign_index.members FROM STDIN") as copy:
                for key in dict.fromkeys(keys):
                    copy.write_row((number, key))
            self._db.execute(
                "DELETE FROM sovereign_index.collections WHERE id NOT IN "
                "(SELECT id FROM sovereign_index.collections ORDER BY used DESC LIMIT %s)",
                (_COLLECTIONS,),
            )

    def has(self, collection: str) -> bool:
        """Whether a collection was collected, and is not forgotten. It is used by that."""
        with self._explained():
            return self._use(collection)

    def nearest(self, collection: str, vector: Vectors, limit: int) -> list[Found]:
        """The passages of a collection that are nearest to a vector, shape (dimension,)."""
        with self._explained():
            rows = self._db.execute(
                "SELECT key, round((1 - (vector <=> %s::vector))::numeric, 6) AS cosine FROM sovereign_index.vectors "
                "JOIN sovereign_index.members USING (key) JOIN sovereign_index.collections ON id = collection "
                'WHERE name = %s ORDER BY cosine DESC, key COLLATE "C" LIMIT %s',
                (_text(vector), collection, max(0, limit)),
            ).fetchall()
        return [Found(key, float(cosine)) for key, cosine in rows]

    def clear(self) -> None:
        """Remove everything."""
        with self._explained():
            self._db.execute(
                "TRUNCATE sovereign_index.model, sovereign_index.members, sovereign_index.collections, sovereign_index.vectors"
            )

    def stats(self) -> Stored:
        """What is in it."""
        with self._explained():
            return self._stats()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._db.close()

    def _use(self, collection: str) -> bool:
        """Make a collection the last used one; whether it is there."""
        query = (
            "UPDATE sovereign_index.collections SET used = (SELECT max(used) + 1 FROM sovereign_index.collections) "
            "WHERE name = %s"
        )
        found: int = self._db.execute(query, (collection,)).rowcount
        return found > 0

    def _stats(self) -> Stored:
        (vectors,) = self._one("SELECT count(*) FROM sovereign_index.vectors")
        name, dimension, weights = self._model() or Named("", 0, "")
        return Stored(where=self._where, model=name, dimension=dimension, weights=weights, vectors=vectors)

    def _model(self) -> Named | None:
        row = self._db.execute("SELECT name, dimension, weights FROM sovereign_index.model").fetchone()
        return Named(*row) if row else None

    def _one(self, statement: str, *values: object) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._db.execute(statement, values).fetchone()
        return row

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except self._errors as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise StoreError(
                f"the index {self._where} cannot be used: {reason}",
                "Check the setting index_url, that the server runs, and that pgvector is installed in it.",
            ) from error


def _text(vector: Vectors) -> str:
    """A vector as pgvector writes it; nine digits give a float of 4 bytes back as it was."""
    return "[" + ",".join(f"{value:.9g}" for value in vector.tolist()) + "]"
