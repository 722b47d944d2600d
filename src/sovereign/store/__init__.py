"""The store: database, content-addressed artifacts, ledger. Open it with ``open_store``, or ``open_of`` the settings."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from ..errors import StoreError
from ..settings import Settings
from .artifacts import Artifacts
from .audit import LedgerProblem, LedgerReport
from .database import Database
from .files import write_atomic
from .ledger import Ledger, NewEvent
from .records import DECIDED, SAVED, RecordEntry, Records, RecordVersion, decided_on
from .sqlite import explained

__all__ = [
    "DECIDED",
    "SAVED",
    "Artifacts",
    "Ledger",
    "LedgerProblem",
    "LedgerReport",
    "NewEvent",
    "RecordEntry",
    "RecordVersion",
    "Records",
    "Store",
    "decided_on",
    "explained",
    "open_of",
    "open_store",
    "write_atomic",
]


@dataclass(frozen=True)
class Store:
    """An open store. Close it, or use it in a ``with`` statement."""

    home: Path
    artifacts: Artifacts
    ledger: Ledger
    records: Records
    _database: Database

    def close(self) -> None:
        """Close the database. The files stay."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_of(settings: Settings) -> Store:
    """Open the store that the settings name. See ``open_store``."""
    return open_store(settings.home, settings.store_url)


def open_store(home: Path, url: str = "", *, wait_seconds: float = 10.0) -> Store:
    """Open the store in the folder ``home``, making it where there is none, with its tables up to date.

    The database is a file there, or the PostgreSQL database at ``url``; artifacts and the ledger's head are in the folder either
    way. ``wait_seconds`` is how long to wait for another process that is writing.

    Raises:
        InputError: if ``url`` is no address of a PostgreSQL database, or the driver is not installed.
        StoreError: if the folder or its database cannot be made, opened or written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the store cannot be opened: {home} cannot be made a folder ({error.strerror or error})",
            "Choose another home, or remove the file that stands in its place.",
        ) from error
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        raise StoreError(
            f"the store cannot be opened: {home} cannot be written",
            "Make the folder writable for you, or choose another home.",
        )
    database = Database(url or home / "sovereign.db", wait_seconds)
    try:
        database.upgrade()
    except BaseException:
        database.close()
        raise
    artifacts = Artifacts(home / "artifacts")
    ledger = Ledger(database, home / "ledger.head")
    return Store(home, artifacts, ledger, Records(database, artifacts, ledger), database)
