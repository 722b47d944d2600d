"""Which of the works that were found are kept to be read, in which order, and why the others are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sovereign.reading import work_keys
from sovereign.records import Candidate

from .base import Hit
from .merge import Work, merged
from .ranks import K

RETRACTED = "dropped: retracted"
"""How the reason of a retracted candidate begins."""

BELOW_LIMIT = "below the limit of"
"""What stands in the reason of a candidate that would be kept if there were more room."""

_FLOOR = 0.10  # share of a query's best score below which a single hit is chance
_JUDGED = 4  # times as many works as are kept, and
_FEWEST_JUDGED = 200  # at least, are held against the question
_OF_ONE_GROUP = 4  # one in so many of the kept works may share an author with those before it, and
_FEWEST_OF_ONE_GROUP = 2  # at least


class Relevance(NamedTuple):
    """How near a work is to the question.

    ``near`` takes (title, texts) of works and gives for each its nearness to the subjects of the question and, as a second number,
    to any of its subjects or the whole of it; ``least`` of the second is what a work must have to be read.
    """

    near: Callable[[Sequence[tuple[str, Sequence[str]]]], Sequence[tuple[float, float]]]
    least: float


def fuse(
    hits: Sequence[Sequence[Sequence[Hit]]], keep: int, relevance: Relevance | None = None
) -> tuple[Candidate, ...]:
    """All works found, the ``keep`` best first, by reciprocal rank fusion (1 / (60 + rank), summed over queries).

    ``hits[source][query]`` are hits, best first; query *n* is the same for all sources. Works that agree in DOI,
    arXiv id or title are one. A work that only one query found, with less than a tenth of that query's best score,
    is dropped, and so is one that any source calls retracted. With ``relevance``, the best of the rest are held against the question:
    those that are not near enough are dropped, and nearness to its subjects is one more ranking. Works that share an author with
    several better ones come after the others. Scores are rounded to nine decimals, and ties go by id, so that the order is always
    the same.
    """
    works = _ordered(merged(hits))
    sound = [work for work in works if not work.retracted]
    ranked = [work for work in sound if not _by_chance(work)]
    chance = [work for work in sound if _by_chance(work)]
    off: list[Work] = []
    if relevance:
        ranked, off = _judged(ranked, max(_FEWEST_JUDGED, _JUDGED * keep), relevance)
    ranked, alike = _spread(ranked, keep)
    candidates = []
    for rank, work in enumerate(ranked, 1):
        late = "; it shares an author with several better ranked works" if work in alike else ""
        if rank <= keep:
            reason = f"kept: rank {rank} of {len(ranked)}, found by {_queries(work)}{late}"
        else:
            reason = f"dropped: rank {rank}, {BELOW_LIMIT} {keep}{late}"
        candidates.append(_candidate(work, rank <= keep, reason))
    for work in off:
        reason = (
            f"dropped: not near enough to the question or its subjects (below {relevance.least if relevance else 0})"
        )
        candidates.append(_candidate(work, False, reason))
    for work in chance:
        share = next(iter(work.shares.values()))
        reason = f"dropped: found by {_queries(work)} only, with {share:.1%} of that query's best score"
        candidates.append(_candidate(work, False, reason))
    candidates += [_candidate(work, False, f"{RETRACTED} ({work.retracted})") for work in works if work.retracted]
    return tuple(candidates)


def _ordered(works: Sequence[Work]) -> list[Work]:
    return sorted(works, key=lambda work: (-round(work.score, 9), work.paper.id))


def _judged(ranked: Sequence[Work], most: int, relevance: Relevance) -> tuple[list[Work], list[Work]]:
    """The works in order of their ranks and their nearness, and those that are too far. Only the ``most`` best are judged; the
    others stay behind them."""
    judged, rest = ranked[:most], ranked[most:]
    values = relevance.near([(work.paper.title, tuple(work.texts)) for work in judged])
    near = [(value, work) for (value, any_of), work in zip(values, judged, strict=True) if any_of >= relevance.least]
    # Rounded, because the last digits of a cosine are another machine's; equals stay in order of their ranks.
    near.sort(key=lambda pair: -round(pair[0], 3))
    for rank, (_, work) in enumerate(near, 1):
        work.score += 1 / (K + rank)
    kept = {id(work) for _, work in near}
    return [*_ordered([work for _, work in near]), *rest], [work for work in judged if id(work) not in kept]


def _spread(ranked: Sequence[Work], keep: int) -> tuple[list[Work], list[Work]]:
    """The works with those behind that share an author with as many better ones as one group may have, and these by themselves."""
    most = max(_FEWEST_OF_ONE_GROUP, keep // _OF_ONE_GROUP)
    first: list[Work] = []
    late: list[Work] = []
    better: list[frozenset[str]] = []  # authors of each of the first
    for work in ranked:
        authors = _authors(work)
        if sum(not authors.isdisjoint(others) for others in better) >= most:
            late.append(work)
        else:
            first.append(work)
            better.append(authors)
    return [*first, *late], late


def _authors(work: Work) -> frozenset[str]:
    return frozenset(" ".join(name.casefold().split()) for paper in (work.paper, *work.also) for name in paper.authors)


def _by_chance(work: Work) -> bool:
    return len(work.shares) == 1 and next(iter(work.shares.values())) < _FLOOR


def _queries(work: Work) -> str:
    """The queries that found a work, in words."""
    numbers = [str(n) for n, rank in enumerate(work.ranks, 1) if rank]
    if len(numbers) == 1:
        return f"query {numbers[0]}"
    return f"queries {', '.join(numbers[:-1])} and {numbers[-1]}"


def _candidate(work: Work, kept: bool, reason: str) -> Candidate:
    papers = (work.paper, *work.also)
    others = {(p.id, p.version): p for p in reversed(work.also)}
    others.pop((work.paper.id, work.paper.version), None)
    told = [f"; same work as {name}{_of_version(n)} from {p.source}" for (name, n), p in reversed(others.items())]
    ids = dict.fromkeys(key for paper in papers for key in (paper.id, *work_keys(paper)[:-1]))
    return Candidate(
        paper_id=work.paper.id,
        title=work.paper.title,
        location=work.paper.location,
        score=round(work.score, 9),
        ranks=tuple(work.ranks),
        kept=kept,
        reason=reason + "".join(told),
        also=tuple(ids)[1:],
        sources=tuple(dict.fromkeys(paper.source for paper in papers)),
        version=work.paper.version,
    )


def _of_version(number: int | None) -> str:
    return f", version {number}," if number else ""
