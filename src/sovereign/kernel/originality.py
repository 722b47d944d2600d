"""Whether words of ours are near-copies of what was read.

Two texts are held against each other word by word, after Unicode, case and punctuation are folded. A sentence is a near-copy of a
source's sentence if the two share a run of ``RUN`` words; if ``PAIRS`` of the shorter one's neighbouring word pairs stand in the other; or
if ``SHARE`` of its words stand there in the same order (the longest common subsequence, the measure of ROUGE-L: Lin 2004, section 3.1)
and ``FEW_PAIRS`` of its pairs, so that function words alone, strewn over a long sentence, make no copy. A title is held against titles,
where fewer words make a copy. The thresholds were set on pairs that ``docs/concepts.md`` gives the figures of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from sovereign.language.words import normalize, tokens
from sovereign.records import Document, Retrieval

RUN = 12
PAIRS, SHARE, FEW_PAIRS = 0.7, 0.7, 0.4
LEAST_WORDS = 10  # a shorter sentence says what others say too
LEAST_TITLE = 4


Words = tuple[str, ...]


class Sources(NamedTuple):
    """What words of ours are held against, each with its words folded: titles of works, and sentences that were read."""

    titles: tuple[tuple[str, Words], ...] = ()
    sentences: tuple[tuple[str, Words], ...] = ()


def sources_of(documents: Sequence[Document], retrieval: Retrieval | None = None) -> Sources:
    """The sentences and titles of documents, and the titles of all works that a search saw."""
    seen = retrieval.candidates if retrieval else ()
    titles = dict.fromkeys([*(d.paper.title for d in documents), *(c.title for c in seen)])
    sentences = dict.fromkeys(d.slice(s) for d in documents for s in d.sentences)
    return Sources(_folded(titles, LEAST_TITLE), _folded(sentences, LEAST_WORDS))


def near_title(text: str, sources: Sources) -> str | None:
    """The title that ``text`` is a near-copy of, if there is one."""
    return _near(text, sources.titles, LEAST_TITLE)


def near_copy(text: str, sources: Sources) -> str | None:
    """The sentence or title of a source that ``text`` is a near-copy of, if there is one."""
    return _near(text, sources.sentences, LEAST_WORDS) or _near(text, sources.titles, LEAST_WORDS)


class Likeness(NamedTuple):
    """How like two texts are: the longest run of words that both hold, and the shares of the shorter one that the other holds, of words
    in the same order (``words``) and of neighbouring pairs wherever they stand (``pairs``).
    """

    run: int
    words: float
    pairs: float

    @property
    def near(self) -> bool:
        """Whether one is a near-copy of the other."""
        return self.run >= RUN or self.pairs >= PAIRS or (self.words >= SHARE and self.pairs >= FEW_PAIRS)


def likeness(one: Words, other: Words) -> Likeness:
    """How like two texts are, whichever is the shorter."""
    short, long = sorted((one, other), key=len)
    if len(short) < 2:
        return Likeness(0, 0.0, 0.0)
    run, common = _shared(short, long)
    there = set(pairwise(long))
    pairs = sum(pair in there for pair in pairwise(short)) / (len(short) - 1)
    return Likeness(run, common / len(short), pairs)


def folded(text: str) -> Words:
    """The words of a text without case, accents of form, or punctuation: "Fine‑Tuning" is "fine-tuning"."""
    return tuple(part for token in tokens(normalize(text)) for part in token.replace("/", "-").split("-"))


def _near(text: str, against: Iterable[tuple[str, Words]], least: int) -> str | None:
    mine = folded(text)
    grams = set(pairwise(mine))
    for source, words in against:
        # Texts that share no two words side by side are never near.
        if min(len(mine), len(words)) < least or not any(pair in grams for pair in pairwise(words)):
            continue
        if _may_be_near(mine, words) and likeness(mine, words).near:
            return source
    return None


def _may_be_near(one: Words, other: Words) -> bool:
    """False only where no likeness is near, without the long way over all words: a run of ``RUN`` words has one pair less."""
    short, long = sorted((one, other), key=len)
    there = set(pairwise(long))
    pairs = sum(pair in there for pair in pairwise(short))
    return pairs >= RUN - 1 or pairs >= FEW_PAIRS * (len(short) - 1)


def _shared(one: Words, other: Words) -> tuple[int, int]:
    """Longest common run and longest common subsequence, by dynamic programming over rows (O(len(one) * len(other)))."""
    runs, common, longest = [0] * (len(other) + 1), [0] * (len(other) + 1), 0
    for word in one:
        run_row, row = [0], [0]
        for at, theirs in enumerate(other, 1):
            same = word == theirs
            run_row.append(runs[at - 1] + 1 if same else 0)
            row.append(common[at - 1] + 1 if same else max(common[at], row[-1]))
        runs, common, longest = run_row, row, max(longest, *run_row)
    return longest, common[-1]


def _folded(texts: Iterable[str], least: int) -> tuple[tuple[str, Words], ...]:
    return tuple((text, words) for text in texts if len(words := folded(text)) >= least)
