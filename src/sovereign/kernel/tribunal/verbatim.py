"""Sentences that an answer takes over from its claims, held against them word for word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sovereign.language.words import normalize
from sovereign.records import Finding

from ..answer import answer
from ..originality import folded
from .brief import Brief
from .kinds import finding

_ALIKE = 0.8  # shared words of all words: a negation, a unit or a figure apart, and not another sentence


class _Worded(NamedTuple):
    """A text as its claims give it, and its words whatever their order."""

    text: str
    words: frozenset[str]
    sorted: tuple[str, ...]


def of_words(brief: Brief) -> Iterator[Finding]:
    """Sentences below the abstract that are those of their claims but for a few words, or for their order: a denial that was
    dropped, figures that were swapped, another unit. The abstract is worded anew, by models too."""
    given = [_worded(s.text) for s in answer(brief.answering, brief.aspects, brief.downgraded).sentences()]
    given += [_worded(c.text) for c in brief.claims]
    right, moved = {normalize(g.text) for g in given}, {g.sorted: g.text for g in given}
    claims = {c.id: _worded(c.text) for c in brief.claims}
    for said in brief.said:
        sentence = said.sentence
        abstract = said.at.startswith("/answer/abstract")
        if abstract or sentence.measurement_ids or not sentence.claim_ids or normalize(sentence.text) in right:
            continue
        mine = _worded(sentence.text)
        near = (claims[i].text for i in sentence.claim_ids if i in claims and _alike(mine, claims[i]))
        if meant := moved.get(mine.sorted) or next(near, None):
            text = f"the sentence is not worded as what it names: {meant}"
            yield finding("altered-text", text, at=[said.at], claims=sentence.claim_ids, evidence=sentence.text)


def _worded(text: str) -> _Worded:
    words = folded(text)
    return _Worded(text, frozenset(words), tuple(sorted(words)))


def _alike(one: _Worded, other: _Worded) -> bool:
    return len(one.words & other.words) >= _ALIKE * max(1, len(one.words | other.words))
