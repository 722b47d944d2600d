"""The catalogue: lists, search and filters over what the store holds. It is made from the store and can be made again.

The truth is the ledger: whatever is told there after ``stamp`` is taken up by ``sync``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from uuid import UUID

from sovereign.store import Store

from .rows import (
    Choice,
    Choices,
    ClaimRow,
    Edge,
    EdgeKind,
    Filters,
    Found,
    Graph,
    Node,
    NodeKind,
    RecordRow,
)

__all__ = [
    "Catalog",
    "Choice",
    "Choices",
    "ClaimRow",
    "Edge",
    "EdgeKind",
    "Filters",
    "Found",
    "Graph",
    "Node",
    "NodeKind",
    "RecordRow",
    "open_catalog",
]


class Catalog(Protocol):
    """What pages ask of the catalogue. ``drafts``: records that do not stand are among the answers. May raise ``StoreError``."""

    @property
    def stamp(self) -> int:
        """The number of the last event of the ledger that was taken up. As long as it is the same, so is every answer."""
        ...

    def sync(self, store: Store, progress: Callable[[int, int], None] | None = None) -> int:
        """Take up what the ledger tells since ``stamp``: every record that an event is on is read anew. Gives the new stamp.

        ``progress`` is told how many records are done, of how many. A record that cannot be read is left out and told in ``problems``.
        """
        ...

    @property
    def problems(self) -> tuple[str, ...]:
        """Records that could not be taken up, each in a line for people."""
        ...

    def record(self, record_id: UUID) -> RecordRow | None:
        """One record's row, draft or not."""
        ...

    def records(self, filters: Filters, page: int = 1, size: int = 20, *, drafts: bool = True) -> Found[RecordRow]:
        """Records, newest first, or best match first where there are words to look for."""
        ...

    def claims(self, filters: Filters, page: int = 1, size: int = 20, *, drafts: bool = True) -> Found[ClaimRow]:
        """Claims, those that an answer cites first, then by record and number; best match first where there are words."""
        ...

    def choices(self, *, drafts: bool = True) -> Choices:
        """What lists can be narrowed to."""
        ...

    def graph(self, around: str = "", most: int = 2000, *, drafts: bool = True) -> Graph:
        """Records, claims, works and methods with their edges: all, or those within two steps of the node ``around``."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


def open_catalog(home: Path, url: str = "") -> Catalog:
    """The catalogue of the store in ``home``, made where there is none. It knows nothing new until ``sync``.

    ``url`` is the setting ``store_url``: where the store is in a PostgreSQL database, so is its catalogue, in a schema of its own.
    Otherwise it is a file of the home.

    Raises:
        InputError: if ``url`` is no address of a PostgreSQL database, or the driver is not installed.
        StoreError: if it can neither be used nor made.
    """
    from .stored import StoredCatalog

    return StoredCatalog(url or home / "site.db")
