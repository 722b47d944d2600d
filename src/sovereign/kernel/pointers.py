"""JSON Pointers (RFC 6901) into a record: which fields of its papers a correction may set, and what differs between two versions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from sovereign.errors import InputError
from sovereign.records import CorrectionType, Paper, Record

_LONGEST = 2_000  # characters of a value
_MOST_AUTHORS = 5_000
_DEEPEST = 4  # tokens of a pointer that says what differs
_PLACE = re.compile(r"/papers/(0|[1-9]\d{0,5})/([a-z_]+)")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ARXIV = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
_NOT_COMPARED = {"version", "corrections", "content_hash", "ledger_head"}


def _text(value: str) -> str:
    cleaned = " ".join(value.split())
    if not cleaned or len(cleaned) > _LONGEST or not cleaned.isprintable():
        raise ValueError(f"a text of 1 to {_LONGEST:,} printable characters")
    return cleaned


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parsed(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value.strip()) or not least <= int(value) <= most:
            raise ValueError(f"a whole number from {least:,} to {most:,}")
        return int(value)

    return parsed


def _people(value: str) -> tuple[str, ...]:
    """``A. Uthor; B. Writer``, or a JSON list of names."""
    try:
        names = json.loads(value) if value.lstrip().startswith("[") else value.split(";")
    except (ValueError, RecursionError):
        names = None
    if not isinstance(names, list) or not 0 < len(names) <= _MOST_AUTHORS or not all(isinstance(n, str) for n in names):
        raise ValueError("names with semicolons between them, or a JSON list of names")
    return tuple(_text(name) for name in names)


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    def parsed(value: str) -> str:
        if len(value) > _LONGEST or not pattern.fullmatch(value.strip()):
            raise ValueError(what)
        return value.strip()

    return parsed


def _url(value: str) -> str:
    said = _text(value)
    try:
        parts = urlsplit(said)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in said:
        raise ValueError("an address that begins with https://")
    return said


_SETS: Final[Mapping[CorrectionType, Mapping[str, Callable[[str], object]]]] = {
    "METADATA": {
        "title": _text,
        "authors": _people,
        "year": _whole(1400, 2200),
        "venue": _text,
        "doi": _matching(_DOI, "a DOI such as 10.1000/182"),
        "arxiv_id": _matching(_ARXIV, "an arXiv id such as 2404.15159v3"),
        "url": _url,
    },
    "PROVENANCE": {
        "source": _text,
        "location": _text,
        "url": _url,
        "version": _whole(1, 10_000),
        "retracted": _text,
    },
}
_NEVER_NULL = ("title", "source", "location")


def set_fields(
    record: Record, kind: CorrectionType, assignments: tuple[str, ...]
) -> tuple[tuple[Paper, ...], tuple[str, ...]]:
    """The papers with fields set as ``/papers/3/year=2024`` says (``null`` empties one), and the pointers to those that
    differ now, in the order given.

    Raises:
        InputError: for a pointer that leads nowhere or to what this type of correction may not set, or a value that is none.
    """
    allowed = _SETS.get(kind, {})
    papers = list(record.papers)
    pointers: dict[str, bool] = {}
    for one in assignments:
        pointer, sign, value = one.partition("=")
        place = _PLACE.fullmatch(pointer.strip())
        if not sign or place is None:
            raise InputError(
                f"{one[:120]!r} sets nothing.", "Write it so: --set /papers/3/year=2024 (papers count from 0)."
            )
        number, field = int(place[1]), place[2]
        if field not in allowed:
            raise InputError(
                f"A correction of type {kind} cannot set {field!r}.", f"It may set {', '.join(allowed)} of a paper."
            )
        if number >= len(papers):
            raise InputError(
                f"There is no /papers/{number} in this record.",
                f"Its papers are /papers/0 to /papers/{len(papers) - 1}.",
            )
        if pointer.strip() in pointers:
            raise InputError(f"{pointer.strip()} is set twice.", "Set each field once.")
        papers[number] = papers[number].model_copy(update={field: _value(field, value, allowed[field])})
        pointers[pointer.strip()] = getattr(papers[number], field) != getattr(record.papers[number], field)
    return tuple(papers), tuple(name for name, differs in pointers.items() if differs)


def _value(field: str, value: str, parse: Callable[[str], object]) -> object:
    if value.strip() == "null" and field not in _NEVER_NULL:
        return () if field == "authors" else None
    try:
        return parse(value)
    except ValueError as error:
        raise InputError(f"{value[:120]!r} cannot be the {field} of a paper.", f"It must be {error}.") from None


def differences(before: Record, after: Record) -> tuple[str, ...]:
    """JSON Pointers to all that differs between two versions of a record, into the version before; at most four steps deep.

    Where a list has another length, the list as a whole differs. Corrections, version and hash are left out.
    """
    old, new = (one.model_dump(mode="json", exclude=_NOT_COMPARED) for one in (before, after))
    return tuple(_differ(old, new, "", 0))


def _differ(old: Any, new: Any, at: str, depth: int) -> Iterator[str]:
    if old == new:
        return
    if depth < _DEEPEST and isinstance(old, dict) and isinstance(new, dict):
        for key in (*old, *(k for k in new if k not in old)):
            if key not in old or key not in new:
                yield f"{at}/{_escaped(key)}"
            else:
                yield from _differ(old[key], new[key], f"{at}/{_escaped(key)}", depth + 1)
    elif depth < _DEEPEST and isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (mine, theirs) in enumerate(zip(old, new, strict=True)):
            yield from _differ(mine, theirs, f"{at}/{number}", depth + 1)
    else:
        yield at


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
