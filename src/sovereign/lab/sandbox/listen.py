"""Listens to a task's process: its two lines of answer and what it says, with a bound on each."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable

from .answer import clean

_MOST_LINES, _LONGEST_LINE = 2000, 1000
_PIECE = 1 << 16


class Said:
    """Lines of stderr, passed on as they come: cleaned, and no more than so many of so many characters."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.last = ""
        self._tell = tell
        self._rest = b""
        self._count = 0

    def add(self, data: bytes) -> None:
        """Take a piece; what is over the bounds is dropped here, so that who writes it never waits."""
        if self._count > _MOST_LINES:
            return
        *lines, rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        self._rest = rest[: 4 * _LONGEST_LINE]
        for line in lines:
            text = clean(line[: 4 * _LONGEST_LINE].decode("utf-8", "replace"), _LONGEST_LINE)
            if not text:
                continue
            self._count += 1
            if self._count > _MOST_LINES:
                self._tell(f"(the lines after the first {_MOST_LINES} are left out)")
                return
            self.last = text
            self._tell(text)

    def end(self) -> None:
        """Take what has no line end as a line."""
        self.add(b"\n")


class Listener:
    """Reads two pipes until a line of answer is there, both have ended, or time is up."""

    def __init__(self, answers: int, errors: int, deadline: float) -> None:
        self.deadline = deadline
        self._answers, self._errors = answers, errors
        self._open = {answers, errors}
        self._buffer = bytearray()

    def line(self, most: int, say: Callable[[bytes], None]) -> tuple[bytes | None, str | None]:
        """The next line of answer; or None, and ``time`` or ``output`` if that is why. ``say`` gets what comes on stderr."""
        while self._answers in self._open:
            head, end, rest = self._buffer.partition(b"\n")
            if len(head) > most:
                return None, "output"
            if end:
                self._buffer = rest
                return bytes(head), None
            if not self._take(self.deadline, say):
                return None, "time"
        return None, None

    def rest(self, seconds: float, say: Callable[[bytes], None]) -> None:
        """Give a process so long to end, and take what it still says."""
        until = min(self.deadline, time.monotonic() + seconds)
        while self._open and self._take(until, say):
            self._buffer.clear()

    def _take(self, until: float, say: Callable[[bytes], None]) -> bool:
        """Read what there is; whether time is left."""
        left = until - time.monotonic()
        if left <= 0:
            return False
        for file in select.select(list(self._open), [], [], left)[0]:
            data = os.read(file, _PIECE)
            if not data:
                self._open.discard(file)
            elif file == self._errors:
                say(data)
            else:
                self._buffer += data
        return True
