"""The next request, from what is kept of a deposit and what the archive was seen to hold. No I/O.

A run begins with looking: what was done stands in the archive, not in our memory of it. So a request whose answer was lost
needs no undoing, but for one: a draft that was created and whose id we do not know. It carries our marker, and is looked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from .state import HeldFile, State, Step

LOOKS = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds to wait before each look for a draft that may have been created: the index of an archive lags behind."""


@dataclass(frozen=True)
class Call:
    """One request. ``pause`` is in seconds before it; ``file`` names the one whose bytes are sent instead of ``body``."""

    step: Step
    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: Any = None
    file: str = ""
    pause: float = 0.0

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{urlencode(self.params)}" if self.params else self.path


@dataclass(frozen=True)
class Entry:
    """A file as the archive holds it. ``md5`` is in hex, empty as long as there are no bytes."""

    md5: str
    size: int
    complete: bool

    def holds(self, file: HeldFile) -> bool:
        """Whether it is that file."""
        return self.complete and self.md5 == file.md5 and self.size == file.size


@dataclass(frozen=True)
class Seen:
    """What this run has seen of the archive so far. ``pids`` and ``entries`` are None until they were asked for.

    ``fresh`` is true if the archive listed the files after the last change to them; ``opened`` and ``filled`` are the files
    whose upload this run began, and whose bytes it sent; ``alone`` after a look for other drafts of ours right before
    publishing.
    """

    looks: int = 0
    listed: bool = False
    unpublished: bool = False
    pids: Mapping[str, Any] | None = None
    entries: Mapping[str, Entry] | None = None
    fresh: bool = False
    imported: bool = False
    opened: frozenset[str] = field(default_factory=frozenset)
    filled: frozenset[str] = field(default_factory=frozenset)
    described: bool = False
    alone: bool = False
    checked: bool = False


def next_call(state: State, seen: Seen, publish: bool) -> Call | None:
    """The request that comes next; None if nothing is left to do: prepared, or with ``publish`` published and checked."""
    if not state.archive_id:
        return _begin(state, seen)
    record = f"/api/records/{state.archive_id}"
    draft = f"{record}/draft"
    if state.published:
        return None if seen.checked else Call("published_files", "GET", f"{record}/files")
    if not seen.unpublished:
        return Call("record", "GET", record)
    if seen.pids is None:
        return Call("draft", "GET", draft)
    if "doi" not in seen.pids:
        return Call("reserve", "POST", f"{draft}/pids/doi")
    if seen.entries is None:
        return Call("files", "GET", f"{draft}/files")
    upload = _upload(state, seen, seen.entries, draft)
    if upload:
        return upload
    if not seen.fresh:
        return Call("files", "GET", f"{draft}/files")
    if not seen.described:
        # Without the identifiers among it, an update would give the reserved DOI back.
        return Call("describe", "PUT", draft, body={**state.body, "pids": dict(seen.pids)})
    if not publish:
        return None
    if not seen.alone:
        return _look(state, 0)
    return Call("publish", "POST", f"{draft}/actions/publish")


def _begin(state: State, seen: Seen) -> Call:
    """Look for a draft of ours, then make one. One look before anything was asked: the state may be lost."""
    unanswered = state.asked == "create"
    if seen.looks < (len(LOOKS) if unanswered else 1):
        return _look(state, seen.looks)
    if unanswered and not seen.listed:
        # The newest of the account, without a query: an archive may not index what we search by.
        return Call("list", "GET", "/api/user/records", (("size", "100"), ("sort", "newest"), ("allversions", "true")))
    if state.previous:
        return Call("version", "POST", f"/api/records/{state.previous}/versions")
    return Call("create", "POST", "/api/records", body=state.body)


def _look(state: State, number: int) -> Call:
    query = (("q", f'metadata.identifiers.identifier:"{state.marker}"'), ("size", "25"), ("sort", "newest"))
    return Call("look", "GET", "/api/user/records", (*query, ("allversions", "true")), pause=LOOKS[number])


def _upload(state: State, seen: Seen, entries: Mapping[str, Entry], draft: str) -> Call | None:
    """What makes the files of the draft those of the state, one step of it."""
    wanted = {file.name: file for file in state.files}
    if not entries and not seen.imported and any(state.known.get(f.name) == f.md5 for f in state.files):
        return Call("import", "POST", f"{draft}/actions/files-import")
    for name, entry in sorted(entries.items()):
        under_way = name in seen.opened and not entry.complete
        if not under_way and (name not in wanted or not entry.holds(wanted[name])):
            return Call("delete", "DELETE", f"{draft}/files/{quote(name, safe='')}", file=name)
    for name in wanted:
        place = f"{draft}/files/{quote(name, safe='')}"
        if name not in entries:
            return Call("open", "POST", f"{draft}/files", body=[{"key": name}])
        if not entries[name].complete:
            if name in seen.filled:
                return Call("commit", "POST", f"{place}/commit", file=name)
            return Call("content", "PUT", f"{place}/content", file=name)
    return None
