"""What someone does to a store who has its database: statements past the store, in the one kind of database or the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from sovereign.store import Store

in_a_file = pytest.mark.parametrize("store", ["file"], indirect=True)
"""For a test of what only SQLite does."""


def address_of(store: Store) -> str:
    """The address of a store's database, empty for a file."""
    place = store._database._place
    return "" if isinstance(place, Path) else place


def connected(store: Store) -> Any:
    """A connection of another program."""
    if url := address_of(store):
        import psycopg

        return psycopg.connect(url, options="-c search_path=sovereign -c session_replication_role=replica")
    return sqlite3.connect(store.home / "sovereign.db")


def edit(store: Store, statement: str, *values: Any) -> None:
    """Run one statement, with ``?`` for each value."""
    with closing(connected(store)) as raw:
        raw.execute(statement.replace("?", "%s") if address_of(store) else statement, values)
        raw.commit()


def rows(store: Store) -> list[tuple[Any, ...]]:
    """The rows of the ledger."""
    with closing(connected(store)) as raw:
        found: list[tuple[Any, ...]] = raw.execute("SELECT * FROM ledger_event ORDER BY seq").fetchall()
        return found


@contextmanager
def refusing(store: Store, table: str) -> Iterator[None]:
    """A table that takes no new row."""
    if address_of(store):
        edit(store, f"ALTER TABLE {table} ADD CONSTRAINT no CHECK (false) NOT VALID")
        undo = f"ALTER TABLE {table} DROP CONSTRAINT no"
    else:
        edit(store, f"CREATE TRIGGER t BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END")
        undo = "DROP TRIGGER t"
    yield
    edit(store, undo)
