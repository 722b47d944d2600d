"""What stands in another thing's place: a figure with another owner, a word in the slot of another, who does it to whom.

Where a sentence says nearly all of a claim, the rest is a difference and no other wording. So most of these look only at
sentences that *restate* the claim. Each function says what it found, or nothing. None can see an exchange by synonyms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from sovereign.language.quantities import dimension
from sovereign.language.rarity import rarity
from sovereign.language.stance import sides_of, words
from sovereign.language.words import word_set

from .changes import denied_words, modifies
from .counted import equal_figure, noun_of, nouns_of
from .overlap import found_in, gram_share, share, terms_of
from .view import DIGIT, Figure, View, Word, view
from .ways import Way

_RESTATED = 0.6  # share of the claim's words, by how rare they are, in a sentence that says the same or nearly so
_SKIPPED = word_set("a an the this that these those")
_BESIDE = 4  # words on either side of an attribute that may be what it is said of
_AND = word_set("and but while whereas compared or")
_BREAKS = word_set("while whereas but although and which that who where if because")
_PLACES = word_set("in on at for during with within under after when from across among via through into to upon")
_TO_BE = word_set("is are was were be been being")


def restates(text: str, claim: str, least: float = _RESTATED) -> bool:
    """Whether a sentence holds most of what the claim says, in its words."""
    return _held(text, claim) >= least


def owner(claim: str, best: Sequence[str]) -> str:
    """A figure that stands with other words than the claim's: the 41 % of the other arm, or of another sentence."""
    mine = view(claim)
    for n, figure in enumerate(mine.figures):
        places = [(t, i) for t in best for i, f in enumerate(view(t).figures) if equal_figure(figure, f, mine, view(t))]
        words = _parts(mine, n)[n] if sum(same_kind(figure, f, mine, mine) for f in mine.figures) > 1 else _all(mine)
        if places and all(_owned(words, view(t), i) for t, i in places):
            return f"{figure.quantity.text} is a figure of another thing there"
        held = max((_held(t, claim) for t, _ in places), default=1.0)
        nearer = (t for t in best if restates(t, claim) and _held(t, claim) > held)
        if any(same_kind(figure, f, mine, view(t)) for t in nearer for f in view(t).figures):
            return f"{figure.quantity.text} is not the figure of the sentence that says the rest"
    return ""


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
    bounds = [0, *cuts, len(seen.text) + 1]
    parts = {
        i: frozenset(t for w in seen.words if start <= w.start < end for t in _terms(w))
        for i, (start, end) in zip(kind, pairwise(bounds), strict=True)
    }
    # "from 10.7 to 22.0 months": two figures with nothing said between them stand with the same words.
    for i, j in pairwise(kind):
        if not any(_terms(w) for w in seen.words[seen.figures[i].after : seen.figures[j].before + 1]):
            parts[i] = parts[j] = parts[i] | parts[j]
    return parts


def _parted(seen: View, a: Word, b: Word) -> bool:
    return b.text in _AND or any(c in seen.text[a.end : b.start] for c in ",;:")


def _terms(word: Word) -> tuple[str, ...]:
    """Content keys, and names such as "7B" that count as none elsewhere."""
    return word.keys or ((word.text,) if DIGIT.search(word.text) and not word.figure else ())


def _all(seen: View) -> frozenset[str]:
    return frozenset(t for w in seen.words for t in _terms(w))


def _held(text: str, claim: str) -> float:
    terms = terms_of(claim)
    return share(found_in(terms, text), terms)


def replaced(claim: str, best: Sequence[str], around: str) -> str:
    """A word that is nowhere, where the evidence has another one between the same neighbours."""
    mine = _plain(claim)
    for i, word in enumerate(mine):
        if not word.keys or found_in(word.keys, around) or gram_share(word.text, around) > _RESTATED:
            continue
        for text in best:
            theirs = _plain(text) if restates(text, claim) else ()
            for j, other in enumerate(theirs):
                if other.keys and not found_in(other.keys, claim) and _same_slot(mine, i, theirs, j):
                    return f"{other.text} stands there in the place of {word.text}"
    return ""


def _plain(text: str) -> tuple[Word, ...]:
    return tuple(w for w in view(text).words if w.text not in _SKIPPED)


def _same_slot(mine: Sequence[Word], i: int, theirs: Sequence[Word], j: int) -> bool:
    pairs = [(_at(mine, i + step), _at(theirs, j + step)) for step in (-1, 1)]
    return all(_same(a, b) for a, b in pairs) and any(a is not None and a.keys for a, _ in pairs)


def _at(found: Sequence[Word], i: int) -> Word | None:
    return found[i] if 0 <= i < len(found) else None


