"""Files of records that take long to make, kept in a folder of the home so that each is made once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from sovereign.contracts.manifest import this_code
from sovereign.contracts.published import EXPORTED, Published
from sovereign.errors import OutputError
from sovereign.publish.folder import write_whole

FOLDER = "site-cache"
MOST_BYTES = 512_000_000
_MOST_WAITING = 4

_one_at_a_time = threading.Lock()
_waiting = threading.BoundedSemaphore(_MOST_WAITING)


def kept(home: Path, published: Published, name: str, make: Callable[[], bytes]) -> bytes:
    """The file ``name`` of a version of a record as it was made before, or made now: one at a time, since each takes seconds and memory.

    It is made anew when the ledger has told more of the record, or the code is another.

    Raises:
        OutputError: if several others wait for a file already.
    """
    place = home / FOLDER / _key(published, name)
    if (data := _read(place)) is not None:
        return data
    if not _waiting.acquire(blocking=False):
        raise OutputError("the file is not ready: others wait for theirs.", "Try again in a minute.")
    try:
        with _one_at_a_time:
            if (data := _read(place)) is not None:
                return data
            data = make()
            _keep(place, data)
            return data
    finally:
        _waiting.release()


def _key(published: Published, name: str) -> str:
    """What the file follows from. An export is an event itself, and changes nothing in the files."""
    last = [e.hash for e in published.events if e.kind != EXPORTED][-1:] or ["none"]
    record = published.record
    return f"{record.id}-v{record.version}-{last[0][:16]}-{this_code().source_sha256[:12]}-{name}"


def _keep(place: Path, data: bytes) -> None:
    """Keep a file, and drop the oldest where all together are too many bytes. A full or closed disk is no reason to give nothing."""
    try:
        place.parent.mkdir(exist_ok=True)
        write_whole(place, data)
        files = sorted(((f.stat(), f) for f in place.parent.iterdir() if f.is_file()), key=lambda one: one[0].st_mtime)
        total = sum(stat.st_size for stat, _ in files)
        for stat, file in files:
            if total <= MOST_BYTES or file == place:
                break
            file.unlink(missing_ok=True)
            total -= stat.st_size
    except OSError:
        return


def _read(place: Path) -> bytes | None:
    try:
        return place.read_bytes()
    except OSError:
        return None
