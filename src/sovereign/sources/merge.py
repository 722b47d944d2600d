"""From the hits of several queries and sources to works: one work, many ids, and each of its descriptions once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sovereign.reading import same_work, tidy, work_keys
from sovereign.records import Paper

from .base import Hit
from .ranks import K


@dataclass(eq=False)
class Work:
    """A work that was found. ``score`` is that of reciprocal rank fusion over the queries, ``shares`` are its scores as shares of the
    best score, by query, and ``texts`` what the sources showed of it."""

    paper: Paper
    ranks: list[int]
    score: float = 0.0
    shares: dict[int, float] = field(default_factory=dict)
    also: list[Paper] = field(default_factory=list)
    texts: dict[str, None] = field(default_factory=dict)
    retracted: str | None = None  # what any source says of it: such a work supports nothing, whoever else lists it


def merged(hits: Sequence[Sequence[Sequence[Hit]]]) -> list[Work]:
    """One entry for each work, with its ranks (1 is best; 0 where a query did not find it)."""
    works: list[Work] = []
    by_key: dict[str, list[Work]] = {}
    queries = max((len(source) for source in hits), default=0)
    for source in hits:
        for query, found in enumerate(source):
            best = max((hit.score for hit in found), default=0.0)
            for rank, hit in enumerate((h.model_copy(update={"paper": tidy(h.paper)}) for h in found), 1):
                keys = work_keys(hit.paper)
                met = [work for key in keys for work in by_key.get(key, ()) if _is_of(hit.paper, work)]
                work = met[0] if met else Work(hit.paper, [0] * queries)
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
                if hit.text:
                    work.texts[hit.text] = None
                work.score += 1 / (K + rank)
                work.ranks[query] = min(rank, work.ranks[query] or rank)
                share = hit.score / best if best > 0 else 1.0
                work.shares[query] = max(share, work.shares.get(query, 0.0))
    return works


def _describe(work: Work, *papers: Paper) -> None:
    """Add descriptions of a work, each once: another source, id or version makes another one."""
    for paper in papers:
        known = {(one.source, work_keys(one)[:-1], one.id, one.version) for one in (work.paper, *work.also)}
        if (paper.source, work_keys(paper)[:-1], paper.id, paper.version) not in known:
            work.also.append(paper)


def _is_of(paper: Paper, work: Work) -> bool:
    """Whether a work is the one that ``paper`` describes. Of further descriptions only DOI and arXiv id count, not the title."""
    ids = set(work_keys(paper)[:-1])
    return same_work(work.paper, paper) or any(ids & set(work_keys(one)[:-1]) for one in work.also)


def _one(work: Work, other: Work) -> bool:
    """Whether two works may be one: not if both carry an arXiv id, or both a DOI, and these differ."""
    mine, theirs = ({key for paper in (w.paper, *w.also) for key in work_keys(paper)[:-1]} for w in (work, other))
    kinds = {key.partition(":")[0] for key in mine} & {key.partition(":")[0] for key in theirs}
    return not kinds or bool(mine & theirs)


def _join(work: Work, other: Work) -> None:
    """Add what was found of ``other`` to ``work``."""
    _describe(work, other.paper, *other.also)
    work.retracted = work.retracted or other.retracted
    work.texts |= other.texts
    work.score += other.score
    work.ranks[:] = [min(a, b) if a and b else a or b for a, b in zip(work.ranks, other.ranks, strict=True)]
    for query, share in other.shares.items():
        work.shares[query] = max(share, work.shares.get(query, 0.0))
