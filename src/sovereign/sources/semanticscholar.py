"""Semantic Scholar's Academic Graph API (api.semanticscholar.org/api-docs/graph): search, batch, citations, snippets.

Its TL;DRs are written by a model and are never asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field, RootModel, model_validator

from sovereign.reading import Limits, one_line
from sovereign.reading.identity import find_arxiv
from sovereign.records import Model, Paper

from .abstracts import AbstractSource
from .base import Answer, BadAnswer, Fetcher, Kind
from .keys import Keys
from .provider import Wire, Work, make_paper, parse, parse_answer, path_of, plain_abstract
from .provider import search_words as words

_API = "https://api.semanticscholar.org/graph/v1"
_FIELDS = "title,abstract,year,venue,externalIds,authors,openAccessPdf"
_MOST_FOUND = 100  # of one page of a search
_MOST_IN_BATCH = 500
_MOST_CITING = 1_000
_SCHEMES = {"doi": "DOI", "arxiv": "ARXIV"}


class _Author(Wire):
    name: str | None = None


class _Ids(Wire):
    doi: str | None = Field(default=None, alias="DOI")
    arxiv: str | None = Field(default=None, alias="ArXiv")


class _Pdf(Wire):
    url: str | None = None


class _Work(Wire):
    paperId: str | None = None
    title: str | None = None
    abstract: str | None = None
    year: int | None = None
    venue: str | None = None
    externalIds: _Ids | None = None
    authors: tuple[_Author | None, ...] | None = None
    openAccessPdf: _Pdf | None = None


class _Page(Wire):
    """A page of results. One without any may have ``total`` 0 and no ``data``."""

    total: int | None = None
    data: tuple[Any, ...] | None = None

    @model_validator(mode="after")
    def _is_page(self) -> _Page:
        if self.data is None and self.total != 0:
            raise ValueError("there are neither results nor a count of none")
        return self


class _Batch(RootModel[tuple[Any, ...]]):
    """The answer to a batch: a bare list, with null for what is not known."""


class _Citation(Wire):
    citingPaper: Any = None


class _Text(Wire):
    text: str
    snippetKind: str | None = None
    section: str | None = None


class _Snippet(Wire):
    snippet: _Text
    score: float = Field(default=0.0, allow_inf_nan=False)
    paper: dict[str, Any]


class _SnippetWork(Wire):
    corpusId: str | int
    title: str | None = None
    authors: tuple[str | None, ...] | None = None


class Snippet(Model):
    """A passage of a work that fits a query. ``kind`` is ``title``, ``abstract`` or ``body``."""

    text: str
    kind: str
    section: str | None
    paper: Paper
    score: float


class SemanticScholar(AbstractSource):
    """A source over Semantic Scholar. With a key it answers one request per second, without one as it can."""

    name = "semanticscholar"

    def __init__(self, client: Fetcher, keys: Keys, limits: Limits | None = None) -> None:
        super().__init__(client, limits)
        self._headers = {"x-api-key": keys.semantic_scholar} if keys.semantic_scholar else {}

    def batch(self, paper_ids: Sequence[str]) -> tuple[Paper, ...]:
        """The works with these ids (``doi:…`` or ``arxiv:…``), without those that are not known.

        Raises:
            SovereignError: if they cannot be asked for.
        """
        wanted = [theirs for paper_id in paper_ids if (theirs := _their_id(paper_id))]
        papers: list[Paper] = []
        for start in range(0, len(wanted), _MOST_IN_BATCH):
            answer = self._client.post(
                f"{_API}/paper/batch",
                json={"ids": wanted[start : start + _MOST_IN_BATCH]},
                params={"fields": _FIELDS},
                headers=self._headers,
                kind="record",
            )
            papers += (work.paper for work in self._shelf.take(read_batch(answer), work_of))
        return tuple(papers)

    def citations(self, paper_id: str, limit: int) -> tuple[Paper, ...]:
        """At most ``limit`` (1,000 at most) of the works that cite one.

        Raises:
            SovereignError: if they cannot be asked for; status 404 if the work is not known.
        """
        if not (theirs := _their_id(paper_id)) or limit < 1:
            return ()
        params = {"fields": _FIELDS, "limit": str(min(limit, _MOST_CITING))}
        answer = self._get(f"paper/{path_of(theirs)}/citations", params, "search")
        return tuple(work.paper for work in self._shelf.take(read_page(answer), citing_work_of))[:limit]

    def snippets(self, query: str, limit: int) -> tuple[Snippet, ...]:
        """At most ``limit`` passages that fit a query, best first.

        Raises:
            SovereignError: if they cannot be asked for.
        """
        if limit < 1 or not words(query):
            return ()
        answer = self._get("snippet/search", {"query": words(query), "limit": str(limit)}, "search")
        found = []
        for number, entry in enumerate(read_page(answer), 1):
            try:
                found.append(snippet_of(entry))
            except BadAnswer as error:
                self._shelf.fail(f"snippet {number} was left out: {error.message}", error.advice)
        return tuple(found)[:limit]

    def _ask(self, text: str, limit: int) -> Iterable[Work]:
        # Words without hyphens: the documentation warns that a hyphenated one matches nothing.
        params = {"query": words(text), "fields": _FIELDS, "limit": str(min(limit, _MOST_FOUND))}
        return self._shelf.take(read_page(self._get("paper/search", params, "search")), work_of)

    def _fetch(self, paper_id: str) -> Iterable[Work]:
        if not (theirs := _their_id(paper_id)):
            title = paper_id.removeprefix("title:")
            answer = self._get("paper/search/match", {"query": title, "fields": _FIELDS}, "record")
            return self._shelf.take(read_page(answer), work_of)
        answer = self._get(f"paper/{path_of(theirs)}", {"fields": _FIELDS}, "record")
        return self._shelf.take([parse_answer(_Work, answer)], work_of)

    def _get(self, path: str, params: dict[str, str], kind: Kind) -> Answer:
        return self._client.get(f"{_API}/{path}", params=params, headers=self._headers, kind=kind)


def _their_id(paper_id: str) -> str | None:
    """An id of ours as theirs; None for a title."""
    scheme, _, value = paper_id.partition(":")
    return f"{_SCHEMES[scheme]}:{value}" if scheme in _SCHEMES and value else None


def read_page(answer: Answer) -> tuple[Any, ...]:
    """The entries of an answer to a search, or of a list of citations.

    Raises:
        BadAnswer: if it is an error, or no such list.
    """
    return parse_answer(_Page, answer).data or ()


def read_batch(answer: Answer) -> tuple[Any, ...]:
    """The entries of an answer to a batch, without those that are not known.

    Raises:
        BadAnswer: if it is none.
    """
    return tuple(entry for entry in parse_answer(_Batch, answer).root if entry is not None)


def citing_work_of(entry: Any) -> Work:
    """The work of an entry of a list of citations.

    Raises:
        BadAnswer: if it is none.
    """
    return work_of(parse(_Citation, entry).citingPaper)


def work_of(entry: Any) -> Work:
    """The work of an entry.

    Raises:
        BadAnswer: if it is none, or has no title.
    """
    found = parse(_Work, entry)
    ids = found.externalIds or _Ids()
    pdf = found.openAccessPdf.url if found.openAccessPdf else None
    paper = make_paper(
        SemanticScholar.name,
        f"https://www.semanticscholar.org/paper/{path_of(found.paperId)}" if found.paperId else "",
        found.title,
        authors=[author.name for author in found.authors or () if author],
        year=found.year,
        venue=found.venue,
        doi=ids.doi,
        arxiv_id=find_arxiv(ids.arxiv or ""),
        url=pdf,
    )
    return Work(paper, plain_abstract(found.abstract))


def snippet_of(entry: Any) -> Snippet:
    """The passage of an entry.

    Raises:
        BadAnswer: if it is none.
    """
    found = parse(_Snippet, entry)
    work = parse(_SnippetWork, found.paper)
    text = one_line(found.snippet.text)
    if not text:
        raise BadAnswer("the snippet is empty", "")
    location = f"https://api.semanticscholar.org/CorpusID:{path_of(str(work.corpusId))}"
    paper = make_paper(SemanticScholar.name, location, work.title, authors=work.authors or ())
    return Snippet(
        text=text,
        kind=found.snippet.snippetKind or "body",
        section=one_line(found.snippet.section or "") or None,
        paper=paper,
        score=found.score,
    )
