"""True pairs from abstracts that no one labelled: a claim is a part of a sentence, its evidence that sentence and its neighbours.

SciFact holds few claims with figures, ranges or comparisons. Where its twins of a kind are too few, pairs are made from what
lies beside it: abstracts of arXiv on machine learning, and those of PubMedQA. Truth needs no judge, because a claim has only
words of its own sentence (:mod:`.parts`). Such a claim is close to its evidence, so these pairs say how well a
change is seen, and nothing of how well a claim in other words is found: ``coverage`` stays SciFact's.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path

from pydantic import AliasChoices, Field

from sovereign.reading.sentences import sentence_spans

from .. import pubmedqa
from ..files import Row, find, objects, record
from ..folds import fold_key
from .parts import claims
from .twins import KINDS, Twin, of_kind
from .words import Source

ENOUGH_TWINS, ENOUGH_PAIRS = 200, 100  # of each kind
PUBMEDQA = "pubmedqa:"  # before the name of a document of that set


@dataclass(frozen=True)
class Abstract:
    """An abstract as it was published, or as sentences. ``group`` is the document, ``set`` the set that it is of."""

    group: str
    set: str
    title: str
    sentences: tuple[str, ...] = ()
    text: str = ""


Shelf = list[Abstract]


class _Record(Row):
    id: str = Field(validation_alias=AliasChoices("arxiv_id", "id"), min_length=1)
    title: str
    abstract: str


def shelves(data: Path) -> tuple[list[Shelf], list[Path]]:
    """The sets of abstracts that lie in a folder, each in an order that is always the same, and their files.

    arXiv: ``abstracts.jsonl`` with ``arxiv_id`` (or ``id``), ``title`` and ``abstract`` a line. PubMedQA: as its bench reads it.

    Raises:
        InputError: if a file is broken or of another form.
    """
    arxiv = list(find(data, "arxiv_ml", ("abstracts.jsonl",)).values())
    medical = find(data, "pubmedqa", ("ori_pqal.json", "pqal.jsonl"))
    found = [_arxiv(path) for path in arxiv] + ([_pubmedqa(data)] if medical else [])
    paths = arxiv + (pubmedqa.files(data)[:1] if medical else [])
    return [sorted(shelf, key=lambda a: fold_key(a.group)) for shelf in found], paths


def _arxiv(path: Path) -> Shelf:
    rows = (record(_Record, value, place) for place, value in objects(path))
    return [Abstract(f"arxiv_ml:{r.id}", "arxiv_ml", r.title, text=_without_tex(r.abstract)) for r in rows]


def _without_tex(abstract: str) -> str:
    """Without the few marks of TeX that authors leave in an abstract: "70\\%", "Table~2"."""
    return " ".join(re.sub(r"\\([%&#_])", r"\1", abstract).replace("~", " ").split())


def _pubmedqa(data: Path) -> Shelf:
    return [Abstract(f"{PUBMEDQA}{p.group}", "pubmedqa", p.title, p.sentences) for p in pubmedqa.questions(data)]


def filled(twins: Sequence[Twin], found: Sequence[Shelf]) -> list[Twin]:
    """The twins, and after them those of abstracts for every kind that has too few of them, or from too few pairs.

    From each set in turn as long as it has any, until there are enough of the kind: one pair from each document, and another
    sentence of the same document only where all documents have given their first.
    """
    made = Counter(t.kind for t in twins)
    pairs = Counter(kind for kind, _ in {(t.kind, t.source) for t in twins})
    more: list[Twin] = []
    for kind in KINDS:
        turns = zip_longest(*(_fitting(kind, shelf) for shelf in found))
        for fresh in filter(None, chain.from_iterable(turns)):
            if made[kind] >= ENOUGH_TWINS and pairs[kind] >= ENOUGH_PAIRS:
                break
            made[kind] += len(fresh)
            pairs[kind] += 1
            more += fresh
    return [*twins, *more]


def _fitting(kind: str, shelf: Shelf) -> Iterator[list[Twin]]:
    """The twins of one pair after the other, from a document at a time and then from the first again."""
    waiting = deque(_of_sentences(kind, abstract) for abstract in shelf)
    while waiting:
        document = waiting.popleft()
        if twins := next(document, None):
            yield twins
            waiting.append(document)


def _of_sentences(kind: str, abstract: Abstract) -> Iterator[list[Twin]]:
    """For each sentence of which a claim has twins of the kind, those of its first such claim."""
    for pairs in sources(abstract):
        if twins := next(filter(None, (of_kind(kind, source, ()) for source in pairs)), None):
            yield twins


@cache
def sources(abstract: Abstract) -> tuple[tuple[Source, ...], ...]:
    """True pairs by sentence; one without a neighbour gives none, as claim and evidence would be one sentence."""
    text = abstract.text
    said = abstract.sentences or tuple(text[a:b] for a, b in sentence_spans(text))
    return tuple(
        tuple(
            Source(claim, said[max(0, i - 1) : i + 2], abstract.title, abstract.group, abstract.set)
            for claim in claims(sentence)
        )
        for i, sentence in enumerate(said)
        if len(said) > 1
    )
