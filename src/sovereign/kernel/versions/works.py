"""Which documents are versions of one work: a preprint and its journal form, a later version under another title.

Precision comes before recall: works of one group on one method (an adapter and its extension) are not versions of one work. What
the documents themselves say decides: identifiers, titles, authors, the names that they coin, and how far their abstracts agree.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations

from sovereign.checks.independence import method_names, people, title_key
from sovereign.language.words import content_stems, normalize
from sovereign.reading.headings import is_abstract
from sovereign.reading.identity import work_keys
from sovereign.records import Document, Paper

ABSTRACT = 3000  # characters that stand for the abstract where no section is named so
AUTHORS = 0.6  # share of all authors of both that are the same people
AGREE = 0.45  # overlap (Jaccard) of the abstracts' content words
AGREE_NAMED = 0.3  # the same where both coin one name
SAME_TITLE = 0.25  # the same under one title, where no author is the same
CROWD = 200  # one name on more works than this is many people

# A word with a capital inside it, or a compound with one: "TurnKey", "Turn-KEY", but not "Turn-of-Keys".
_NAME = re.compile(r"(?<![\w-])(?=[\w+-]*\w[A-Z])[A-Za-z][\w+]*(?:-[\w+]+)*")
_COINS = re.compile(
    r"\b(?:introduc|propos|present|develop|investigat|describ|contribut|call|nam|dubb?)(?:e|es|ed|ing|ion|s)?\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")
# "II", "2", "2.0", "Part 2": a further part or generation, not a version.
_ORDINAL = re.compile(
    r"(?<![\w.-])(?:[IVX]{2,4}|V|[Pp]art\s\w+|\d+(?:\.\d+)?)(?![\w%])|(?<=[A-Za-z])(?:-|v)?\d(?:\.\d+)?(?=:|\s|$)"
)


def versions_of(documents: Sequence[Document]) -> tuple[tuple[int, ...], ...]:
    """Groups of places in ``documents``, each of at least two versions of one work, in order of their first."""
    first = list(range(len(documents)))
    for a, b in version_pairs(documents):
        kept, gone = sorted((first[a], first[b]))
        first = [kept if now == gone else now for now in first]
    groups: dict[int, list[int]] = defaultdict(list)
    for place, head in enumerate(first):
        groups[head].append(place)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def version_pairs(documents: Sequence[Document]) -> list[tuple[int, int]]:
    """Pairs of places of versions, in order. Only works that share an identifier, a title or half their authors are compared."""
    return [(a, b) for a, b in sorted(_near(documents)) if version_reason(documents[a], documents[b])]


def _near(documents: Sequence[Document]) -> set[tuple[int, int]]:
    keyed: dict[str, list[int]] = defaultdict(list)
    written: dict[str, list[int]] = defaultdict(list)
    crowds = [people(d.paper) for d in documents]
    for place, document in enumerate(documents):
        for key in work_keys(document.paper):
            keyed[key].append(place)
        for person in crowds[place]:
            written[person].append(place)
    shared = Counter(p for works in written.values() if len(works) <= CROWD for p in combinations(works, 2))
    near = {(a, b) for (a, b), n in shared.items() if n >= AUTHORS * len(crowds[a] | crowds[b])}
    return near | {pair for works in keyed.values() for pair in combinations(works, 2)}


def version_reason(one: Document, other: Document) -> str:
    """Why two documents are versions of one work, in words; empty if they are not. The order of the two does not matter."""
    if _ids(one.paper) & _ids(other.paper):
        return "one identifier"
    a, b = people(one.paper), people(other.paper)
    agree = _agreement(abstract_of(one), abstract_of(other))
    if title_key(one.paper) == title_key(other.paper):
        # A general title ("X: a survey") may be that of two works.
        return "one title" if not (a and b) or a & b or agree >= SAME_TITLE else ""
    if not a or not b or len(a & b) < AUTHORS * len(a | b) or _other_part(one.paper.title, other.paper.title):
        return ""
    mine, theirs = (set(method_names(d.paper.title)) for d in (one, other))
    if mine and theirs and not mine & theirs:
        return ""
    names, further = own_names(one), own_names(other)
    if names and further and not names & further:
        return ""
    if names & further and agree >= AGREE_NAMED:
        return f"the same authors and name ({', '.join(sorted(names & further))}), abstracts that agree"
    return "the same authors, abstracts that agree" if agree >= AGREE else ""


def _ids(paper: Paper) -> frozenset[str]:
    return frozenset(key for key in work_keys(paper) if not key.startswith("title:"))


def _other_part(one: str, other: str) -> bool:
    """Whether the titles number their works differently."""
    first, second = (Counter(m[0].lower() for m in _ORDINAL.finditer(title)) for title in (one, other))
    return first != second


def own_names(document: Document) -> frozenset[str]:
    """Names that a work coins, in lower case: of its title, and of its abstract where they first stand in a sentence that introduces."""
    found, seen = set(method_names(document.paper.title)), set[str]()
    for sentence in _SENTENCE.split(abstract_of(document)):
        names = [m[0].lower() for m in _NAME.finditer(sentence)]
        coins = _COINS.search(sentence)
        if coins:
            found |= {m[0].lower() for m in _NAME.finditer(sentence, coins.start())} - seen
        seen |= set(names)
    return frozenset(found)


def abstract_of(document: Document) -> str:
    """The text of a document's abstract; its first :data:`ABSTRACT` characters where no section is named so. TeX's marks are left out."""
    section = next((s for s in document.sections if is_abstract(s.title)), None)
    text = document.text[section.start : section.end] if section else document.text
    return _plain(text[:ABSTRACT])


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return re.sub(r"[{}]", "", re.sub(r"\\(?:textbf|textit|emph|texttt)\b", "", normalize(text)))


def _agreement(one: str, other: str) -> float:
    return jaccard(content_stems(one), content_stems(other))


def jaccard(one: Iterable[str], other: Iterable[str]) -> float:
    """Shared over all; 0.0 of nothing."""
    a, b = frozenset(one), frozenset(other)
    return len(a & b) / len(a | b) if a | b else 0.0
