"""Words right behind a hedge or a denial: what a claim may not state flatly where its evidence never does.

Sees "may induce", "did not significantly affect", "cannot jointly reason". Cannot see a hedge that stands further off ("it
is possible that"), nor one that lies in the sense of a verb ("suggests").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from sovereign.language.words import stem, word_set

from .view import View, view

HEDGES = re.compile(r"may|might|could|possibly|perhaps|potentially")
DENIALS = re.compile(r"not|cannot|never|\w+n['’]t")
# Words between a mark and the word that it is about, and words that make it no mark.
_PASSED = word_set("be been being have also even still to a an the")
_LIFTED = word_set("only just merely necessarily")


@lru_cache(maxsize=8192)
def _behind(text: str, marks: re.Pattern[str]) -> frozenset[int]:
    """Indices of the words that stand right behind one of the marks, adverbs passed over."""
    seen = view(text)
    places = (i for i, word in enumerate(seen.words[:-1]) if marks.fullmatch(word.text))
    return frozenset(at for i in places if (at := _about(seen, i)))


def _about(seen: View, mark: int) -> int:
    """The place of the word that a mark is about; 0 if there is none."""
    if seen.words[mark + 1].text in _LIFTED:
        return 0
    rest = range(mark + 1, len(seen.words))
    at = next((i for i in rest if seen.words[i].text not in _PASSED and not seen.words[i].text.endswith("ly")), 0)
    return at if seen.words[at].piece == seen.words[mark].piece else 0


def unmarked(claim: str, texts: Sequence[str], marks: re.Pattern[str]) -> str:
    """The stem of a word that the claim has without such a mark, and the texts only with one; "" if there is none."""
    if not any(_behind(text, marks) for text in texts):
        return ""
    sides = [_sides(text, marks) for text in texts]
    only = frozenset[str]().union(*(marked for marked, _ in sides)).difference(*(free for _, free in sides))
    marked, free = _sides(claim, marks)
    return min(only & free - marked, default="")


def _sides(text: str, marks: re.Pattern[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Stems of the words behind a mark, and of all others."""
    behind, words = _behind(text, marks), view(text).words
    marked = frozenset(stem(words[i].text) for i in behind)
    return marked, frozenset(stem(w.text) for i, w in enumerate(words) if i not in behind)
