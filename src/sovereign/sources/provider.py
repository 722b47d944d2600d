"""What the providers share: reading hostile answers entry by entry, works as they were found, abstracts as documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from sovereign.errors import NotFound, SovereignError
from sovereign.reading import Limits, one_line, paper_id, printable, work_keys
from sovereign.reading.bibliography.entry import prose
from sovereign.reading.document import Builder
from sovereign.reading.identity import arxiv_of_doi, find_doi
from sovereign.records import Document, Failure, Paper, Query

from .base import Answer, BadAnswer, Hit
from .terms import query_terms

YEARS = range(1000, 2200)
_LONGEST_SAID = 200  # characters of foreign text in a message
_LONGEST_ID = 2_000
_LONGEST_SHOWN = 4_000  # characters of an abstract that are judged; more than an embedder reads
_ADVICE = "The other entries were used. If it lasts, the provider has changed its answers."


class Wire(BaseModel):
    """A piece of an answer. Fields that are not named are not read; a null is as good as a missing field."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Part(NamedTuple):
    """A paragraph of an abstract, with the heading that it has in a structured one."""

    title: str
    text: str


class Work(NamedTuple):
    """A work as a provider gave it, and its abstract, empty if it gave none. ``notices`` say what is wrong with that."""

    paper: Paper
    abstract: tuple[Part, ...] = ()
    notices: tuple[str, ...] = ()


W = TypeVar("W", bound=BaseModel)


