"""Abstracts to make examples of: arXiv's, and those of SciFact's corpus that no claim cites.

What measures the model must be new to it: documents that a claim of SciFact cites are left out, and so are PubMedQA and all
abstracts that the tamper bench takes its pairs from.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from sovereign.reading.sentences import sentence_spans

from .. import scifact
from ..files import Row, find, missing, objects, record
from ..tamper import abstracts, sources_of, twins_of

_ARXIV = ("abstracts.jsonl", "core_lora_moe.jsonl")
_WORD = re.compile(r"[a-z0-9][a-z0-9-]+")
_ENDS = re.compile(r"(?<=\w{3})(?:ations?|ities|ingly|ments?|ings?|ions?|ies|ed|es|ly|s|e)$")
_SMALL = frozenset(
    [
        "the",
        "of",
        "and",
        "in",
        "to",
        "for",
        "with",
        "is",
        "are",
        "was",
        "were",
        "by",
        "on",
        "that",
        "this",
        "an",
        "as",
        "be",
        "from",
        "we",
        "at",
        "it",
        "or",
        "which",
        "our",
        "these",
        "has",
        "have",
        "can",
        "not",
        "their",
        "its",
        "than",
        "been",
        "more",
        "also",
        "but",
        "may",
        "using",
        "used",
        "between",
        "both",
        "into",
        "such",
    ]
)


@dataclass(frozen=True)
class Abstract:
    """A work's title and the sentences of its abstract. ``group`` tells works apart."""

    group: str
    title: str
    sentences: tuple[str, ...]


class _Work(Row):
    arxiv_id: str
    title: str
    abstract: str = Field(min_length=1)
    version: str | int = ""


class _Document(Row):
    doc_id: int
    title: str
    abstract: list[str]


def files(data: Path) -> list[Path]:
    """The files that the texts come from.

    Raises:
        InputError: if they are not there.
    """
    found = find(data, "arxiv_ml", _ARXIV)
    if not found:
        raise missing(data, "abstracts of arXiv", _ARXIV[0])
    return [*found.values(), *scifact.files(data)]


def load(data: Path) -> list[Abstract]:
    """All abstracts of a folder of sets, in the order of the files.

    Raises:
        InputError: if a file is missing or broken.
    """
    arxiv = [path for path in files(data) if path.name.startswith(_ARXIV)]
    works = [record(_Work, value, place) for path in arxiv for place, value in objects(path)]
    pairs = scifact.load(data)
    cited = {pair.group for pair in pairs}
    twins = abstracts.filled(twins_of(sources_of(pairs, "scifact")), abstracts.shelves(data)[0])
    tampered = {twin.source.group for twin in twins}
    corpus = [record(_Document, value, place) for place, value in objects(scifact.files(data)[0])]
    return [
        *(
            Abstract(f"arxiv:{w.arxiv_id}{w.version}", w.title, _sentences(w.abstract))
            for w in works
            if f"arxiv_ml:{w.arxiv_id}" not in tampered
        ),
        *(
            Abstract(f"scifact:{d.doc_id}", d.title, tuple(s.strip() for s in d.abstract if s.strip()))
            for d in corpus
            if str(d.doc_id) not in cited
        ),
    ]


def _sentences(text: str) -> tuple[str, ...]:
    text = " ".join(text.split())
    return tuple(text[a:b] for a, b in sentence_spans(text))


def terms(text: str) -> frozenset[str]:
    """Content words without their endings."""
    return frozenset(_ENDS.sub("", w) for w in _WORD.findall(text.lower()) if w not in _SMALL)


class Overlap:
    """How much of a claim stands in a text, with rare words weighing more: counted on the abstracts themselves."""

    def __init__(self, abstracts: Sequence[Abstract]) -> None:
        self.terms = [terms(" ".join([a.title, *a.sentences])) for a in abstracts]
        self._count = Counter(t for found in self.terms for t in found)
        self._holding: dict[str, list[int]] = {}
        for n, found in enumerate(self.terms):
            for term in found:
                if self._count[term] <= _COMMON:
                    self._holding.setdefault(term, []).append(n)

    def weight(self, term: str) -> float:
        """Inverse document frequency of a term."""
        return math.log(1 + len(self.terms) / (1 + self._count[term]))

    def share(self, claim: Collection[str], text: Collection[str]) -> float:
        """Share of the claim's terms, by weight, that are among the text's."""
        whole = math.fsum(sorted(map(self.weight, claim)))
        return math.fsum(sorted(self.weight(t) for t in claim if t in text)) / whole if whole else 0.0

    def ranked(self, claim: str, sentences: Sequence[str]) -> list[tuple[float, int]]:
        """Shares and indices of the sentences, nearest first."""
        mine = terms(claim)
        return sorted(((self.share(mine, terms(s)), i) for i, s in enumerate(sentences)), key=lambda s: (-s[0], s[1]))

    def near(self, claim: str, own: int, most: int = 6) -> list[int]:
        """Indices of the other abstracts that share most with the claim."""
        scores: Counter[int] = Counter()
        for term in sorted(terms(claim)):
            for n in self._holding.get(term, ()):
                if n != own:
                    scores[n] += round(1000 * self.weight(term))
        return [n for n, _ in sorted(scores.items(), key=lambda s: (-s[1], s[0]))[:most]]


_COMMON = 400  # abstracts that may hold a term by which others are looked for
