"""Files that are either wholly written or not there at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ..errors import StoreError


def write_atomic(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` through a temporary file beside it; a reader sees the old content or the new one.

    Raises:
        StoreError: if the file or its folder cannot be written.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".tmp", delete=False) as file:
            temporary = Path(file.name)
            file.write(data)
            file.flush()
            # Without this, a power cut after the rename may leave an empty file under the final name.
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise StoreError(
            f"{path} cannot be written: {error.strerror or error}",
            "Make room on the disk, or make the folder writable, and try again.",
        ) from error


def _sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` survive a power cut. Only POSIX can open a folder for that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