def parse(model: type[W], value: object) -> W:
    """``value`` as a ``model``.

    Raises:
        BadAnswer: if it is none; the message says which fields are wrong.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, e['loc'])) or 'the whole'}: {e['msg']}" for e in error.errors(include_url=False))
        raise BadAnswer(said("; ".join(wrong)), _ADVICE) from None


def parse_answer(model: type[W], answer: Answer) -> W:
    """The answer's JSON as a ``model``.

    Raises:
        BadAnswer: if it is JSON of another shape, such as an error that came with a good status.
        SovereignError: if it is no JSON.
    """
    value = answer.json()
    try:
        return parse(model, value)
    except BadAnswer as error:
        told = _told(value)
        reason = (
            f"the server says: {told}" if told else f"the answer is not what the provider documents: {error.message}"
        )
        raise BadAnswer(reason, "Try again later, or leave this source out.") from None


def said(text: str) -> str:
    """Foreign text for a message: one printable line of a bounded length."""
    line = printable(one_line(text[: 4 * _LONGEST_SAID]))
    return line if len(line) <= _LONGEST_SAID else line[:_LONGEST_SAID] + "…"


def _told(value: object) -> str:
    """What an answer says went wrong, if it is an error in one of the forms that providers use."""
    if not isinstance(value, dict):
        return ""
    texts = [value.get(name) for name in ("error", "message")]
    if isinstance(texts[1], list):  # Crossref: a list of faults
        texts += [fault.get("message") for fault in texts[1] if isinstance(fault, dict)]
    return said(": ".join(dict.fromkeys(text for text in texts if isinstance(text, str))))


def search_words(text: str) -> str:
    """The words of a query without stop words and without any sign that a provider takes for syntax."""
    return " ".join(query_terms(text))


def path_of(identifier: str) -> str:
    """An identifier as a part of an address. Slashes stay, as providers write them; no segment leads up from there."""
    segments = (quote(segment, safe=":") for segment in identifier.split("/"))
    return "/".join(segment.replace(".", "%2E") if segment in (".", "..") else segment for segment in segments)


def make_paper(
    source: str,
    location: str,
    title: str | None,
    *,
    authors: Iterable[str | None] = (),
    year: int | None = None,
    venue: str | None = None,
    doi: str | None = None,
    arxiv_id: str | None = None,
    url: str | None = None,
    topics: Iterable[str | None] = (),
    retracted: str | None = None,
    version: int | None = None,
) -> Paper:
    """The record of a work from what a provider says of it, cleaned.

    Raises:
        BadAnswer: if it has no title, or no ``location``, which every provider makes of its own id.
    """
    if not location:
        raise BadAnswer("the entry has no id", _ADVICE)
    title = prose(title or "")
    if not title:
        raise BadAnswer("the entry has no title", _ADVICE)
    doi = find_doi((doi or "")[:_LONGEST_ID])
    arxiv_id = arxiv_id or arxiv_of_doi(doi)
    return Paper(
        id=paper_id(doi, arxiv_id, title),
        title=title,
        authors=tuple(filter(None, (prose(name or "") for name in authors))),
        year=year if year in YEARS else None,
        venue=prose(venue or "") or None,
        doi=doi,
        arxiv_id=arxiv_id,
        url=one_line(url or "") or None,
        topics=tuple(dict.fromkeys(filter(None, (prose(topic or "") for topic in topics)))),
        source=source,
        location=one_line(location),
        retracted=retracted,
        version=version,
    )


def plain_abstract(text: str | None) -> tuple[Part, ...]:
    """An abstract that comes as one piece of text."""
    words = prose(text or "")
    return (Part("", words),) if words else ()


def abstract_document(work: Work, limits: Limits, notices: Sequence[str] = ()) -> Document:
    """The abstract of a work as a document of depth ``abstract``.

    Raises:
        NotFound: if the provider gave none.
    """
    builder = Builder(limits)
    builder.heading("Abstract", 1)
    for part in work.abstract:
        builder.heading(part.title, 2)
        builder.paragraph(part.text)
    if builder.empty:
        name = work.paper.source
        raise NotFound(f"{name} has no abstract of {said(work.paper.title)!r}", "Put its text into your library.")
    builder.notices += (*notices, *work.notices)
    return builder.document(work.paper, "abstract")


def _shown(work: Work) -> str:
    return " ".join(part.text for part in work.abstract)[:_LONGEST_SHOWN]


class Shelf:
    """What one provider gave in a run: works under all their ids, and what could not be used of its answers."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._works: dict[str, Work] = {}  # by their own ids
        self._aliases: dict[str, Work] = {}  # by every other id that they have
        self._failures: dict[Failure, None] = {}

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be used so far, each once."""
        return tuple(self._failures)

    def fail(self, reason: str, advice: str = "") -> None:
        """Note something that could not be used."""
        self._failures[Failure(where=self._name, reason=reason, advice=advice)] = None

    def take(self, entries: Iterable[Any], work_of: Callable[[Any], Work | None]) -> list[Work]:
        """The works in ``entries``, kept. An entry that cannot be read is a failure; one that is None was no work."""
        works = []
        for number, entry in enumerate(entries, 1):
            try:
                work = work_of(entry)
            except BadAnswer as error:
                self.fail(f"entry {number} was left out: {error.message}", error.advice)
                continue
            if work is not None:
                works.append(work)
                self._works.setdefault(work.paper.id, work)
                for key in work_keys(work.paper):
                    self._aliases.setdefault(key, work)
        return works

    def find(self, wanted: str) -> Work | None:
        """The work of that id, if an answer had it."""
        return self._works.get(wanted) or self._aliases.get(wanted)

    def require(self, wanted: str, fetch: Callable[[str], Iterable[Work]]) -> Work:
        """The work of that id: one that is kept, else the first with that id of what ``fetch`` gets.

        Raises:
            NotFound: if there is none.
            SovereignError: as ``fetch``; a status 404 is a work that is not there.
        """
        if work := self.find(wanted):
            return work
        missing = NotFound(f"{self._name} has no work {said(wanted)!r}", "Take an id from the hits of a search.")
        try:
            works = list(fetch(wanted))
        except SovereignError as error:
            if getattr(error, "status", None) == 404:
                raise missing from None
            raise
        # A provider may answer with a near miss, whose text must not stand for the work that was meant.
        found = next((work for work in works if wanted in (work.paper.id, *work_keys(work.paper))), None)
        if found is None:
            raise missing
        return found

    def search(
        self, queries: Sequence[Query], limit: int, ask: Callable[[str, int], Iterable[Work]]
    ) -> tuple[tuple[Hit, ...], ...]:
        """What ``ask(text, limit)`` gives for each query, best first. A query that fails stops no other.

        The scores fall evenly from 1 to above 1/2 in the provider's order: providers' own numbers, where they give any, are of
        unlike kinds, and say no more within one query than the order does.
        """
        found = []
        for query in queries:
            works: dict[str, Work] = {}
            if limit > 0 and query_terms(query.text):
                try:
                    for work in ask(query.text, limit):
                        works.setdefault(work.paper.id, work)
                except SovereignError as error:
                    self.fail(f"query {said(query.text)!r}: {error.message}", error.advice)
            kept = list(works.values())[:limit]
            found.append(
                tuple(Hit(paper=w.paper, score=1 - n / (2 * len(kept)), text=_shown(w)) for n, w in enumerate(kept))
            )
        return tuple(found)
