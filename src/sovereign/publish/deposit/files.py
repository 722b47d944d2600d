"""Which files of a record are deposited, how they are held until then, and that they are still the same."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from sovereign.errors import DepositError, InputError, StoreError
from sovereign.records import Record
from sovereign.store import Store, write_atomic

from ..export import export_files, zip_bytes
from .state import HeldFile

MOST_FILES = 100
"""What Zenodo takes in one record."""

MOST_BYTES = 500_000_000
"""Of one file. It is held in memory while it is sent."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
ALONE = ("record.json", "report.html", "report.pdf", "manifest.json")


def files_of(store: Store, record: Record) -> dict[str, bytes]:
    """What is deposited of a record: its whole export as one ZIP, and beside it the parts that an archive shows by themselves.

    This is the one place where it is decided what is made public. The stored texts of other people's works are left out.

    Raises:
        StoreError, LedgerBroken: if the export cannot be made.
    """
    found = export_files(store, record, texts=False)
    name = f"{record.short_id.replace(':', '-')}.zip"
    return {name: zip_bytes(found), **{part: found[part] for part in ALONE if part in found}}


def described(files: Mapping[str, Path | bytes]) -> tuple[HeldFile, ...]:
    """Names, sizes and checksums of files, in order of name.

    Raises:
        InputError: for no file, too many, a name that cannot stand in an address, or a file that cannot be read or is too large.
    """
    if not files:
        raise InputError("there is no file to deposit", "Give at least one.")
    if len(files) > MOST_FILES:
        raise InputError(f"{len(files)} files are too many: an archive takes {MOST_FILES}", "Put them into one ZIP.")
    return tuple(_held(name, read(name, files[name])) for name in sorted(files))


def read(name: str, file: Path | bytes) -> bytes:
    """The bytes of one file.

    Raises:
        InputError: if its name cannot be used, or it cannot be read or is too large.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name[:80]!r} cannot be the name of a deposited file",
            "Use letters and figures of ASCII, and . _ - in between.",
        )
    try:
        size = len(file) if isinstance(file, bytes) else file.stat().st_size
        if size > MOST_BYTES:
            raise InputError(f"{name} is too large: {size:,} bytes of at most {MOST_BYTES:,}", "Deposit it by hand.")
        return file if isinstance(file, bytes) else file.read_bytes()
    except OSError as error:
        raise InputError(
            f"{file!s} cannot be read: {error.strerror or error}", "Put the file back, or stage the deposit anew."
        ) from None


def unchanged(folder: Path, file: HeldFile) -> bytes:
    """The bytes of a staged file.

    Raises:
        DepositError: if they are not those that were staged.
    """
    data = read(file.name, folder / file.name)
    if _held(file.name, data) != file:
        raise DepositError(
            f"{folder / file.name} was changed since it was staged; it was not sent",
            "Put the file back as it was, or stage the deposit anew with --rebuild, which needs a new approval.",
        )
    return data


def stage(folder: Path, files: Mapping[str, Path | bytes]) -> None:
    """Put copies of the files into ``folder``, which holds nothing else then.

    Raises:
        InputError: if a file cannot be read.
        StoreError: if the folder cannot be written.
    """
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be emptied: {error.strerror or error}", "Make it writable for you."
        ) from error
    for name, file in files.items():
        write_atomic(folder / name, read(name, file))


def _held(name: str, data: bytes) -> HeldFile:
    # MD5 is what archives name a file's content by; it guards nothing here that SHA-256 does not guard too.
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return HeldFile(name=name, size=len(data), md5=md5, sha256=hashlib.sha256(data).hexdigest())
