"""Stage *read*: the stored text of every kept work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sovereign.errors import SovereignError
from sovereign.records import Document, Failure, Retrieval
from sovereign.sources import NOT_IN_TIME, Source

from .budget import Budget


class Read(NamedTuple):
    """Documents in rank order, and the log of retrieval with what could not be read."""

    documents: tuple[Document, ...]
    retrieval: Retrieval


def read(retrieval: Retrieval, sources: Sequence[Source], budget: Budget, progress: Callable[[str], None]) -> Read:
    """Documents of the kept candidates in rank order, and the log with what could not be read added to its failures."""
    documents: list[Document] = []
    failures = list(retrieval.failures)
    kept = [c for c in retrieval.candidates if c.kept]
    for number, candidate in enumerate(kept, 1):
        progress(f"{number} of {len(kept)}: {candidate.title}")
        if budget.spent():
            failures.append(
                Failure(
                    where=candidate.location,
                    reason=NOT_IN_TIME,
                    advice="Raise --budget-seconds.",
                )
            )
            continue
        missed = []
        for source in sources:
            try:
                document = source.document(candidate.paper_id)
            except SovereignError as error:
                missed.append(Failure(where=candidate.location, reason=error.message, advice=error.advice))
                continue
            if document.paper.retracted:  # said by the record of the work alone, by no search that found it
                failures.append(
                    Failure(where=candidate.location, reason=f"retracted ({document.paper.retracted})", advice="")
                )
            else:
                documents.append(document)
            break
        else:
            failures += missed
    return Read(tuple(documents), retrieval.model_copy(update={"failures": tuple(dict.fromkeys(failures))}))