def _same(a: Word | None, b: Word | None) -> bool:
    if a is None or b is None:
        return a is b
    return a.text == b.text or bool(a.keys and a.keys == b.keys)


def attribute(claim: str, best: Sequence[str]) -> str:
    """A word whose opposite stands beside the same words, and itself beside none of them ("the frozen adapters")."""
    theirs = [a for text in best if restates(text, claim) for a in _attributes(text)]
    for mine in _attributes(claim):
        same, other = (
            max((mine.beside(a) for a in theirs if (a.pair, a.side) == (mine.pair, side)), default=0.0)
            for side in (mine.side, -mine.side)
        )
        if other > 0 == same:
            return f"the opposite of {mine.word} is said of the same thing there"
    return ""


class _Attribute(NamedTuple):
    """One word of a pair of opposites, its side, and the words near it with their distance."""

    word: str
    pair: int
    side: int
    near: dict[str, int]

    def beside(self, other: _Attribute) -> float:
        return sum(rarity(k) / (self.near[k] + other.near[k]) for k in sorted(self.near.keys() & other.near.keys()))


@lru_cache(maxsize=4096)
def _attributes(text: str) -> tuple[_Attribute, ...]:
    seen = view(text)
    governed: frozenset[int] = frozenset().union(*denied_words(text))
    return tuple(
        _Attribute(w.text, pair, -side if i in governed else side, _near(seen, i))
        for i, w in enumerate(seen.words)
        for pair, side in sides_of(w.text)
    )


def _near(seen: View, at: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for i in range(max(0, at - _BESIDE), min(len(seen.words), at + _BESIDE + 1)):
        far = abs(i - at) + 3 * abs(seen.words[i].piece - seen.words[at].piece)
        for key in seen.words[i].keys if i != at else ():
            found[key] = min(far, found.get(key, far))
    return found


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


class _Deed(NamedTuple):
    """A relation, who does it, to whom, and by what."""

    relation: str
    doers: frozenset[str]
    targets: frozenset[str]
    means: frozenset[str]


def exchanged(claim: str, best: Sequence[str]) -> str:
    """Who does it and to whom, changed round: "IL-6 represses TET2" where TET2 represses IL-6, or by what."""
    theirs = [d for text in best for d in _deeds(text)]
    for mine in _deeds(claim):
        same = [d for d in theirs if d.relation == mine.relation]
        straight = any(mine.doers & d.doers and mine.targets & d.targets for d in same if not _crossed(mine, d))
        if not straight and any(_crossed(mine, d) for d in same):
            return "who does it, and to whom or by what, stands the other way round there"
    return ""


def _crossed(mine: _Deed, theirs: _Deed) -> bool:
    return any(
        (mine.doers & there) - theirs.doers - here and (theirs.doers & here) - mine.doers - there
        for here, there in ((mine.targets, theirs.targets), (mine.means, theirs.means))
    )


@lru_cache(maxsize=4096)
def _deeds(text: str) -> tuple[_Deed, ...]:
    """The relations of a sentence between words before and after a verb, or as "inhibition of B by A"."""
    seen = view(text)
    return tuple(d for i in range(len(seen.words)) if (d := _deed(seen, i)) and d.doers and d.targets)


def _deed(seen: View, at: int) -> _Deed | None:
    word = seen.words[at]
    verb = None if word.figure else words().deeds.match(word.text)
    if verb is None:
        return None
    relation = verb["root"]
    after = list(_run(seen, at, 1))
    by = next((n for n, i in enumerate(after) if seen.words[i].text == "by"), len(after))
    direct, behind = _keys(seen, _until_place(seen, after[:by])), _keys(seen, _until_place(seen, after[by + 1 :]))
    if after and seen.words[after[0]].text == "of":
        return _Deed(relation, behind, direct, frozenset())
    before = _keys(seen, _run(seen, at, -1))
    if word.text.endswith(("ed", "en")) and _TO_BE & {w.text for w in seen.words[max(0, at - 2) : at]}:
        return _Deed(relation, behind, before, frozenset())
    return _Deed(relation, before, direct, behind)


def _run(seen: View, at: int, step: int) -> Iterator[int]:
    """Indices of the words on one side, up to where another clause begins."""
    i = at + step
    while 0 <= i < len(seen.words) and seen.words[i].text not in _BREAKS:
        left, right = sorted((i - step, i))
        if seen.text[seen.words[left].end : seen.words[right].start].strip(" ()"):
            return
        yield i
        i += step


def _until_place(seen: View, indices: Sequence[int]) -> Sequence[int]:
    return indices[: next((n for n, i in enumerate(indices) if seen.words[i].text in _PLACES), len(indices))]


def _keys(seen: View, indices: Sequence[int] | Iterator[int]) -> frozenset[str]:
    return frozenset(k for i in indices for k in seen.words[i].keys)
