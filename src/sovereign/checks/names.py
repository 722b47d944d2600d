"""Check ``names``: names and settings with digits, and numbers that count nothing (``GPT-3``, batch size 16).

Sees: another version, model, gene, year or setting, and two of them that have changed places. Cannot see: names without
a digit, which are words for check ``terms``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from sovereign.records import CheckOutcome

from .outcome import checked
from .view import DIGIT, View, Word, parts, squeezed, view

_LONGEST = 4  # tokens that one name may be spread over: "Llama 2 7 B"
_BESIDE = 2  # words on either side that a name or a setting belongs to


class _Mark(NamedTuple):
    """A name or number: letters and digits only, its letters, the content words that touch it, and those around it.

    "7B" and "13B" have the same letters and may stand for one another; "7B" and "GPT-3" may not.
    """

    name: str
    letters: str
    touching: frozenset[str]
    around: frozenset[str]


def _is_mark(word: Word) -> bool:
    if word.figure or word.text.isalpha():
        return False
    return DIGIT.search(word.text) is not None or _single(parts(word.text))


def _single(pieces: list[str]) -> bool:
    """Whether a name has a part of one letter ("T-cell", "X-ray")."""
    return len(pieces) > 1 and any(len(p) == 1 for p in pieces)


@lru_cache(maxsize=4096)
def _marks(text: str) -> tuple[_Mark, ...]:
    seen, found = view(text), []
    for i, word in enumerate(seen.words):
        if _is_mark(word):
            name = squeezed(word.text)
            letters = "".join(c for c in name if c.isalpha())
            found.append(_Mark(name, letters, _near(seen, i, 1), _near(seen, i, _BESIDE)))
    return tuple(found)


def _near(seen: View, at: int, reach: int) -> frozenset[str]:
    """Content stems of the words around one, up to a function word or a mark of punctuation."""
    found: set[str] = set()
    for step in (-1, 1):
        for i in range(at + step, at + step * (reach + 1), step):
            left, right = (i, i + 1) if step < 0 else (i - 1, i)
            if not 0 <= i < len(seen.words) or seen.text[seen.words[left].end : seen.words[right].start].strip(" (="):
                break
            if not seen.words[i].stems and seen.words[i].text != "of":
                break
            found.update(seen.words[i].stems)
    return frozenset(found)


@lru_cache(maxsize=4096)
def _joined(text: str) -> frozenset[str]:
    """Names that a text holds, in every way that the parts of neighbouring tokens can be joined."""
    pieces = [part for word in view(text).words if not word.figure for part in parts(word.text)]
    return frozenset(
        _singular("".join(pieces[i:j]))
        for i in range(len(pieces))
        for j in range(i + 1, min(i + _LONGEST, len(pieces)) + 1)
        if any(DIGIT.search(p) for p in pieces[i:j]) or _single(pieces[i:j])
    )


def _singular(name: str) -> str:
    return name.removesuffix("s")


def check_names(claim: str, evidence: str, context: str = "") -> CheckOutcome:
    """Every name with digits and bare number of the claim must stand in the evidence, beside the same words, in order.

    A name may stand in ``context`` instead; a bare number may not.
    """
    mine, theirs = _marks(claim), _marks(evidence)
    if not mine:
        return checked("names", "not_applicable", "no name or setting with a number")
    missing = [m.name for m in mine if not _stands(m, theirs) and not _stands_otherwise(m, mine, evidence, context)]
    if missing:
        listed = ", ".join(missing[:5])
        return checked("names", "unclear", f"the evidence does not name {listed}")
    if not _in_order(mine, theirs):
        return checked("names", "unclear", "names or settings stand in another order")
    return checked("names", "pass", "names and settings agree")


def _stands(mark: _Mark, theirs: Iterable[_Mark]) -> bool:
    same = [o for o in theirs if o.name == mark.name]
    return bool(same) and (not mark.touching or any(mark.touching & o.around for o in same))


def _stands_otherwise(mark: _Mark, mine: Iterable[_Mark], evidence: str, context: str) -> bool:
    """Whether a name is there in another spelling ("rank 16", "rank-16"), or in the context.

    Then no other mark of the claim may rest on the same letters.
    """
    if not mark.letters or any(o.name == mark.name for o in _marks(evidence)):
        return False
    shared = any(o is not mark and (o.name in mark.name or mark.name in o.name) for o in mine)
    return not shared and any(_singular(mark.name) in _joined(text) for text in (evidence, context) if text)


def _in_order(mine: tuple[_Mark, ...], theirs: tuple[_Mark, ...]) -> bool:
    """Whether each mark has a place of its own in the evidence, and those that may be confused come in its order."""
    taken: list[tuple[_Mark, int]] = []
    for mark in mine:
        places = [i for i, o in enumerate(theirs) if o.name == mark.name]
        rivals = [i for other, i in taken if _confusable(mark, other)]
        later = [i for i in places if all(i > j for j in rivals) and i not in (j for _, j in taken)]
        if later:
            taken.append((mark, later[0]))
        elif places:
            return False
    return True


def _confusable(a: _Mark, b: _Mark) -> bool:
    return bool(a.touching & b.touching) or (a.letters == b.letters and not (a.touching and b.touching))
