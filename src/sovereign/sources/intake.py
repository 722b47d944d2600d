"""Taking files into the library: what the cache knows is not read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from sovereign.errors import SovereignError
from sovereign.reading import READER_VERSION, Limits, ReadError, check_format, load, read_bytes
from sovereign.records import Document, Failure, canonical_json, sha256_hex

from .index import Cache
from .walk import File, folder_of, is_readme
from .works import Entry, Facts


class Intake(NamedTuple):
    """Outcome of one look at all files. ``read`` counts those that were read anew; ``files`` are by cache key."""

    entries: tuple[Entry, ...]
    files: dict[str, File]
    read: int
    failures: tuple[Failure, ...]
    notices: tuple[str, ...]


def take_in(files: Sequence[File], cache: Cache, limits: Limits, progress: Callable[[str], None]) -> Intake:
    """Entries of all files that can be read. A file that cannot is a failure and stops nothing."""
    entries: list[Entry] = []
    failures: list[Failure] = []
    notices: list[str] = []
    by_key: dict[str, File] = {}
    note_folders: set[str] = set()
    read = 0
    # Read-me files come last: whether they count depends on the other files of their folder.
    for number, file in enumerate(sorted(files, key=lambda f: (is_readme(f.location), f.location)), 1):
        if is_readme(file.location) and folder_of(file.location) in note_folders:
            notices.append(f"{file.location}: describes a folder of notes and is no evidence")
            continue
        try:
            check_format(file.location)
            data = load(file.path, file.location, limits)
            key = _key(file, data, limits)
            facts = _known(cache, key)
            if facts is None:
                progress(f"reading {number} of {len(files)}: {file.location}")
                facts = _read(file, data, key, cache, limits)
                read += 1
        except ReadError as error:
            failures.append(_failure(file, error))
            continue
        by_key[key] = file
        entries.append(Entry(key, file.location, facts))
        if facts.depth == "note":
            note_folders.add(folder_of(file.location))
    entries.sort(key=lambda entry: entry.location)
    failures.sort(key=lambda failure: failure.where)
    return Intake(tuple(entries), by_key, read, tuple(failures), tuple(notices))


def read_again(file: File, key: str, cache: Cache, limits: Limits) -> Document:
    """The document behind a key whose cached form is lost.

    Raises:
        ReadError: if the file has changed since, or cannot be read.
    """
    data = load(file.path, file.location, limits)
    if _key(file, data, limits) != key:
        raise ReadError(f"{file.location}: the file changed while it was in use", "Run again.")
    _read(file, data, key, cache, limits)
    return read_bytes(data, file.location, limits)


def _key(file: File, data: bytes, limits: Limits) -> str:
    """Everything that the document depends on: the bytes, the name, the limits, the version of the readers."""
    parts = [sha256_hex(data), file.location, READER_VERSION, limits.model_dump()]
    return sha256_hex(canonical_json(parts))


def _known(cache: Cache, key: str) -> Facts | None:
    stored = cache.facts(key)
    try:
        return Facts.model_validate_json(stored) if stored else None
    except ValidationError:
        return None


def _read(file: File, data: bytes, key: str, cache: Cache, limits: Limits) -> Facts:
    document = read_bytes(data, file.location, limits)
    facts = Facts(
        paper=document.paper, depth=document.depth, evidence=len(document.evidence()), notices=document.notices
    )
    cache.store(key, document, facts.model_dump_json())
    return facts


def _failure(file: File, error: SovereignError) -> Failure:
    return Failure(where=file.location, reason=error.message.removeprefix(f"{file.location}: "), advice=error.advice)
