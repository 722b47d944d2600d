"""The words of a clause that a table decides, with what stands beside each and what of them was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sovereign.language.units import dimension

from .mentions import Mention, Token, tokens_of
from .operands import entity_axes
from .reading import Statement
from .sheet import Axis, Sheet
from .statements import Clause, cues_of

_COMPARING = ("comparison", "ranking", "best", "compare", "equal", "change", "trend")
_STATED = ("lookup", "mean")  # what is no step from one figure to another
Span = tuple[int, int]


@dataclass(frozen=True)
class Words:
    """The words of one clause of a plain claim; every place is one in the claim.

    ``read`` are the parts that statements rest on, and ``steps`` those of them that are numbers of a difference or a ratio.
    ``compares``: whether a statement compares; ``averages``: whether an average may be meant. ``units`` are the dimensions of the
    cells used. ``entity`` is the axis of the things that the table compares.
    """

    claim: str
    clause: Clause
    tokens: tuple[Token, ...]
    names: tuple[Mention, ...]
    entity: Axis
    read: tuple[Span, ...]
    steps: tuple[Span, ...]
    compares: bool
    averages: bool
    units: frozenset[str]

    def word(self, i: int) -> str:
        """A word in lower case; empty outside the clause."""
        return self.tokens[i].text.lower() if 0 <= i < len(self.tokens) else ""

    def joint(self, i: int) -> str:
        """What stands between a word and the next."""
        inside = 0 <= i < len(self.tokens) - 1
        return self.claim[self.tokens[i].end : self.tokens[i + 1].start] if inside else ""

    def is_read(self, i: int) -> bool:
        """Whether a statement rests on a word."""
        return covered(self.tokens[i], self.read)

    def in_name(self, i: int) -> bool:
        """Whether a word is part of a line's name."""
        return self._named(i, ("row", "column"))

    def in_thing(self, i: int) -> bool:
        """Whether a word is part of the name of one of the things that the table compares."""
        return self._named(i, (self.entity,))

    def _named(self, i: int, axes: Sequence[Axis]) -> bool:
        return 0 <= i < len(self.tokens) and any(
            m.specific and m.axis in axes and m.start <= self.tokens[i].start < m.end for m in self.names
        )


def words_of(
    claim: str, clause: Clause, sheet: Sheet, names: Sequence[Mention], statements: Sequence[Statement]
) -> Words:
    """The words of a clause of a plain claim, with what its statements are."""
    found = (Token(t.root, t.text, t.start + clause.start, t.end + clause.start) for t in tokens_of(clause.text))
    here = [s for s in statements if clause.start <= s.start < clause.end]
    compares = any(s.operation in _COMPARING for s in here)
    cues = [(c.start, c.end) for c in cues_of(clause)] if compares else []
    return Words(
        claim=claim,
        clause=clause,
        tokens=tuple(found),
        names=tuple(names),
        entity=entity_axes(sheet)[0],
        read=(*((s.start, s.end) for s in here), *cues),
        steps=tuple((s.start, s.end) for s in here if s.operation not in (*_COMPARING, *_STATED)),
        compares=compares,
        averages=compares or any(s.operation == "mean" for s in here),
        units=frozenset(dimension(e.unit) for s in statements for e in s.finding.cells if e.unit),
    )


def covered(token: Token, spans: Iterable[Span]) -> bool:
    """Whether a word stands inside one of the spans."""
    return any(start <= token.start and token.end <= end for start, end in spans)
