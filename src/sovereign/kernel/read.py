"""Stage *read*: the fullest text of every kept work that any source gives, under whichever of its ids the source knows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from sovereign.errors import NotFound, SovereignError
from sovereign.records import Candidate, Depth, Document, Failure, Paper, Retrieval
from sovereign.sources import ABSTRACTS, NOT_IN_TIME, SOURCES

_FULLNESS: dict[Depth, int] = {"note": 1, "abstract": 2, "full_text": 3}


class Reader(Protocol):
    """What the stage needs of a source."""

    @property
    def name(self) -> str:
        """The source's name."""
        ...

    def document(self, paper_id: str) -> Document:
        """The fullest text of a work.

        Raises:
            NotFound: if there is none.
        """
        ...


class Read(NamedTuple):
    """Documents in rank order, and the log of retrieval with what could not be read."""

    documents: tuple[Document, ...]
    retrieval: Retrieval


def read(
    retrieval: Retrieval, sources: Sequence[Reader], out_of_time: Callable[[str], bool], progress: Callable[[str], None]
) -> Read:
    """Documents of the kept candidates in rank order, and the log with what could not be read added to its failures.

    ``out_of_time(paper_id)`` is asked before each work, and says whether it and no further one may be begun.
    """
    documents: list[Document] = []
    failures = list(retrieval.failures)
    kept = [c for c in retrieval.candidates if c.kept]
    for number, candidate in enumerate(kept, 1):
        progress(f"{number} of {len(kept)}: {candidate.title}")
        if out_of_time(candidate.paper_id):
            failures.append(Failure(where=candidate.location, reason=NOT_IN_TIME, advice="Raise --budget-seconds."))
            continue
        document, missed = _fullest(candidate, sources)
        if document is None:
            failures += missed
        elif document.paper.retracted:  # said by the record of the work alone, by no search that found it
            reason = f"retracted ({document.paper.retracted})"
            failures.append(Failure(where=candidate.location, reason=reason))
        else:
            documents.append(document)
    return Read(tuple(documents), retrieval.model_copy(update={"failures": tuple(dict.fromkeys(failures))}))


def _fullest(candidate: Candidate, sources: Sequence[Reader]) -> tuple[Document | None, list[Failure]]:
    """The fullest document that there is, the first of those that are equally full, and what stood in the way of others.

    Sources of abstracts are only asked while there is not even one, those that found the work first: these have it at hand.
    """
    found: list[Document] = []
    missed: list[Failure] = []
    down: list[str] = []
    ids = sorted(candidate.ids, key=lambda name: name.startswith("title:"))  # a title finds least, and costs a search
    for source in sorted(sources, key=lambda source: _turn(source, candidate)):
        most = _FULLNESS["abstract" if source.name in ABSTRACTS else "full_text"]
        if any(_full(document) >= most for document in found):
            continue
        try:
            found.append(_known_as(ids, source))
        except NotFound as error:
            missed.append(Failure(where=candidate.location, reason=error.message, advice=error.advice))
            continue
        except SovereignError as error:
            down.append(f"{source.name} gave no text of it: {error.message}")
            missed.append(Failure(where=candidate.location, reason=down[-1], advice=error.advice))
            continue
        if found[-1].paper.retracted:
            return found[-1], missed
    if not found:
        return None, missed
    best = max(found, key=_full)  # the first of equals
    return _as(candidate, best, [document.paper for document in found], down), missed


def _turn(source: Reader, candidate: Candidate) -> int:
    if source.name in ABSTRACTS:
        return 1 if source.name in candidate.sources else 2
    return 0 if source.name in SOURCES else 3  # a copy from elsewhere only where no source has the text


def _full(document: Document) -> int:
    return _FULLNESS.get(document.depth, 0)


def _known_as(ids: Sequence[str], source: Reader) -> Document:
    """The document under the first of ``ids`` that the source has.

    Raises:
        NotFound: if it has none of them.
        SovereignError: if it cannot be asked: it is not asked again under the next.
    """
    absent: list[NotFound] = []
    for paper_id in ids:
        try:
            return source.document(paper_id)
        except NotFound as error:
            absent.append(error)
    raise absent[0]


def _as(candidate: Candidate, document: Document, papers: Sequence[Paper], notices: Sequence[str]) -> Document:
    """The document under the id by which the log knows the work, with the facts that it lacks from other records of it.

    What was read stays said: the source, the location and the version.
    """
    known = {scheme: value for scheme, _, value in (name.partition(":") for name in reversed(candidate.ids))}
    facts: dict[str, object] = {"id": candidate.paper_id}
    for name, value in (("doi", known.get("doi")), ("arxiv_id", known.get("arxiv"))):
        facts[name] = getattr(document.paper, name) or value
    for name in ("authors", "year", "venue"):
        facts[name] = next(filter(None, (getattr(paper, name) for paper in (document.paper, *papers))), None)
    facts["authors"] = facts["authors"] or ()
    paper = document.paper.model_copy(update=facts)
    return document.model_copy(update={"paper": paper, "notices": (*document.notices, *notices)})
