"""Lines with a thing against the same lines without it: "B + A" and "B", "full" and "- A", "with A" and "w/o A"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sovereign.language.words import word_set

from .mentions import Mention, header_words, tokens_of
from .operands import Operands, across_lines, within
from .sheet import Axis, Sheet
from .statements import Clause, Cue

_REMOVED = re.compile(r"\s*(?:[-−–—]\s*|w/o\b|without\b|no\b|w\\o\b)(?=[\sA-Za-z])", re.IGNORECASE)
_REMOVING = re.compile(r"\b(?:remov|without|w/o|ablat|exclud|drop|omit|disabl|no\b|lack|turning off)", re.IGNORECASE)
_FULL = re.compile(r"\b(?:full|all|complete|our|ours|proposed|base|baseline|final|whole)\b", re.IGNORECASE)
_TAKEN = re.compile(r"\b(?:without|w/o|no|not)\b|w\\o", re.IGNORECASE)
_TAKERS = word_set("without no not w o")
_JOINTS = word_set("with w and + without o the")


def with_and_without(
    claim: str, sheet: Sheet, clause: Clause, cue: Cue, mentions: Sequence[Mention]
) -> Operands | None:
    """The lines with what the subject of a change names against those without it; the other way round for "removing A"."""
    axes: tuple[Axis, Axis] = ("row", "column")
    for axis in axes:
        before = within(mentions, clause.start, cue.start, axis)
        lines = sorted(frozenset().union(*(m.lines for m in before)))
        said = frozenset(t.root for m in before for t in tokens_of(claim[m.start : m.end]))
        found = ((n, _partner(sheet, axis, n, said)) for n in lines)
        pairs = [(n, base) for n, base in found if base is not None and base != n]
        removed = {n for n, _ in pairs if _REMOVED.match(sheet.headers[axis][n][-1])}
        if not pairs or not any(m.specific for m in before) or (removed and len(removed) < len(pairs)):
            continue
        mine, theirs = frozenset(n for n, _ in pairs), frozenset(b for _, b in pairs)
        if bool(removed) != bool(_REMOVING.search(claim[clause.start : cue.start])):
            mine, theirs = theirs, mine
        if not mine & theirs:
            context = [m for m in within(mentions, clause.start, clause.end) if m.axis != axis]
            across, named = across_lines(sheet, axis, context, cue, claim[cue.end : clause.end])
            return Operands(axis, mine, theirs, across, named, sum(m.specific for m in before))
    return None


def _partner(sheet: Sheet, axis: Axis, line: int, said: frozenset[str]) -> int | None:
    """The line whose headers are those of this one without the words said; for one that takes something away, the full one."""
    headers = sheet.headers[axis]
    own = headers[line]
    if not own:
        return None
    if _REMOVED.match(own[-1]):
        return _only(n for n, h in headers.items() if h and h[:-1] == own[:-1] and _is_full(h[-1]))
    words = _words(own) - _JOINTS
    if words & said and not _TAKEN.search(" ".join(own)):
        taken = [n for n, h in headers.items() if n != line and _TAKEN.search(" ".join(h))]
        twin = _only(n for n in taken if _words(headers[n]) - _JOINTS - _TAKERS == words)
        if twin is not None:
            return twin
    rest = words - said
    if not rest or rest == words:
        return None
    return _only(n for n, h in headers.items() if n != line and _words(h) - _JOINTS == rest)


def _is_full(header: str) -> bool:
    return _FULL.search(header) is not None and not _REMOVED.match(header)


def _only(lines: Iterable[int]) -> int | None:
    found = list(lines)
    return found[0] if len(found) == 1 else None


def _words(headers: Sequence[str]) -> frozenset[str]:
    return frozenset(w for h in headers for w, _ in header_words(h))
