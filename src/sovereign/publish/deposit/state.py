"""What is known of one deposit, as it is kept on disk, and the lock that keeps a second process out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal
from uuid import UUID, uuid5

from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from sovereign.errors import DepositError, StoreError
from sovereign.records.base import Model, canonical_json, sha256_hex
from sovereign.store import write_atomic

Step = Literal[
    "look", "list", "create", "version", "record", "draft", "reserve", "files", "import", "delete", "open", "content",
    "commit", "describe", "publish", "published_files",
]  # fmt: skip
"""What one request to the archive is for."""

WRITES: Final = frozenset[Step](
    ["create", "version", "reserve", "import", "delete", "open", "content", "commit", "describe", "publish"]
)
"""Steps that change something in the archive. The state is kept before and after each of them."""

_WAIT_SECONDS = 5.0


class HeldFile(Model):
    """One file that is to be deposited: its name in the archive, bytes, and both checksums in hex."""

    name: str
    size: int
    md5: str
    sha256: str


class State(Model):
    """One version of one record in one archive.

    ``body`` is the description as it is sent, ``files`` are the bytes that were staged: both stay as they are until the deposit
    is staged anew. ``marker`` is an identifier of ours in the description, by which a draft is known again. ``asked`` is the
    step that was sent and whose answer was not kept. ``previous`` is the archive's id of the version before, if that was
    published there, and ``known`` the MD5 of its files by name.
    """

    schema_version: Literal["1"] = "1"
    record_id: UUID
    short_id: str
    version: int
    archive: str
    marker: str
    body: dict[str, Any]
    files: tuple[HeldFile, ...]
    previous: str = ""
    known: dict[str, str] = Field(default_factory=dict)
    concept_before: str = ""
    asked: Step | Literal[""] = ""
    archive_id: str = ""
    doi: str = ""
    concept_doi: str = ""
    url: str = ""
    prepared: bool = False
    published: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 over all that would be made public: archive, version, description, and the hash of every file."""
        return sha256_hex(canonical_json(self.model_dump(mode="json", include={"archive", "version", "body", "files"})))

    @property
    def manifest_sha256(self) -> str:
        """Hash of the manifest among the files; without one, of the list of files with their hashes."""
        found = next((file.sha256 for file in self.files if file.name == "manifest.json"), None)
        return found or sha256_hex(canonical_json([file.model_dump(mode="json") for file in self.files]))


def marker(record_id: UUID, version: int) -> str:
    """The identifier of one version of a record, the same on every machine."""
    return uuid5(record_id, f"version {version}").urn


def folder(home: Path, record_id: UUID, archive: str) -> Path:
    """Where the deposits of a record in an archive are kept."""
    place = re.sub(r"[^a-z0-9.-]", "_", archive.lower().partition("://")[2])
    return home / "deposits" / str(record_id) / place


def save(home: Path, state: State) -> None:
    """Keep a state: the old one or the new one stands in the file, never a part.

    Raises:
        StoreError: if it cannot be written.
    """
    path = folder(home, state.record_id, state.archive) / f"v{state.version}.json"
    write_atomic(path, canonical_json(state.model_dump(mode="json")) + b"\n")


def load(home: Path, record_id: UUID, archive: str, version: int) -> State | None:
    """The kept state, None if there is none.

    Raises:
        StoreError: if the file cannot be read, or is not one of ours.
    """
    path = folder(home, record_id, archive) / f"v{version}.json"
    try:
        found = State.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValidationError, OSError) as error:
        raise StoreError(
            f"the state of the deposit in {path} cannot be read",
            "Restore it from a backup. Without it the archive is searched for the deposit: move the file away for that.",
        ) from error
    if (found.record_id, found.archive, found.version) != (record_id, archive, version):
        raise StoreError(f"{path} is the state of another deposit", "Put each state back where it was.")
    return found


@contextmanager
def locked(home: Path, record_id: UUID) -> Iterator[None]:
    """Hold the deposits of a record.

    Raises:
        DepositError: if another process holds them.
        StoreError: if the lock cannot be made.
    """
    path = home / "deposits" / str(record_id) / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path, timeout=_WAIT_SECONDS):
            yield
    except Timeout:
        raise DepositError(
            f"another process is depositing the record {record_id}", "Wait until it has ended, then run this again."
        ) from None
    except OSError as error:
        raise StoreError(
            f"{path} cannot be locked: {error.strerror or error}", "Make the folder writable for you."
        ) from error
