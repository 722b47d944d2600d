"""Whose figure, and whose change, it is, in a sentence that gives those of several things.

A sentence is cut into parts, one for each figure of a kind, and at words of contrast. A part belongs to the claim unless
words of the claim stand only in another part and the part itself has words that the claim has not. Cannot see: lists
("80, 75 and 70, respectively"), and an owner that another sentence names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from sovereign.language.quantities import dimension
from sovereign.language.words import word_set

from .changes import modifies
from .counted import equal_figure, noun_of, nouns_of
from .swaps import held, restates
from .view import DIGIT, Figure, View, Word, view
from .ways import Way

_AND = word_set("and but while whereas compared or versus vs")
_OTHERS = word_set("versus vs against its their")  # what stands with these is of something that is named elsewhere
_STRONG = re.compile(r"[;:]\s")
_CONTRAST = re.compile(r";|,?\s(?:but(?!\snot\b)|while|whereas|although|though|yet)\s")


def owner(claim: str, best: Sequence[str]) -> str:
    """A figure that stands with other words than the claim's: the 41 % of the other arm, or of another sentence."""
    mine = view(claim)
    for n, figure in enumerate(mine.figures):
        places = [(t, i) for t in best for i, f in enumerate(view(t).figures) if equal_figure(figure, f, mine, view(t))]
        words = _parts(mine, n)[n] if sum(same_kind(figure, f, mine, mine) for f in mine.figures) > 1 else _all(mine)
        if places and all(_owned(words, view(t), i) or _listed(claim, t, i) for t, i in places):
            return f"{figure.quantity.text} is a figure of another thing there"
        most = max((held(t, claim) for t, _ in places), default=1.0)
        nearer = (t for t in best if restates(t, claim) and held(t, claim) > most)
        if any(same_kind(figure, f, mine, view(t)) for t in nearer for f in view(t).figures):
            return f"{figure.quantity.text} is not the figure of the sentence that says the rest"
    return ""


def _listed(claim: str, text: str, at: int) -> bool:
    """Whether a figure stands in a list that is told apart only by order, and the claim gives no such list."""
    seen = view(text)
    several = sum(same_kind(seen.figures[at], f, seen, seen) for f in seen.figures) > 1
    return several and "respectively" in seen.text and "respectively" not in claim


def same_kind(a: Figure, b: Figure, mine: View, theirs: View) -> bool:
    """Whether two figures are of one dimension, and, without a unit, count the same thing as far as is said."""
    if dimension(a.quantity.unit) != dimension(b.quantity.unit):
        return False
    return bool(a.quantity.unit) or noun_of(a, mine) in (None, *nouns_of(b, theirs))


def _owned(words: frozenset[str], seen: View, at: int) -> bool:
    """Whether some of the words stand with another figure of the kind, and that with the figure are other words."""
    parts = _parts(seen, at)
    own = parts[at]
    return any(words & (beside - own) and (own - beside) - words for i, beside in parts.items() if i != at)


def _parts(seen: View, at: int) -> dict[int, frozenset[str]]:
    """The words that stand with each figure of one kind: they part at the first joint behind the figure before."""
    kind = [i for i, f in enumerate(seen.figures) if i == at or same_kind(seen.figures[at], f, seen, seen)]
    cuts = []
    for i, j in pairwise(kind):
        behind = seen.words[seen.figures[i].after : seen.figures[j].before + 1]
        gaps = zip((seen.words[seen.figures[i].after - 1], *behind), behind, strict=False)
        cuts.append(next((b.start for a, b in gaps if _parted(seen, a, b)), seen.words[seen.figures[j].before].end))
    before = seen.words[max(seen.figures[kind[0]].before, 0)].end if seen.words else 0
    start = max((m.end() for m in _STRONG.finditer(seen.text, 0, before)), default=0)
    bounds = [start, *cuts, len(seen.text) + 1]
    parts = {
        i: frozenset(t for w in seen.words if start <= w.start < end for t in _terms(w))
        for i, (start, end) in zip(kind, pairwise(bounds), strict=True)
    }
    # "from 10.7 to 22.0 months": two figures with nothing said between them stand with the same words.
    for i, j in pairwise(kind):
        between = seen.words[seen.figures[i].after : seen.figures[j].before + 1]
        if not any(_terms(w) or w.text in _OTHERS for w in between):
            parts[i] = parts[j] = parts[i] | parts[j]
    return parts


def _parted(seen: View, a: Word, b: Word) -> bool:
    return b.text in _AND or any(c in seen.text[a.end : b.start] for c in ",;:")


def _terms(word: Word) -> tuple[str, ...]:
    """Content keys, and names such as "7B" that count as none elsewhere."""
    named = (DIGIT.search(word.text) and not word.figure) or word.text in _OTHERS
    return word.keys or ((word.text,) if named else ())


def _all(seen: View) -> frozenset[str]:
    return frozenset(t for w in seen.words for t in _terms(w))


def mixed(claim: str, text: str) -> bool:
    """Whether a claim takes its change or figure from one side of a contrast and other words from the other side."""
    seen, mine = view(text), view(claim)
    cuts = [0, *(m.start() for m in _CONTRAST.finditer(seen.text)), len(seen.text) + 1]
    if len(cuts) < 3 or _CONTRAST.search(mine.text):
        return False
    words = _all(mine)
    parts = [
        (frozenset(t for w in seen.words if a <= w.start < b for t in _terms(w)), (a, b)) for a, b in pairwise(cuts)
    ]
    for own, (start, end) in parts:
        others = frozenset().union(*(p for p, _ in parts if p is not own))
        if (words & (others - own)) and ((own - others) - words) and _only_there(mine, seen, start, end):
            return True
    return False


def _only_there(mine: View, seen: View, start: int, end: int) -> bool:
    """Whether a change or a figure of the claim stands in this part of the sentence and in no other."""
    changes = {(w.way.axis, w.way.sign) for w in mine.words if w.way and w.way.sign}
    inside: set[tuple[str, int]] = set()
    outside: set[tuple[str, int]] = set()
    for word in seen.words:
        if word.way and word.way.sign:
            (inside if start <= word.start < end else outside).add((word.way.axis, word.way.sign))
    if (changes & inside) - outside:
        return True
    for figure in mine.figures:
        equal = [f for f in seen.figures if equal_figure(figure, f, mine, seen)]
        if equal and all(start <= seen.words[f.after - 1].start < end for f in equal):
            return True
    return False


def turned_figure(claim: str, best: Sequence[str]) -> str:
    """A figure of a change the other way: "fell by 17 %" for "rose by 17 %"."""
    mine = view(claim)
    for figure in mine.figures:
        way = _way_of(figure, mine)
        there = [
            _way_of(f, view(t)) for t in best for f in view(t).figures if equal_figure(figure, f, mine, view(t))
        ]  # fmt: skip
        if way and there and all(w and w.axis == way.axis and w.sign == -way.sign for w in there):
            return f"{figure.quantity.text} is a change the other way there"
    return ""


def _way_of(figure: Figure, seen: View) -> Way | None:
    """The word of change nearest before a figure in its piece."""
    for i in range(figure.before, -1, -1):
        word = seen.words[i]
        if word.piece != figure.piece:
            return None
        if word.way and word.way.sign and word.way.axis not in ("time", "place") and not modifies(seen, i):
            return word.way
    return None
