"""Words right behind a hedge or a denial: what a claim may not state flatly where its evidence never does.

Sees "may induce", "did not significantly affect", "cannot jointly reason". Cannot see a hedge that stands further off ("it
is possible that"), nor one that lies in the sense of a verb ("suggests").
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sovereign.language.words import stem, word_set

from .view import view

HEDGES = word_set("may might could possibly perhaps potentially")
DENIALS = word_set("not cannot never")
# Words between a mark and the word that it is about, and words that make it no mark.
_PASSED = word_set("be been being have also even still to a an the")
_LIFTED = word_set("only just merely necessarily")


@lru_cache(maxsize=4096)
def marked(text: str, marks: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Stems of the words that stand right behind one of the marks, adverbs passed over, and of all others."""
    seen = view(text)
    behind: set[int] = set()
    for i, word in enumerate(seen.words):
        if word.text in marks or (marks is DENIALS and word.text.endswith(("n't", "n’t"))):
            rest = (j for j in range(i + 1, len(seen.words)) if not _is_passed(seen.words[j].text))
            at = next(rest, i)
            if at > i and seen.words[at].piece == word.piece and seen.words[i + 1].text not in _LIFTED:
                behind.add(at)
    stems_of = {i: stem(w.text) for i, w in enumerate(seen.words)}
    return frozenset(stems_of[i] for i in behind), frozenset(s for i, s in stems_of.items() if i not in behind)


def _is_passed(word: str) -> bool:
    return word in _PASSED or word.endswith("ly")


def unmarked(claim: str, texts: Sequence[str], marks: frozenset[str]) -> str:
    """The stem of a word that the claim has without such a mark, and the texts only with one; "" if there is none."""
    found = [marked(text, marks) for text in texts]
    only = frozenset[str]().union(*(m for m, _ in found)).difference(*(free for _, free in found))
    behind, free = marked(claim, marks)
    return min(only & free - behind, default="")
