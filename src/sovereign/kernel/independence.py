"""Which works are independent of each other.

Two works are independent if they share no author, neither takes the figure from the other, and they are not versions of one
work. The relation is pairwise. Where authors are not known, independence is not known, and nothing is counted.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence

from sovereign.records import Paper, Quote, Relation


def relation_of(claim: Quote, other: Quote, papers: dict[str, Paper]) -> Relation:
    """How the work behind one quote stands to the work behind another, judged by the works they speak for."""
    if claim.source_id == other.source_id:
        return "not_independent" if _same_place(claim, other) else "own_work"
    first, second = papers.get(claim.source_id), papers.get(other.source_id)
    if first is None or second is None or not first.authors or not second.authors:
        return "unknown"
    return "not_independent" if _people(first) & _people(second) else "independent"


def _same_place(a: Quote, b: Quote) -> bool:
    """One cell read twice is one figure: the same place of the same work, told by two notes."""
    return a.paper_id != b.paper_id and bool(_place(a) & _place(b))


def _place(quote: Quote) -> frozenset[str]:
    words = (quote.where or "").lower().replace(",", " ").split()
    return frozenset(f"{a} {b}" for a, b in itertools.pairwise(words) if a in ("table", "figure", "section"))


def _people(paper: Paper) -> frozenset[str]:
    """Authors as last name and first initial, so that "Edward J. Hu" and "E. Hu" are one person."""
    people = set()
    for name in map(_plain, paper.authors):
        last, _, first = name.partition(",") if "," in name else (name.split()[-1] if name.split() else "", "", name)
        people.add(f"{last.strip()} {first.strip()[:1]}")
    return frozenset(people)


_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})


def _plain(name: str) -> str:
    """A name in lower case and without accents: "Núñez" and "Nunez" are one."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c)).translate(_LETTERS)


def papers_by_id(papers: Sequence[Paper]) -> dict[str, Paper]:
    """Index of papers by id."""
    return {p.id: p for p in papers}
