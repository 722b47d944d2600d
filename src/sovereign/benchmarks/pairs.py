"""What two works say of one thing under one typed key: whether they are independent, and whether their figures agree."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from sovereign.checks.independence import people, plain, relation_of
from sovereign.records import ClusterNumber, Paper, ReportedNumber

from .comparable import factor_of, is_share, rounding_of
from .rules import rules

Standing = Literal["independent", "not_independent", "unknown"]
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class Pair(NamedTuple):
    """Two works under one key. ``gap`` lies between their nearest figures, ``apart`` is whether it is beyond the tolerance;
    ``several`` is whether one of them gives figures that differ under that key, so that the key does not tell all."""

    one: str
    other: str
    standing: Standing
    gap: float
    apart: bool
    several: bool


def origins(papers: Mapping[str, Paper], works: Mapping[str, str]) -> Callable[[ReportedNumber], str]:
    """What gives the work whose figure a number is: the work that prints it, or whom it credits, by id where that is one of ``papers``
    by its arXiv id, or by an author's name and the year; of ``works`` the first version."""
    by_name: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers.values():
        for name in {person.rsplit(" ", 1)[0] for person in people(paper)} | {paper.arxiv_id or ""} - {""}:
            by_name[name].append(paper)

    def origin(number: ReportedNumber) -> str:
        if number.credited is None:
            return works[number.quote.source_id]
        words, years = re.findall(r"[\w.-]*\w", plain(number.credited)), set(_YEAR.findall(number.credited))
        named = {paper.id: paper for word in words for paper in by_name.get(word, ())}
        found = [p.id for p in named.values() if p.arxiv_id in words or not (years and p.year) or str(p.year) in years]
        if len(found) == 1:
            return works.get(found[0], found[0])
        # "[12]" is a place in one work's own list.
        whose = "" if years else f" in {number.quote.source_id}"
        return f"credited: {plain(number.credited).strip()}{whose}"

    return origin


def pair_of(one: Sequence[ClusterNumber], other: Sequence[ClusterNumber], papers: dict[str, Paper]) -> Pair:
    """How the own figures of one work stand to those of another under one key.

    The smallest and the largest of each are enough: where what lies between matters, a work gives figures that differ.
    """
    ends = [(min(mine, key=_score), max(mine, key=_score)) for mine in (one, other)]
    near = min(((_excess(a, b), gap(a, b), a, b) for a in ends[0] for b in ends[1]), key=lambda found: found[:2])
    excess, distance, a, b = near
    several = any(_excess(low, high) > 0 for low, high in ends)
    return Pair(a.origin, b.origin, _standing(one, other, a, b, papers), distance, excess > 0, several)


def _score(number: ClusterNumber) -> float:
    return number.score


def _standing(
    one: Sequence[ClusterNumber],
    other: Sequence[ClusterNumber],
    a: ClusterNumber,
    b: ClusterNumber,
    papers: dict[str, Paper],
) -> Standing:
    """Whether two works are independent here. Works that hold the same words around a figure are copies of one; that two cells hold the
    same figure says nothing."""
    if _words(one) & _words(other):
        return "not_independent"
    relation = relation_of(a.number.quote, b.number.quote, papers)
    return relation if relation == "independent" or relation == "unknown" else "not_independent"


def _words(numbers: Sequence[ClusterNumber]) -> set[str]:
    quoted = (n.number for n in numbers)
    return {n.quote.text for n in quoted if n.cell is None or n.quote.text.strip() != n.cell.text.strip()}


def gap(a: ClusterNumber, b: ClusterNumber) -> float:
    """What lies between two figures; 0 where a range or a bound ("more than 80") reaches the other."""
    (low, high), (least, most) = _interval(a), _interval(b)
    return max(0.0, round(max(low, least) - min(high, most), 10))


def _interval(cluster_number: ClusterNumber) -> tuple[float, float]:
    score, value = cluster_number.score, cluster_number.number.value
    if value.upper is not None:
        return score, value.upper * factor_of(cluster_number.number.key.metric, value)
    return (-math.inf if value.bound == "at_most" else score), (math.inf if value.bound == "at_least" else score)


def _excess(a: ClusterNumber, b: ClusterNumber) -> float:
    """By how much two figures are further apart than the tolerance or the digits that are printed allow; at most 0 if not."""
    rounding = rounding_of(a.number) + rounding_of(b.number)
    return round(gap(a, b) - max(tolerance(a, b), rounding), 10)


def tolerance(a: ClusterNumber, b: ClusterNumber) -> float:
    """How far two figures of one key may be apart and still agree, on their scale."""
    given = rules()["tolerance"]
    if is_share(a.number.key.metric, a.number.value.unit):
        return float(given["points"])
    return float(given["relative_percent"]) / 100 * max(abs(a.score), abs(b.score))
