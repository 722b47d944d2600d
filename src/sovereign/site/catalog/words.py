"""Words to look for, in both databases: the tables that serve the search, and the queries that are safe whatever was typed."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal, NamedTuple, Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    bindparam,
    column,
    delete,
    desc,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy import Column as SqlColumn
from sqlalchemy.dialects.postgresql import TSVECTOR

from .tables import claim, record

Kind = Literal["record", "claim"]
CANDIDATES: Final = 1_000
"""So many of what has all the words, the newest, are ranked; of common words there is more."""

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 12
_LONGEST = 100  # characters of a word
_SHORTEST_BEGINNING = 3  # letters of a last word that may be the beginning of one
_SEARCHED: Final[dict[Kind, tuple[str, ...]]] = {
    "record": ("title", "question", "text"),
    "claim": ("text", "quote", "source"),
}
_WEIGHTS: Final[dict[Kind, str]] = {"record": "4.0, 2.0, 1.0", "claim": "2.0, 1.0, 1.0"}
_CONTENT: Final[dict[Kind, Table]] = {"record": record, "claim": claim}
_OWNER: Final[dict[Kind, str]] = {"record": "number", "claim": "record"}  # the column of the record's number


class Hits(NamedTuple):
    """Columns of the rows that have the words: number, and score, the smaller the better."""

    number: ColumnElement[int]
    score: ColumnElement[float]
    matching: ColumnElement[bool]

    def query(self, *narrowed: ColumnElement[bool]) -> Select[int, float]:
        """The newest of them, one more than are ranked."""
        found = select(self.number.label("number"), self.score.label("score")).where(self.matching, *narrowed)
        return found.order_by(desc(self.number)).limit(CANDIDATES + 1)


class Words(Protocol):
    """How one database keeps and finds words."""

    def make(self, connection: Connection) -> None:
        """Make the tables, in the place of those that are there."""
        ...

    def lose(self, connection: Connection, number: int) -> None:
        """Forget the words of a record and its claims, whose rows are about to go."""
        ...

    def gain(self, connection: Connection, number: int) -> None:
        """Take up the words of a record and its claims, whose rows have come."""
        ...

    def hits(self, kind: Kind, typed: str) -> Hits | None:
        """What has all the words, the last one also as a beginning; None where nothing was typed that is a word."""
        ...

    def settle(self, connection: Connection) -> None:
        """After much has come: whatever makes the search quick."""
        ...


class SqliteWords:
    """FTS5 over the content of the two tables: words by Porter's stems, without accents; bm25 ranks."""

    def make(self, connection: Connection) -> None:
        """Make the tables. See ``Words``."""
        for kind, names in _SEARCHED.items():
            connection.execute(text(f"DROP TABLE IF EXISTS {_table(kind)}"))
            connection.execute(
                text(
                    f"CREATE VIRTUAL TABLE {_table(kind)} USING fts5({', '.join(names)}, content='{_CONTENT[kind].name}', "
                    "content_rowid='number', tokenize='porter unicode61')"
                )
            )
            rank = f"INSERT INTO {_table(kind)} ({_table(kind)}, rank) VALUES ('rank', 'bm25({_WEIGHTS[kind]})')"
            connection.execute(text(rank))

    def lose(self, connection: Connection, number: int) -> None:
        """Forget words. See ``Words``."""
        for kind, names in _SEARCHED.items():
            listed, words = ", ".join(names), _table(kind)
            # An index over the content of another table is told what it loses.
            gone = f"INSERT INTO {words} ({words}, rowid, {listed}) SELECT 'delete', number, {listed} {_from(kind)}"
            connection.execute(text(gone), {"n": number})

    def gain(self, connection: Connection, number: int) -> None:
        """Take up words. See ``Words``."""
        for kind, names in _SEARCHED.items():
            listed = ", ".join(names)
            come = f"INSERT INTO {_table(kind)} (rowid, {listed}) SELECT number, {listed} {_from(kind)}"
            connection.execute(text(come), {"n": number})

    def hits(self, kind: Kind, typed: str) -> Hits | None:
        """What has all the words. See ``Words``."""
        quoted = [f'"{word}"' for word in words_of(typed)]
        if not quoted:
            return None
        if len(quoted[-1]) >= _SHORTEST_BEGINNING + 2:
            quoted[-1] += "*"
        found = table(_table(kind), column("rowid", BigInteger()), column("rank"))
        matching = literal_column(_table(kind)).op("MATCH")(bindparam("typed", " ".join(quoted)))
        return Hits(found.c.rowid, found.c.rank, matching)

    def settle(self, connection: Connection) -> None:
        """Join the parts of the index into few, and count what the planner goes by."""
        for kind in _SEARCHED:
            connection.execute(text(f"INSERT INTO {_table(kind)} ({_table(kind)}) VALUES ('optimize')"))
        connection.execute(text("ANALYZE"))


