"""From the hits of several queries and sources to one ranked list of works, with the reason for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sovereign.reading import same_work, work_keys
from sovereign.records import Candidate, Paper

from .base import Hit

RETRACTED = "dropped: retracted"
"""How the reason of a retracted candidate begins."""

BELOW_LIMIT = "below the limit of"
"""What stands in the reason of a candidate that would be kept if there were more room."""

_K = 60  # of reciprocal rank fusion: how little the first ranks stand out
_FLOOR = 0.10  # share of a query's best score below which a single hit is chance


@dataclass(eq=False)
class _Work:
    """A work under fusion. ``shares`` are its scores as shares of the best score, by query."""

    paper: Paper
    ranks: list[int]
    score: float = 0.0
    shares: dict[int, float] = field(default_factory=dict)
    also: list[Paper] = field(default_factory=list)
    retracted: str | None = None  # what any source says of it: such a work supports nothing, whoever else lists it


def fuse(hits: Sequence[Sequence[Sequence[Hit]]], keep: int) -> tuple[Candidate, ...]:
    """All works found, the ``keep`` best first, by reciprocal rank fusion (1 / (60 + rank), summed over queries).

    ``hits[source][query]`` are hits, best first; query *n* is the same for all sources. Works that agree in DOI,
    arXiv id or title are one. A work that only one query found, with less than a tenth of that query's best score,
    is dropped, and so is one that any source calls retracted. Scores are rounded to nine decimals, and ties go by id, so that
    the order is always the same.
    """
    works = sorted(_collect(hits), key=lambda work: (-round(work.score, 9), work.paper.id))
    sound = [work for work in works if not work.retracted]
    ranked = [work for work in sound if not _by_chance(work)]
    chance = [work for work in sound if _by_chance(work)]
    candidates = []
    for rank, work in enumerate(ranked, 1):
        if rank <= keep:
            reason = f"kept: rank {rank} of {len(ranked)}, found by {_queries(work)}"
        else:
            reason = f"dropped: rank {rank}, {BELOW_LIMIT} {keep}"
        candidates.append(_candidate(work, rank <= keep, reason))
    for work in chance:
        share = next(iter(work.shares.values()))
        reason = f"dropped: found by {_queries(work)} only, with {share:.1%} of that query's best score"
        candidates.append(_candidate(work, False, reason))
    candidates += [_candidate(work, False, f"{RETRACTED} ({work.retracted})") for work in works if work.retracted]
    return tuple(candidates)


def _collect(hits: Sequence[Sequence[Sequence[Hit]]]) -> list[_Work]:
    """One entry for each work, with its ranks (1 is best; 0 where a query did not find it)."""
    works: list[_Work] = []
    by_key: dict[str, list[_Work]] = {}
    queries = max((len(source) for source in hits), default=0)
    for source in hits:
        for query, found in enumerate(source):
            best = max((hit.score for hit in found), default=0.0)
            for rank, hit in enumerate(found, 1):
                keys = work_keys(hit.paper)
                met = [work for key in keys for work in by_key.get(key, ()) if _is_of(hit.paper, work)]
                work = met[0] if met else _Work(hit.paper, [0] * queries)
                for other in met[1:]:
                    if other is not work and _one(work, other):  # only this hit says that they are
                        work, other = sorted((work, other), key=works.index)
                        _join(work, other)
                        works.remove(other)
                        for at in by_key.values():
                            at[:] = dict.fromkeys(work if one is other else one for one in at)
                if not met:
                    works.append(work)
                _describe(work, hit.paper)
                for key in keys:
                    if work not in by_key.setdefault(key, []):
                        by_key[key].append(work)
                work.retracted = work.retracted or hit.paper.retracted
                work.score += 1 / (_K + rank)
                work.ranks[query] = min(rank, work.ranks[query] or rank)
                share = hit.score / best if best > 0 else 1.0
                work.shares[query] = max(share, work.shares.get(query, 0.0))
    return works


def _describe(work: _Work, *papers: Paper) -> None:
    """Add descriptions of a work, each once: another source, id or version makes another one."""
    for paper in papers:
        known = {(one.source, work_keys(one)[:-1], one.id, one.version) for one in (work.paper, *work.also)}
        if (paper.source, work_keys(paper)[:-1], paper.id, paper.version) not in known:
            work.also.append(paper)


def _is_of(paper: Paper, work: _Work) -> bool:
    """Whether a work is the one that ``paper`` describes. Of further descriptions only DOI and arXiv id count, not the title."""
    ids = set(work_keys(paper)[:-1])
    return same_work(work.paper, paper) or any(ids & set(work_keys(one)[:-1]) for one in work.also)


def _one(work: _Work, other: _Work) -> bool:
    """Whether two works may be one: not if both carry an arXiv id, or both a DOI, and these differ."""
    mine, theirs = ({key for paper in (w.paper, *w.also) for key in work_keys(paper)[:-1]} for w in (work, other))
    kinds = {key.partition(":")[0] for key in mine} & {key.partition(":")[0] for key in theirs}
    return not kinds or bool(mine & theirs)


def _join(work: _Work, other: _Work) -> None:
    """Add what was found of ``other`` to ``work``."""
    _describe(work, other.paper, *other.also)
    work.retracted = work.retracted or other.retracted
    work.score += other.score
    work.ranks[:] = [min(a, b) if a and b else a or b for a, b in zip(work.ranks, other.ranks, strict=True)]
    for query, share in other.shares.items():
        work.shares[query] = max(share, work.shares.get(query, 0.0))


def _by_chance(work: _Work) -> bool:
    return len(work.shares) == 1 and next(iter(work.shares.values())) < _FLOOR


def _queries(work: _Work) -> str:
    """The queries that found a work, in words."""
    numbers = [str(n) for n, rank in enumerate(work.ranks, 1) if rank]
    if len(numbers) == 1:
        return f"query {numbers[0]}"
    return f"queries {', '.join(numbers[:-1])} and {numbers[-1]}"


def _candidate(work: _Work, kept: bool, reason: str) -> Candidate:
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
