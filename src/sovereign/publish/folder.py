"""Writes a record's public forms into a folder, each file whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from sovereign.errors import OutputError
from sovereign.records import LedgerHead, OwnerDecision, Record

from .formats import FORMATS, render_bytes
from .measured import Artifact, figures
from .standing import Standing

_ADVICE = {
    errno.ENOSPC: "Free some space, or choose a folder on another disk.",
    errno.EDQUOT: "Free some of your quota, or choose a folder on another disk.",
    errno.EACCES: "Choose a folder that you may write to, or change its permissions.",
    errno.EPERM: "Choose a folder that you may write to, or change its permissions.",
    errno.EROFS: "Choose a folder on a disk that can be written.",
    errno.EEXIST: "Move away what stands at that path, or choose another folder.",
    errno.ENOTDIR: "A part of that path is a file. Move it away, or choose another folder.",
    errno.EISDIR: "Move away the folder that stands at that path, or choose another folder.",
    errno.ENAMETOOLONG: "Choose a shorter path.",
}


def write_all(
    record: Record,
    folder: Path,
    head: LedgerHead | None = None,
    owner: OwnerDecision | None = None,
    artifact: Artifact | None = None,
    standing: Standing | None = None,
) -> dict[str, Path]:
    """Every format of ``record`` in ``folder``, which is made if need be, and its plots. Returns the path of each by name.

    ``artifact`` gives the bytes of a plot by their SHA-256; without it, none is written. ``standing`` is how the
    ledger says that this version stands. A file appears under its name only when all its bytes are on the disk; an older one is replaced.

    Raises:
        OutputError: if the folder or a file cannot be written, or the PDF not be typeset. All files that can be written are.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise OutputError(f"The folder {folder} could not be made: {_reason(error)}.", _advice(error)) from error
    paths: dict[str, Path] = {}
    failed: list[tuple[Path, OSError | OutputError]] = []
    files: dict[str, tuple[Path, bytes]] = {}
    for name, form in FORMATS.items():
        try:
            files[name] = (folder / form.file, render_bytes(record, name, head, owner, artifact, standing))
        except OutputError as error:
            failed.append((folder / form.file, error))
    for plot in figures(record, artifact, {}):
        if plot.svg:
            files[f"figure-{plot.number}"] = (folder / plot.file, plot.svg)
    for name, (path, data) in files.items():
        try:
            path.parent.mkdir(exist_ok=True)
            write_whole(path, data)
        except OSError as error:
            failed.append((path, error))
        else:
            paths[name] = path
    if failed:
        what = "; ".join(f"{path}: {_reason(error)}" for path, error in failed)
        stays = f" Written: {', '.join(p.name for p in paths.values())}." if paths else ""
        advice = " ".join(dict.fromkeys(_advice(error) for _, error in failed))
        raise OutputError(f"Could not be written: {what}.{stays}", advice) from failed[0][1]
    return paths


def write_whole(path: Path, data: bytes) -> None:
    """``data`` in ``path``, by a temporary file beside it, so that no reader ever sees half of it.

    Raises:
        OSError: if it cannot be written; the temporary file is gone then, and an older file as it was.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex[:8]}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _reason(error: Exception) -> str:
    if isinstance(error, OutputError):
        return error.message.rstrip(".")
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _advice(error: Exception) -> str:
    if isinstance(error, OutputError):
        return error.advice
    code = error.errno if isinstance(error, OSError) else None
    return _ADVICE.get(code or 0, "Choose another folder.")
