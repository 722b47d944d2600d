"""Several processes may open a new SQLite database at once."""

from __future__ import annotations

import sqlite3
from time import monotonic, sleep

_TICK_SECONDS = 0.02


def write_ahead(db: sqlite3.Connection, seconds: float) -> None:
    """Have the database write ahead (sqlite.org/wal.html), so that who reads need not wait for who writes.

    SQLite itself does not wait for another process that makes the same change at this moment; this does, for ``seconds``.

    Raises:
        sqlite3.OperationalError: if the database stays locked, or cannot be written.
    """
    end = monotonic() + seconds
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > end:
                raise
        sleep(_TICK_SECONDS)