_POSTGRES = MetaData()
_VECTORS: Final[dict[Kind, Table]] = {
    kind: Table(
        f"site_{kind}_words",
        _POSTGRES,
        SqlColumn("number", BigInteger, primary_key=True, autoincrement=False),
        SqlColumn("words", TSVECTOR, nullable=False),
    )
    for kind in ("record", "claim")
}


class PostgresWords:
    """tsvector with GIN, by the dictionary ``english``; ``ts_rank`` ranks.

    Unlike SQLite, it leaves out the commonest words of English ("the"): a query of nothing else finds nothing. Its stems are those of
    Snowball, so that a few words meet there that do not here, and the other way about. Accents are taken off before, words are
    taken apart at the same signs.
    """

    def make(self, connection: Connection) -> None:
        """Make the tables. See ``Words``."""
        _POSTGRES.drop_all(connection)
        _POSTGRES.create_all(connection)
        for kind in _SEARCHED:
            connection.execute(text(f"CREATE INDEX ON {_table(kind)} USING gin (words) WITH (fastupdate = off)"))

    def lose(self, connection: Connection, number: int) -> None:
        """Forget words. See ``Words``."""
        for kind, vectors in _VECTORS.items():
            content = _CONTENT[kind].c
            mine = select(content.number).where(content[_OWNER[kind]] == number)
            connection.execute(delete(vectors).where(vectors.c.number.in_(mine)))

    def gain(self, connection: Connection, number: int) -> None:
        """Take up words. See ``Words``."""
        for kind, names in _SEARCHED.items():
            content = _CONTENT[kind].c
            searched = select(content.number, *(content[name] for name in names))
            rows = connection.execute(searched.where(content[_OWNER[kind]] == number)).all()
            weighed = " || ".join(
                f"setweight(to_tsvector('english', :{name}), '{weight}')"
                for name, weight in zip(names, "ABC", strict=True)
            )
            come = text(f"INSERT INTO {_table(kind)} (number, words) VALUES (:number, {weighed})")
            given = [
                {"number": row[0], **{name: " ".join(words_of(row[n], None)) for n, name in enumerate(names, 1)}}
                for row in rows
            ]
            if given:
                connection.execute(come, given)

    def hits(self, kind: Kind, typed: str) -> Hits | None:
        """What has all the words. See ``Words``."""
        quoted = [f"'{word}'" for word in words_of(typed)]
        if not quoted:
            return None
        if len(quoted[-1]) >= _SHORTEST_BEGINNING + 2:
            quoted[-1] += ":*"
        vectors = _VECTORS[kind].c
        wanted = func.to_tsquery(literal_column("'english'"), bindparam("typed", " & ".join(quoted)))
        return Hits(vectors.number, -func.ts_rank(vectors.words, wanted, 1), vectors.words.op("@@")(wanted))

    def settle(self, connection: Connection) -> None:
        """Count what the planner goes by."""
        for name in (*(t.name for t in _CONTENT.values()), *(t.name for t in _VECTORS.values())):
            connection.execute(text(f"ANALYZE {name}"))


def words_of(typed: str, most: int | None = _MOST_WORDS) -> list[str]:
    """The words in a text, without accents: letters and digits alone, so that no query has an operator but ours."""
    plain = typed
    if not typed.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", typed) if not unicodedata.combining(c))
    return [word[:_LONGEST] for word in _WORD.findall(plain)[:most]]


def _table(kind: Kind) -> str:
    return f"site_{kind}_words"


def _from(kind: Kind) -> str:
    return f"FROM site_{kind} WHERE {_OWNER[kind]} = :n"
