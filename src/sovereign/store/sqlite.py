"""SQLite: one file, many readers and one writer, and its errors in words for people."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..errors import StoreError

# SQLite's own error names, by their beginning: what they mean to a person, and what to do.
_EXPLAINED = {
    "SQLITE_BUSY": ("another process is writing to it", "Wait until that process is done, or end it, and try again."),
    "SQLITE_READONLY": ("it cannot be written", "Make the folder and the files in it writable for you."),
    "SQLITE_CANTOPEN": ("it cannot be opened", "Check that it is a file, and that you may read and write it."),
    "SQLITE_FULL": ("the disk is full", "Make room on the disk and try again."),
    "SQLITE_NOTADB": ("it is not a database", "Restore the file from a backup, or choose another home."),
    "SQLITE_CORRUPT": ("it is damaged", "Restore the file from a backup; do not trust what it holds now."),
    "SQLITE_IOERR": ("the disk reports an error", "Check the disk, then restore the file from a backup if need be."),
    "SQLITE_CONSTRAINT": ("what was to be written clashes with what is there", "Try again; nothing was written."),
}
_UNEXPLAINED = "If this happens again, restore the file from a backup."


def engine_of(path: Path, wait_seconds: float) -> Engine:
    """The engine of the database at ``path``. A transaction of its connections writes if their options say ``writes``."""
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": wait_seconds})
    event.listen(engine, "connect", lambda connection, _: _prepare(connection, wait_seconds))
    event.listen(engine, "begin", _begin)
    return engine


def writer_of(engine: Engine) -> Engine:
    """The same engine for writers: the same connections, only how a transaction begins differs."""
    return engine.execution_options(writes=True)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the database at ``path`` reports into a StoreError that names it."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, UnicodeError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        # A damaged schema may make SQLite complain in words that are no text.
        default = "SQLITE_CORRUPT" if isinstance(cause, UnicodeError) else ""
        name = getattr(cause, "sqlite_errorname", default)
        found = (said for start, said in _EXPLAINED.items() if name.startswith(start))
        reason, advice = next(found, (str(cause), _UNEXPLAINED))
        raise StoreError(f"the database {path} cannot be used: {reason}", advice) from error


def _prepare(connection: Any, wait_seconds: float) -> None:
    """Set up a fresh SQLite connection."""
    # The driver shall open no transactions of its own: ``_begin`` says when and how.
    connection.isolation_level = None
    # A damaged text is still read, so that the ledger can say which event it damages.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    connection.execute("PRAGMA foreign_keys = ON")
    # A commit reaches the disk before the head of the ledger does, or a power cut would look like a cut tail.
    connection.execute("PRAGMA synchronous = FULL")
    _use_wal(connection, time.monotonic() + wait_seconds)


def _use_wal(connection: Any, deadline: float) -> None:
    """Let readers and one writer work side by side. The first switch ignores the busy timeout, so it waits here."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    """Start a transaction. A writer takes SQLite's lock at once: two that had both read could not both go on."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
