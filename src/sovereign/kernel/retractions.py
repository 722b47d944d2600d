"""Retractions of the works that are kept, asked for anew: whoever found a work may not know of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sovereign.errors import SovereignError
from sovereign.reading.identity import arxiv_of_doi
from sovereign.records import Candidate, Failure, Retrieval
from sovereign.sources import BELOW_LIMIT, RETRACTED

Ask = Callable[[Sequence[str]], Mapping[str, str]]
"""For those of some DOIs that were taken back, the notice of it in words."""


def without_retracted(retrieval: Retrieval, ask: Ask) -> Retrieval:
    """The log with retracted works dropped, and the next in rank kept in their places, which are asked about in turn.

    If nobody can be asked, what is kept stays, and the failure says that retractions were not checked.
    """
    candidates, asked = retrieval.candidates, set[str]()
    while dois := sorted({doi for c in candidates if c.kept for doi in _dois(c)} - asked):
        try:
            gone = ask(dois)
        except SovereignError as error:
            reason = f"retractions were not checked for {len(dois)} DOI(s) of kept works: {error.message}"
            failure = Failure(where="crossref", reason=reason, advice=error.advice)
            retrieval = retrieval.model_copy(update={"failures": (*retrieval.failures, failure)})
            break
        asked.update(dois)
        candidates = _replaced(candidates, gone)
    return retrieval.model_copy(update={"candidates": candidates})


def _replaced(candidates: Sequence[Candidate], gone: Mapping[str, str]) -> tuple[Candidate, ...]:
    """The candidates without the retracted ones among those kept; these come last, as in the ranking."""
    notices = {c.paper_id: gone[doi] for c in candidates if c.kept for doi in _dois(c) if doi in gone}
    sound = [c for c in candidates if c.paper_id not in notices]
    next_up = [c.paper_id for c in sound if not c.kept and BELOW_LIMIT in c.reason][: len(notices)]
    kept = [c for c in sound if c.kept]
    for c in sound:
        if c.paper_id in next_up:
            reason = f"kept in place of a retracted work: {c.reason.removeprefix('dropped: ')}"
            kept.append(c.model_copy(update={"kept": True, "reason": reason}))
    rest = [c for c in sound if not c.kept and c.paper_id not in next_up]
    dropped = [
        c.model_copy(update={"kept": False, "reason": f"{RETRACTED} ({notices[c.paper_id]})"})
        for c in candidates
        if c.paper_id in notices
    ]
    return (*kept, *rest, *dropped)


def _dois(candidate: Candidate) -> list[str]:
    """The DOIs of a work. Those that arXiv gives are not registered with Crossref."""
    dois = [name.removeprefix("doi:") for name in candidate.ids if name.startswith("doi:")]
    return [doi for doi in dois if not arxiv_of_doi(doi)]
