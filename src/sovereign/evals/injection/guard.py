"""What leaves the process: every address that a socket of it is connected to, every name that is looked up."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

_LOCK = Lock()
_watching: list[list[str]] = []
_installed: list[bool] = []


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collect, while the context is open, the addresses that sockets are connected or sent to, and names looked up.

    An audit hook (PEP 578) sees them all, whichever library asks; it cannot be taken out again, and rests between uses.
    Sockets of this machine's own files (AF_UNIX) are no requests.
    """
    found: list[str] = []
    with _LOCK:
        if not _installed:
            sys.addaudithook(_hook)
            _installed.append(True)
        _watching.append(found)
    try:
        yield found
    finally:
        with _LOCK:
            _watching.remove(found)


def _hook(event: str, given: tuple[Any, ...]) -> None:
    if not _watching or event not in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        return
    target = given[1] if event in ("socket.connect", "socket.sendto") else given[0]
    if isinstance(target, tuple):
        said = f"{target[0]}:{target[1]}"
    elif event in ("socket.connect", "socket.sendto"):
        return
    else:
        said = str(target)
    for found in _watching:
        found.append(said)
