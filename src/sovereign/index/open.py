"""Where the vectors are kept."""

from __future__ import annotations

from pathlib import Path

from .base import VectorStore

FILE = "vectors.db"


def open_vectors(home: Path, url: str = "") -> VectorStore:
    """The store of vectors: a file in ``home``, or the PostgreSQL database at ``url``. It is loaded here: most runs need neither.

    Raises:
        InputError: if the driver of PostgreSQL is not installed, or ``url`` is none of its addresses.
        StoreError: if the store cannot be used.
    """
    if url:
        from .postgres import PostgresVectors

        return PostgresVectors(url)
    from .embedded import EmbeddedVectors

    return EmbeddedVectors(home / FILE)
