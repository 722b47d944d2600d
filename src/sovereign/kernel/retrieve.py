"""Stage *retrieve*: run the queries on every source, merge works, rank, keep the best, and log why."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sovereign.errors import SovereignError
from sovereign.records import Failure, Plan, Retrieval
from sovereign.sources import Relevance, Source, fuse

HITS_PER_QUERY = 100


def retrieve(
    plan: Plan,
    sources: Sequence[Source],
    max_papers: int,
    merged: Sequence[str] = (),
    relevance: Relevance | None = None,
) -> Retrieval:
    """The retrieval log: every candidate with its ranks, kept or dropped with a reason, and what failed."""
    with ThreadPoolExecutor(max_workers=len(sources)) as pool:
        hits = list(pool.map(lambda source: source.search(plan.queries, HITS_PER_QUERY), sources))
    failures = [failure for source in sources for failure in source.failures]
    try:
        candidates = fuse(hits, max_papers, relevance)
    except SovereignError as error:  # the embedder's
        reason = f"works were not held against the question: {error.message}"
        failures.append(Failure(where="embedder", reason=reason, advice=error.advice))
        candidates = fuse(hits, max_papers)
    return Retrieval(
        sources=tuple(source.name for source in sources),
        candidates=candidates,
        failures=tuple(dict.fromkeys(failures)),
        merged=tuple(merged),
    )
