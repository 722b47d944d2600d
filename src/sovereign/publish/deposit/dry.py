"""The requests of a deposit as they would be sent, if the archive answered each as it should. Nothing is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .archive import MASK, headers
from .drive import MOST_CALLS
from .plan import Call, Entry, Seen, next_call
from .state import HeldFile, State

ID, DOI = "{id}", "{doi}"
"""Stand for what the archive gives: they are known only when it has answered."""


def requests(state: State, publish: bool) -> list[dict[str, Any]]:
    """Every request in order, with method, URL, headers (the token masked) and body, or the file that would be the body.

    A draft that the archive holds already is taken to have no files yet: a real run sends only those that differ.
    """
    seen, found = Seen(), []
    for _ in range(MOST_CALLS):
        call = next_call(state, seen, publish)
        if call is None or call.step == "published_files":
            if call:
                found.append(_shown(state, call))
            return found
        found.append(_shown(state, call))
        state, seen = _assumed(state, seen, call)
    raise AssertionError("the plan comes to no end")


def _shown(state: State, call: Call) -> dict[str, Any]:
    row: dict[str, Any] = {
        "step": call.step,
        "method": call.method,
        "url": state.archive + call.target.replace("%7Bid%7D", ID),
        "headers": headers(call, MASK),
    }
    if call.step == "content":
        row["file"] = _file(state, call.file).model_dump(mode="json")
    elif call.body is not None:
        row["body"] = call.body
    return row


def _file(state: State, name: str) -> HeldFile:
    return next(file for file in state.files if file.name == name)


def _assumed(state: State, seen: Seen, call: Call) -> tuple[State, Seen]:
    """State and sight after the answer that a call should have."""
    match call.step:
        case "look" | "list":
            return (
                (state, replace(seen, alone=True))
                if state.archive_id
                else (state, replace(seen, looks=99, listed=True))
            )
        case "create" | "version":
            return state.model_copy(update={"archive_id": ID}), seen
        case "record":
            return state, replace(seen, unpublished=True)
        case "draft":
            return state, replace(seen, pids={"doi": {"identifier": state.doi}} if state.doi else {})
        case "reserve":
            return state, replace(seen, pids={"doi": {"identifier": DOI, "provider": "datacite", "client": "datacite"}})
        case "files" | "import":
            known = {f.name: Entry(f.md5, f.size, True) for f in state.files if state.known.get(f.name) == f.md5}
            entries = known if call.step == "import" else seen.entries or {}
            return state, replace(
                seen, entries=entries, fresh=call.step == "files", imported=call.step == "import" or seen.imported
            )
        case "delete":
            return state, replace(
                seen, entries={n: e for n, e in (seen.entries or {}).items() if n != call.file}, fresh=False
            )
        case "open":
            name = call.body[0]["key"]
            entries = {**(seen.entries or {}), name: Entry("", -1, False)}
            return state, replace(seen, entries=entries, opened=seen.opened | {name}, fresh=False)
        case "content":
            return state, replace(seen, filled=seen.filled | {call.file})
        case "commit":
            file = _file(state, call.file)
            done = {**(seen.entries or {}), call.file: Entry(file.md5, file.size, True)}
            return state, replace(
                seen, entries=done, opened=seen.opened - {call.file}, filled=seen.filled - {call.file}, fresh=False
            )
        case "describe":
            return state, replace(seen, described=True)
        case "publish":
            return state.model_copy(update={"published": True}), seen
        case "published_files":
            return state, replace(seen, checked=True)
