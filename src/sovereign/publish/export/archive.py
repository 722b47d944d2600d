"""An export as one ZIP or one folder: written so that equal files give equal bytes, read as what a stranger sent.

The ZIP is not compressed. So its bytes follow from its files alone, whatever library wrote it, and one changed byte anywhere
shows, even in what a reader of ZIP files skips.
"""

from __future__ import annotations

import io
import os
import shutil
import stat
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from uuid import uuid4

from sovereign.errors import InputError, OutputError

MOST_FILES = 20_000
MOST_BYTES = 1_000_000_000
_EPOCH = (1980, 1, 1, 0, 0, 0)
_NOT_OURS = "Get the export again from whoever published it, or export it anew."


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """The files, in the order of their paths, as an uncompressed ZIP. Equal files give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.create_system = 3
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """The files as a folder that is there whole or not at all.

    Raises:
        OutputError: if something stands there already, or it cannot be written.
    """
    part = folder.with_name(f".{folder.name}.{uuid4().hex[:8]}.part")
    try:
        if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            raise OutputError(f"{folder} is there already.", "Name a folder that is not there yet, or NAME.zip.")
        for path, data in files.items():
            place = part / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        part.replace(folder)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise OutputError(
            f"{folder} cannot be written: {error.strerror or error}.", "Choose another folder."
        ) from error


def read_export(place: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files of an export by path, and what is wrong with the container itself.

    Raises:
        InputError: if there is no such file or folder, it is no ZIP, or it is nothing that may be opened: paths that lead out
            of it, links, devices, twice the same path, more than ``MOST_FILES`` files or ``MOST_BYTES`` bytes.
    """
    try:
        if place.is_dir():
            return dict(_folder_files(place)), ()
        if not place.is_file() and place.exists():
            raise InputError(f"{place} is neither a file nor a folder.", "Name an export: a folder or a ZIP.")
        if place.stat().st_size > MOST_BYTES:
            raise InputError(f"{place} holds more than {MOST_BYTES:,} bytes.", _NOT_OURS)
        data = place.read_bytes()
    except OSError as error:
        raise InputError(
            f"{place} cannot be read: {error.strerror or error}.", "Name an export: a folder or a ZIP."
        ) from None
    return unzip(data, str(place))


def unzip(data: bytes, name: str) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """As ``read_export``, from the bytes of a ZIP. ``name`` is what messages call it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _require_harmless(entries, name)
            files, damaged = _contents(archive, entries)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OverflowError, MemoryError) as error:
        raise InputError(f"{name} cannot be opened as a ZIP: {error}.", _NOT_OURS) from None
    if not damaged and zip_bytes(files) != data:
        return files, (
            "the ZIP itself was changed, or written by another program: its bytes are not those of its files",
        )
    return files, damaged


def _require_harmless(entries: list[zipfile.ZipInfo], name: str) -> None:
    if len(entries) > MOST_FILES:
        raise InputError(f"{name} holds {len(entries):,} files; an export holds fewer than {MOST_FILES:,}.", _NOT_OURS)
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise InputError(f"{name} unpacks to more than {MOST_BYTES:,} bytes.", _NOT_OURS)
    seen: set[str] = set()
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or entry.is_dir():
            raise InputError(f"{name} holds a link, folder or device: {entry.filename!r}.", _NOT_OURS)
        require_inside(entry.filename, name)
        if entry.filename in seen:
            raise InputError(f"{name} holds {entry.filename!r} twice.", _NOT_OURS)
        seen.add(entry.filename)


def require_inside(path: str, name: str) -> None:
    """Raises:
    InputError: if ``path`` is not a plain relative path in the form in which exports are written.
    """
    parts = path.split("/")
    plain = not any(c in "\\:\x00" or "\ud800" <= c <= "\udfff" for c in path) and not any(
        part in ("", ".", "..") for part in parts
    )
    if not plain or len(path) > 500 or str(PurePosixPath(path)) != path:
        raise InputError(f"{name} holds a path that leads elsewhere: {path!r}.", _NOT_OURS)


def _contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    files: dict[str, bytes] = {}
    damaged: list[str] = []
    for entry in entries:
        if entry.flag_bits & 1:
            damaged.append(f"{entry.filename}: it is encrypted")
            continue
        try:
            with archive.open(entry) as stream:
                # What is declared is what is read: a bomb that declares less ends here.
                data = stream.read(entry.file_size + 1)
        except Exception as error:  # zlib, CRC, header: what a changed byte can do has many names
            damaged.append(f"{entry.filename}: it cannot be unpacked ({error})")
            continue
        if len(data) != entry.file_size:
            damaged.append(f"{entry.filename}: it unpacks to another size than it declares")
            continue
        files[entry.filename] = data
    return files, tuple(damaged)


def _folder_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    count = total = 0
    for here, folders, names in os.walk(folder, followlinks=False):
        for name in (*folders, *names):
            path = Path(here) / name
            relative = path.relative_to(folder).as_posix()
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode):
                continue
            if not stat.S_ISREG(mode):
                raise InputError(f"{folder} holds a link or device: {relative!r}.", _NOT_OURS)
            require_inside(relative, str(folder))
            count, total = count + 1, total + path.stat().st_size
            if count > MOST_FILES or total > MOST_BYTES:
                raise InputError(
                    f"{folder} holds more than an export may: {MOST_FILES:,} files, {MOST_BYTES:,} bytes.", _NOT_OURS
                )
            yield relative, path.read_bytes()
