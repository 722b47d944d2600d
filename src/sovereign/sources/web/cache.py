"""Answers on disk, one file per request. A file that is damaged counts as not there.

They may take so much room, and no more: those that were not used for the longest time go first. When a file was last used
is its modification time; when its answer was stored stands inside.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sovereign.errors import StoreError
from sovereign.records import canonical_json, sha256_hex
from sovereign.store import write_atomic

from .answer import Answer, FetchError, Kind
from .hosts import CACHE_BYTES, LIFETIMES
from .request import Request

_LONGEST_WRITE = 3_600.0  # seconds


@dataclass(frozen=True)
class Entry:
    """A cached answer; ``stored`` is the Unix time at which the host last gave or confirmed it."""

    answer: Answer
    stored: float

    def fresh(self, kind: Kind, now: float) -> bool:
        """Whether it may be used without asking. One from the future is not: a clock was wrong."""
        return 0 <= now - self.stored < LIFETIMES[kind]

    def conditions(self) -> dict[str, str]:
        """The headers that ask the host for an answer only if it has another one (RFC 9110, section 13)."""
        pairs = (("etag", "if-none-match"), ("last-modified", "if-modified-since"))
        return {then: self.answer.headers[name] for name, then in pairs if name in self.answer.headers}


class Cache:
    """The cache under a folder. If it cannot be written, the run goes on without, and says so once."""

    def __init__(self, folder: Path, tell: Callable[[str], None], cap: int = CACHE_BYTES) -> None:
        self._folder, self._tell, self._writable, self._cap = folder, tell, True, cap
        self._lock = threading.Lock()
        self._size: int | None = None  # bytes, counted when something is first stored

    def get(self, request: Request) -> Entry | None:
        """The stored answer of a request, fresh or not."""
        try:
            path = self._path(request)
            data = path.read_bytes()
            whole, _, rest = data.partition(b"\n")
            if sha256_hex(rest).encode() != whole:
                return None
            head, _, body = rest.partition(b"\n")
            about = json.loads(head)
            answer = Answer(about["url"], about["status"], about["headers"], body)
            entry = Entry(answer, about["stored"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return entry

    def put(self, request: Request, answer: Answer, kind: Kind, now: float) -> None:
        """Store an answer as given or confirmed at ``now``, if it is one to keep."""
        if not self._writable or not _to_keep(answer, kind):
            return
        about = {"headers": dict(answer.headers), "status": answer.status, "stored": now, "url": answer.url}
        rest = canonical_json(about) + b"\n" + answer.body
        try:
            write_atomic(self._path(request), sha256_hex(rest).encode() + b"\n" + rest)
        except StoreError as error:
            self._writable = False
            self._tell(f"going on without the cache: {error.message}")
        else:
            self._make_room(len(rest))

    def _make_room(self, added: int) -> None:
        """Remove what was used least lately, once all together is too large, down to nine tenths of the cap.

        Other processes may remove the same; what one of them stores is counted when the next one begins.
        """
        with self._lock:
            if self._size is not None:
                self._size += added
            if self._size is None or self._size > self._cap:
                files = sorted(self._files())
                self._size = sum(size for _, size, _ in files)
                goal = self._size if self._size <= self._cap else self._cap * 9 // 10
                for _, size, path in files:
                    if self._size <= goal:
                        break
                    with contextlib.suppress(OSError):
                        path.unlink(missing_ok=True)
                    self._size -= size

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """When each file was last used, its bytes, and where it is; of what a killed process left half written too."""
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(OSError):
                known = path.stat()
                # What begins with a dot is being written, or was long ago by a process that is dead.
                if not path.name.startswith(".") or time.time() - known.st_mtime > _LONGEST_WRITE:
                    yield known.st_mtime, known.st_size, path

    def _path(self, request: Request) -> Path:
        """By all that decides the answer, but for keys: the folder is one person's."""
        name = sha256_hex(canonical_json([*request.identity, request.open_headers]))
        return self._folder / name[:2] / name[2:]


def _to_keep(answer: Answer, kind: Kind) -> bool:
    """Not a page of HTML where no provider answers HTML (a login page of a network does), and not broken JSON."""
    form = answer.headers.get("content-type", "").lower()
    if answer.status != 200 or ("html" in form and kind != "fulltext"):
        return False
    if "json" in form:
        with contextlib.suppress(FetchError):
            answer.json()
            return True
        return False
    return True
