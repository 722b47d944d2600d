"""Names that other words of a claim make into other things: "A with B", "the teacher of A", "models other than A"; and where to look."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sovereign.language.metrics import mentions as metrics_in
from sovereign.language.verbs import AUXILIARIES, FINITE

from .mentions import Mention
from .operands import entity_axes
from .reading import Statement
from .sheet import Sheet
from .statements import Clause, clauses_of

# Between two names these make one thing of them.
_JOINED = re.compile(
    r"[\s-]*(?:\+|\b(?:with|without|plus|minus|via|from|using|w/o?|on top of|followed by|combined with|and then)\b|[\s-])[\s-]*(?:the |an? )?",
    re.IGNORECASE,
)
_COMPARING = re.compile(r"\b(?:compar\w+|contrast\w*|relative)\b[^,;]*$", re.IGNORECASE)
_EXCLUDED = re.compile(
    r"\b(?:other than|except(?: for)?|excluding|apart from|aside from|all but|everything but)\b", re.IGNORECASE
)
_THING = r"(?:models?|methods?|systems?|approach(?:es)?|networks?|baselines?|architectures?|frameworks?|algorithms?)"
_SOME = r"(?:some|most|much|part|all|each|any|none|half|several|few|many|best|worst|rest|data|(?:data)?sets?|tasks?)"
_ANOTHER = re.compile(
    rf"\b(?:{_THING}\s+(?:of|from|like|near|behind|before|after)|{_SOME}\s+of)\s+(?:the\s+)?$", re.IGNORECASE
)
_OWNED = re.compile(rf"\s*['’]s?\s+(?:\w+\s+)?(?:{_THING}|data|(?:data)?sets?|tasks?)\b", re.IGNORECASE)
_PLACED = re.compile(r"(?:[,;:(]|\b(?:on|in|for|at|of|over|across|and)(?:\s+the)?)\s*$", re.IGNORECASE)
_BACK = re.compile(r"\b(?:it|its|they|their|them|this|these|those|both|latter|former|itself)\b", re.IGNORECASE)
_ADDED = re.compile(
    r"\W*(?:(?:and|but|yet|only)\s+)*(?:with|without|when|if|once|after|before|by|using|on|in|for|under|given)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")


def narrowed(claim: str, sheet: Sheet, names: Sequence[Mention]) -> Iterator[str]:
    """The words by which a plain claim makes another thing of a line of the table that it names."""
    yield from (m[0] for m in _EXCLUDED.finditer(claim))
    named = [m for m in names if m.specific]
    for first, second in ((a, b) for a in named for b in named if a.axis == b.axis and a.end <= b.start):
        one = not first.lines & second.lines and _JOINED.fullmatch(claim[first.end : second.start])
        if one and not _COMPARING.search(claim[: first.start]):
            yield claim[first.start : second.end]
    for thing in (m for m in named if m.axis == entity_axes(sheet)[0]):
        ahead = claim[: thing.start]
        if found := _ANOTHER.search(ahead):
            yield claim[found.start() : thing.end]
        if owned := _OWNED.match(claim, thing.end):
            yield claim[thing.start : owned.end()]
        yield from (claim[m.start : thing.end] for m in named if m.axis != thing.axis and _qualifies(claim, m, thing))


def _qualifies(claim: str, mention: Mention, thing: Mention) -> bool:
    """Whether a line across stands before a thing as its attribute: "the SQuAD BERT", but not "on SQuAD BERT" or "the F1 BERT has"."""
    if mention.end >= thing.start or claim[mention.end : thing.start].strip(" -"):
        return False
    placed = _PLACED.search(claim[: mention.start]) is not None
    return not placed and not metrics_in(claim[mention.start : mention.end])


def spoken_of(claim: str, sheet: Sheet, names: Sequence[Mention], statements: Sequence[Statement]) -> list[Clause]:
    """The clauses whose words can narrow what statements are about: those that hold them, and those without a subject of their own.

    "While the pruned A is smaller, B reaches 81" says nothing of B in its first clause; "although pruned, B reaches 81" does.
    """
    clauses = clauses_of(claim)
    axis = entity_axes(sheet)[0]
    used = {getattr(e.cell, axis) for s in statements for e in s.finding.cells}
    return [c for c in clauses if _holds(c, statements) or (not c.tail and not _apart(c, names, axis, used))]


def _holds(clause: Clause, statements: Sequence[Statement]) -> bool:
    return any(clause.start <= s.start < clause.end for s in statements)


def _apart(clause: Clause, names: Sequence[Mention], axis: str, used: set[int]) -> bool:
    """Whether a clause has a subject and a verb of its own, and speaks of none of the lines that are used."""
    words = {w.lower() for w in _WORD.findall(clause.text)}
    if not words & (FINITE | AUXILIARIES) or _BACK.search(clause.text) or _ADDED.match(clause.text):
        return False
    own = (m for m in names if clause.start <= m.start < clause.end and m.axis == axis)
    return not any(m.lines & used for m in own)
