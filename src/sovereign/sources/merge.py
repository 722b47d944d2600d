"""From the hits of several queries and sources to one ranked list of works, with the reason for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sovereign.reading import same_work, work_keys
from sovereign.records import Candidate, Paper

from .base import Hit

_K = 60  # of reciprocal rank fusion: how little the first ranks stand out
_FLOOR = 0.10  # share of a query's best score below which a single hit is chance


@dataclass
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
    is dropped, and so is one that any source calls retracted. Scores are rounded to nine decimals, and ties go by id, so that the order is always the same.
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
            reason = f"dropped: rank {rank}, below the limit of {keep}"
        candidates.append(_candidate(work, rank <= keep, reason))
    for work in chance:
        share = next(iter(work.shares.values()))
        reason = f"dropped: found by {_queries(work)} only, with {share:.1%} of that query's best score"
        candidates.append(_candidate(work, False, reason))
    candidates += [
        _candidate(work, False, f"dropped: retracted ({work.retracted})") for work in works if work.retracted
    ]
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
                met = (work for key in keys for work in by_key.get(key, ()))
                work = next((work for work in met if same_work(work.paper, hit.paper)), None)
                if work is None:
                    work = _Work(hit.paper, [0] * queries)
                    works.append(work)
                elif hit.paper.id != work.paper.id and hit.paper not in work.also:
                    work.also.append(hit.paper)
                for key in keys:
                    if work not in by_key.setdefault(key, []):
                        by_key[key].append(work)
                work.retracted = work.retracted or hit.paper.retracted
                work.score += 1 / (_K + rank)
                work.ranks[query] = min(rank, work.ranks[query] or rank)
                share = hit.score / best if best > 0 else 1.0
                work.shares[query] = max(share, work.shares.get(query, 0.0))
    return works


def _by_chance(work: _Work) -> bool:
    return len(work.shares) == 1 and next(iter(work.shares.values())) < _FLOOR


def _queries(work: _Work) -> str:
    """The queries that found a work, in words."""
    numbers = [str(n) for n, rank in enumerate(work.ranks, 1) if rank]
    if len(numbers) == 1:
        return f"query {numbers[0]}"
    return f"queries {', '.join(numbers[:-1])} and {numbers[-1]}"


def _candidate(work: _Work, kept: bool, reason: str) -> Candidate:
    same = "; same work as ".join(["", *(f"{paper.id} from {paper.source}" for paper in work.also)])
    return Candidate(
        paper_id=work.paper.id,
        title=work.paper.title,
        location=work.paper.location,
        score=round(work.score, 9),
        ranks=tuple(work.ranks),
        kept=kept,
        reason=reason + same,
    )
