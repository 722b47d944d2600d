"""What stands in another thing's place: a word in the slot of another, the opposite of an attribute, who does it to whom.

Where a sentence says nearly all of a claim, the rest is a difference and no other wording. So most of these look only at
sentences that *restate* the claim. Each function says what it found, or nothing. None can see an exchange by synonyms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from sovereign.language.rarity import rarity
from sovereign.language.stance import sides_of, words
from sovereign.language.words import word_set

from .changes import denied_words
from .overlap import found_in, gram_share, share, terms_of
from .view import View, Word, view

_RESTATED = 0.6  # share of the claim's words, by how rare they are, in a sentence that says the same or nearly so
_SKIPPED = word_set("a an the this that these those")
_BESIDE = 4  # words on either side of an attribute that may be what it is said of
_BREAKS = word_set("while whereas but although and which that who where if because")
_PLACES = word_set("in on at for during with within under after when from across among via through into to upon")
_TO_BE = word_set("is are was were be been being")


def held(text: str, claim: str) -> float:
    """Share of the claim's words, by how rare they are, that a sentence holds."""
    terms = terms_of(claim)
    return share(found_in(terms, text), terms)


def restates(text: str, claim: str, least: float = _RESTATED) -> bool:
    """Whether a sentence holds most of what the claim says, in its words."""
    return held(text, claim) >= least


def replaced(claim: str, best: Sequence[str]) -> str:
    """A word that no restating sentence has, where one of them has another one between the same neighbours."""
    near = [text for text in best if restates(text, claim)]
    mine = _plain(claim)
    for i, word in enumerate(mine):
        if not word.keys or any(found_in(word.keys, t) or gram_share(word.text, t) > _RESTATED for t in near):
            continue
        for theirs in map(_plain, near):
            for j, other in enumerate(theirs):
                if other.keys and not found_in(other.keys, claim) and _same_slot(mine, i, theirs, j):
                    return f"{other.text} stands there in the place of {word.text}"
    return ""


def _plain(text: str) -> tuple[Word, ...]:
    return tuple(w for w in view(text).words if w.text not in _SKIPPED)


def _same_slot(mine: Sequence[Word], i: int, theirs: Sequence[Word], j: int) -> bool:
    """Whether two words have the same neighbours: one on either side, or a preposition and the word before it."""
    behind = (
        i > 1 and j > 1 and mine[i - 1].text in _PLACES and bool(mine[i - 2].keys)
    )  # "mutation in plasma", "in urine"
    return _beside(mine, i, theirs, j, (-1, 1)) or (behind and _beside(mine, i, theirs, j, (-2, -1)))


def _beside(mine: Sequence[Word], i: int, theirs: Sequence[Word], j: int, steps: Sequence[int]) -> bool:
    pairs = [(_at(mine, i + step), _at(theirs, j + step)) for step in steps]
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
