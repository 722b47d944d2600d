"""What an answer of the archive says, taken into what is kept and what was seen. No I/O; nothing in an answer is trusted."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sovereign.errors import DepositError

from ..text import one_line, safe_url
from .plan import Call, Entry, Seen
from .state import State

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_DOI = re.compile(r"10\.\d{4,9}/[!-~]{1,200}")
_MD5 = re.compile(r"md5:([0-9a-f]{32})")
_SHOWN = 300


class Unclear(Exception):
    """A request that may have been carried out or not: no answer, or none that can be read. The archive has to be looked at.

    ``wait`` is for how many seconds the archive asks to be left alone; ``refused`` says that it was not carried out.
    """

    def __init__(self, reason: str, wait: float = 0.0, refused: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.refused = refused


def absorb(state: State, seen: Seen, call: Call, body: bytes) -> tuple[State, Seen]:
    """State and sight after the answer ``body`` of status 2xx to a call.

    Raises:
        Unclear: if the answer is not what that call is answered with.
        DepositError: if the archive holds something that we must not touch.
    """
    if call.step == "delete":
        left = {name: entry for name, entry in (seen.entries or {}).items() if name != call.file}
        return state, replace(seen, entries=left, fresh=False, opened=seen.opened - {call.file})
    answer = _object(body)
    match call.step:
        case "look" | "list":
            return _found(state, seen, call, answer)
        case "create" | "version":
            made = replace(seen, looks=0)
            archive_id = _id(answer)
            if archive_id == state.previous:
                raise Unclear("the archive gave the old version for the new one")
            return _same_concept(state, answer, {"archive_id": archive_id}), made
        case "draft" | "reserve" | "describe":
            pids = _pids(answer)
            if call.step == "describe":
                _no_errors(answer)
                if "doi" not in pids:
                    raise Unclear("the reserved DOI is gone")
            taken = replace(seen, pids=pids, described=call.step == "describe" or seen.described)
            return state.model_copy(update=_facts(answer)), taken
        case "record" | "publish":
            return _published(state, seen, call, answer)
        case "files" | "import":
            found = _entries(answer)
            imported = seen.imported or call.step == "import"
            return state, replace(seen, entries=found, fresh=call.step == "files", imported=imported)
        case "open":
            name = call.body[0]["key"]
            found = _entries(answer)
            if name not in found:
                raise Unclear("the archive does not list the file that was begun")
            entry = {name: replace(found[name], complete=False)}
            return state, replace(
                seen, entries={**(seen.entries or {}), **entry}, fresh=False, opened=seen.opened | {name}
            )
        case "content":
            return state, replace(seen, filled=seen.filled | {call.file})
        case "commit":
            done = {call.file: replace(_entry(answer), complete=True)}
            gone = frozenset([call.file])
            return state, replace(
                seen, entries={**(seen.entries or {}), **done}, fresh=False, opened=seen.opened - gone, filled=seen.filled - gone
            )  # fmt: skip
        case "published_files":
            return state, _checked(state, seen, _entries(answer))


def marked(answer: Mapping[str, Any], marker: str) -> bool:
    """Whether a draft or record carries the marker."""
    metadata = answer.get("metadata")
    named = metadata.get("identifiers") if isinstance(metadata, dict) else None
    return isinstance(named, list) and any(isinstance(i, dict) and i.get("identifier") == marker for i in named)


def _found(state: State, seen: Seen, call: Call, answer: Mapping[str, Any]) -> tuple[State, Seen]:
    """What a look for our marker found: nothing, or the one to go on with. One that is published goes before drafts."""
    hits = answer.get("hits")
    rows = hits.get("hits") if isinstance(hits, dict) else None
    if not isinstance(rows, list):
        raise Unclear("the archive's list cannot be read")
    ours = [row for row in rows if isinstance(row, dict) and marked(row, state.marker)]
    # The draft of a new version begins with the description of the old one, marker and all.
    first = [row for row in ours if state.previous or _index(row) == 1]
    public = [row for row in first if row.get("is_published") is True]
    if state.archive_id:  # right before publishing
        other = [_id(row) for row in public if _id(row) != state.archive_id]
        if other:
            raise DepositError(
                f"the archive holds this version of the record already, published as {other[0]}; nothing was published",
                "Look at it in the archive. To go on with it, move the state of this deposit away and run this again.",
            )
        return state, replace(seen, alone=True)
    if not first:
        if call.step == "list":
            return state, replace(seen, listed=True)
        return state, replace(seen, looks=seen.looks + 1)
    chosen = min(public or first, key=lambda row: (str(row.get("created", "")), _id(row)))
    return state.model_copy(update={"archive_id": _id(chosen)}), seen


def _index(row: Mapping[str, Any]) -> int:
    versions = row.get("versions")
    index = versions.get("index", 1) if isinstance(versions, dict) else 1
    return index if isinstance(index, int) else 1


def _published(state: State, seen: Seen, call: Call, answer: Mapping[str, Any]) -> tuple[State, Seen]:
    if _id(answer) != state.archive_id:
        raise Unclear("the archive answered with another record")
    if not marked(answer, state.marker):
        raise DepositError(
            f"the record {state.archive_id} that the archive has published does not carry our identifier {state.marker}",
            "Somebody has changed it there, or the state of this deposit belongs to another archive. Look at both.",
        )
    if answer.get("is_published") is False:
        raise Unclear("the archive has not published it")
    facts = _facts(answer)
    if not facts.get("doi"):
        raise Unclear("the archive names no DOI")
    return _same_concept(state, answer, {**facts, "published": True, "prepared": True}), seen


def _same_concept(state: State, answer: Mapping[str, Any], update: dict[str, Any]) -> State:
    concept = _facts(answer).get("concept_doi", "")
    if state.concept_before and concept and concept != state.concept_before:
        raise DepositError(
            f"the archive put the new version under {concept}, not under {state.concept_before}",
            "Look at both in the archive before going on.",
        )
    return state.model_copy(update=update)


def _checked(state: State, seen: Seen, entries: Mapping[str, Entry]) -> Seen:
    wanted = {file.name: file for file in state.files}
    wrong = [
        n for n in sorted({*wanted, *entries}) if n not in wanted or n not in entries or not entries[n].holds(wanted[n])
    ]
    if wrong:
        raise DepositError(
            f"{state.doi} is published, but the archive's files are not those that were approved: {', '.join(wrong)[:_SHOWN]}",
            "Tell the archive: published files cannot be changed by us.",
        )
    return replace(seen, checked=True)


def _facts(answer: Mapping[str, Any]) -> dict[str, str]:
    """DOI, concept DOI and page of a draft or record, those of them that it names."""
    links, parent = answer.get("links"), answer.get("parent")
    page = links.get("self_html") if isinstance(links, dict) else None
    found = {
        "doi": _doi(answer),
        "concept_doi": _doi(parent) if isinstance(parent, dict) else "",
        "url": (safe_url(page) or "") if isinstance(page, str) else "",
    }
    return {name: value for name, value in found.items() if value}


def _doi(of: Mapping[str, Any]) -> str:
    pids = of.get("pids")
    doi = pids.get("doi") if isinstance(pids, dict) else None
    name = doi.get("identifier") if isinstance(doi, dict) else None
    if name is None:
        return ""
    if not (isinstance(name, str) and _DOI.fullmatch(name)):
        raise Unclear("the archive's DOI is none")
    return name


def _pids(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    pids = answer.get("pids")
    if not isinstance(pids, dict):
        raise Unclear("the archive's draft names no identifiers")
    _doi(answer)
    return pids


def _id(answer: Mapping[str, Any]) -> str:
    name = answer.get("id")
    if not (isinstance(name, str | int) and _ID.fullmatch(str(name))):  # it becomes a part of addresses
        raise Unclear("the archive names no id that can be used")
    return str(name)


def _entries(answer: Mapping[str, Any]) -> dict[str, Entry]:
    rows = answer.get("entries")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("key"), str) for row in rows):
        raise Unclear("the archive's list of files cannot be read")
    return {row["key"]: _entry(row) for row in rows}


def _entry(row: Mapping[str, Any]) -> Entry:
    found, size = _MD5.fullmatch(str(row.get("checksum") or "")), row.get("size")
    # Published records list files without a status in some releases.
    complete = row.get("status", "completed") == "completed" and found is not None
    if isinstance(size, float):  # a whole number may come with a point
        size = int(size) if math.isfinite(size) else None
    return Entry(found[1] if found else "", size if isinstance(size, int) else -1, complete)


def _no_errors(answer: Mapping[str, Any]) -> None:
    if answer.get("errors"):
        raise DepositError(
            f"the archive does not take the description: {explained(answer)}",
            "Nothing was published. Report this to us.",
        )


def explained(answer: Mapping[str, Any]) -> str:
    """The archive's own words on what it minds, in one line, cut to what can be shown."""
    parts = [str(answer.get("message") or "")]
    errors = answer.get("errors")
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, dict):
            words = error.get("messages")
            said = "; ".join(map(str, words)) if isinstance(words, list) else str(words or error.get("message") or "")
            parts.append(f"{error.get('field', '')}: {said}")
    return one_line(" | ".join(p for p in parts if p))[:_SHOWN] or "no reason given"


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Unclear("the archive answered something that is not JSON") from None
    if not isinstance(value, dict):
        raise Unclear("the archive's answer is no object")
    return value
