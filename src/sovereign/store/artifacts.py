"""Content-addressed files: the name of an artifact is the SHA-256 of its bytes."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import StoreError
from ..records import sha256_hex
from .files import write_atomic

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Artifacts:
    """Artifacts under one folder, ``ab/cdef…`` for the hash ``abcdef…``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha: str) -> Path:
        """Where the artifact of that hash lies, or would lie.

        Raises:
            StoreError: if ``sha`` is not 64 lower-case hex digits.
        """
        if not _SHA256.fullmatch(sha):
            raise StoreError(
                f"{sha[:80]!r} is not the hash of an artifact",
                "A hash is 64 hex digits in lower case; take it from a record or a manifest.",
            )
        return self.folder / sha[:2] / sha[2:]

    def has(self, sha: str) -> bool:
        """Whether a file of that hash is there (its content is not looked at)."""
        return self.path(sha).is_file()

    def put(self, data: bytes) -> str:
        """Store ``data`` and return its hash. Storing the same bytes again changes nothing, but mends a damaged file.

        Raises:
            StoreError: if the file cannot be written.
        """
        sha = sha256_hex(data)
        path = self.path(sha)
        if _bytes_of(path) != data:
            write_atomic(path, data)
        return sha

    def get(self, sha: str) -> bytes:
        """The bytes whose hash is ``sha``.

        Raises:
            StoreError: if the file is missing, cannot be read, or holds other bytes than its name says.
        """
        path = self.path(sha)
        data = _bytes_of(path)
        if data is None:
            raise StoreError(f"the artifact {path} is missing or cannot be read", "Restore the file from a backup.")
        if sha256_hex(data) != sha:
            raise StoreError(
                f"the artifact {path} was changed: its content has the hash {sha256_hex(data)}",
                "Restore the file from a backup; do not use what it holds now.",
            )
        return data


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
