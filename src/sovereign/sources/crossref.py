"""Crossref's REST API (api.crossref.org): what publishers registered of a work, and retractions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from pydantic import Field

from sovereign.errors import SovereignError
from sovereign.reading import Limits
from sovereign.reading.bibliography.entry import prose
from sovereign.reading.identity import arxiv_of_doi, find_doi
from sovereign.records import Model

from .abstracts import AbstractSource
from .base import Fetcher
from .keys import Keys
from .provider import (
    YEARS,
    Part,
    Wire,
    Work,
    make_paper,
    parse,
    parse_answer,
    path_of,
    search_words,
)

_API = "https://api.crossref.org/works"
_FIELDS = "DOI,title,author,issued,container-title,abstract,relation,update-to,updated-by"
_MOST_FOUND = 100
_MOST_ASKED = 20  # DOIs in one filter, so that the address stays short
_MOST_NOTICES = 1_000  # rows of one page
# Crossref's kinds of update that take a work back. A correction or an expression of concern does not.
_TAKEN_BACK = ("retraction", "partial_retraction", "withdrawal", "removal")
_JATS_TITLE = re.compile(r"<(?:jats:)?title\b[^<>]*>(.*?)</(?:jats:)?title\s*>", re.DOTALL)
_JATS_PARAGRAPH = re.compile(r"</?(?:jats:)?(?:p|sec)\b[^<>]*>")
_IS_LABEL = re.compile(r"abstract\W*", re.IGNORECASE)

Way = Literal["update-to", "updated-by"]


class _Author(Wire):
    given: str | None = None
    family: str | None = None
    name: str | None = None


class _Date(Wire):
    parts: tuple[tuple[int | None, ...] | None, ...] | None = Field(default=None, alias="date-parts")


class _Update(Wire):
    doi: str | None = Field(default=None, alias="DOI")
    type: str | None = None
    updated: _Date | None = None


class _Related(Wire):
    id: str | None = None


class _Work(Wire):
    doi: str | None = Field(default=None, alias="DOI")
    title: tuple[str | None, ...] | None = None
    author: tuple[_Author | None, ...] | None = None
    issued: _Date | None = None
    venue: tuple[str | None, ...] | None = Field(default=None, alias="container-title")
    abstract: str | None = None
    relation: dict[str, tuple[_Related | None, ...]] | None = None
    update_to: tuple[_Update | None, ...] | None = Field(default=None, alias="update-to")
    updated_by: tuple[_Update | None, ...] | None = Field(default=None, alias="updated-by")


class _Items(Wire):
    items: tuple[Any, ...]


class _List(Wire):
    message: _Items


class _Record(Wire):
    message: _Work


class Retraction(Model):
    """A notice that takes a work back: ``notice`` is its DOI, ``kind`` Crossref's word for it, ``way`` where it is said."""

    doi: str
    notice: str | None
    kind: str
    year: int | None
    way: Way

    def __str__(self) -> str:
        """The notice in words."""
        dated = f" of {self.year}" if self.year else ""
        place = f", notice https://doi.org/{self.notice}" if self.notice else ""
        return f"{self.kind.replace('_', ' ')}{dated}{place} (Crossref, {self.way})"


class Crossref(AbstractSource):
    """A source over Crossref. With a contact it is served from a pool that answers more quickly."""

    name = "crossref"

    def __init__(self, client: Fetcher, keys: Keys, limits: Limits | None = None) -> None:
        super().__init__(client, limits)
        self._params = _contact(keys)

    def _ask(self, text: str, limit: int) -> Iterable[Work]:
        params = {
            "query.bibliographic": search_words(text),
            "rows": str(min(limit, _MOST_FOUND)),
            "select": _FIELDS,
        }
        answer = self._client.get(_API, params=params | self._params, kind="search")
        return self._shelf.take(parse_answer(_List, answer).message.items, work_of)

    def _fetch(self, paper_id: str) -> Iterable[Work]:
        scheme, _, doi = paper_id.partition(":")
        if scheme != "doi" or not doi:
            return []
        answer = self._client.get(f"{_API}/{path_of(doi)}", params=self._params, kind="record")
        return self._shelf.take([parse_answer(_Record, answer).message], work_of)


def retractions(client: Fetcher, keys: Keys, dois: Sequence[str]) -> dict[str, Retraction]:
    """For each of ``dois`` that was taken back, the notice of it.

    Both ways are asked for: what the works' own records say (``updated-by``), and the notices that name the works
    (``update-to``), since either may be missing.

    Raises:
        SovereignError: if either cannot be asked for. What is not in the result was asked for and has no notice.
    """
    wanted = list(dict.fromkeys(doi for given in dois if (doi := find_doi(given))))
    found: dict[str, Retraction] = {}
    # A comma would end the filter's value; such a DOI is looked up by itself, and its notices cannot be searched for.
    plain = [doi for doi in wanted if "," not in doi]
    for start in range(0, len(plain), _MOST_ASKED):
        some = plain[start : start + _MOST_ASKED]
        for name in ("updates", "doi"):
            params = {
                "filter": ",".join(f"{name}:{doi}" for doi in some),
                "select": "DOI,update-to,updated-by",
                "rows": str(_MOST_NOTICES),
            }
            answer = client.get(_API, params=params | _contact(keys), kind="record")
            for entry in parse_answer(_List, answer).message.items:
                for notice in notices_of(parse(_Work, entry)):
                    found.setdefault(notice.doi, notice)
    for doi in wanted:
        if doi not in plain:
            try:
                answer = client.get(f"{_API}/{path_of(doi)}", params=_contact(keys), kind="record")
            except SovereignError as error:
                if getattr(error, "status", None) != 404:
                    raise
                continue
            for notice in notices_of(parse_answer(_Record, answer).message):
                found.setdefault(notice.doi, notice)
    return {doi: found[doi] for doi in wanted if doi in found}


def notices_of(work: _Work) -> Iterator[Retraction]:
    """The retractions that a record speaks of: of the work itself, and of those that it is the notice for.

    Some publishers turn a work's own record into the notice, which then updates itself.
    """
    own = find_doi(work.doi or "")
    for update in work.updated_by or ():
        if update and own and (kind := _taken_back(update)):
            notice = find_doi(update.doi or "")
            yield Retraction(doi=own, notice=notice, kind=kind, year=_year(update.updated), way="updated-by")
    for update in work.update_to or ():
        if update and (kind := _taken_back(update)) and (doi := find_doi(update.doi or "")):
            yield Retraction(doi=doi, notice=own, kind=kind, year=_year(update.updated), way="update-to")


def work_of(entry: Any) -> Work:
    """The work of an entry. A notice of retraction is marked as one, so that it is no evidence either.

    Raises:
        BadAnswer: if it is none, or has no title.
    """
    found = entry if isinstance(entry, _Work) else parse(_Work, entry)
    notices = list(notices_of(found))
    doi = find_doi(found.doi or "")
    of_itself = next((str(notice) for notice in notices if notice.doi == doi), None)
    of_another = next(
        (f"this is the notice of a {n.kind.replace('_', ' ')}, of doi:{n.doi}" for n in notices if n.doi != doi), None
    )
    paper = make_paper(
        Crossref.name,
        f"https://doi.org/{doi}" if doi else "",
        next(filter(None, found.title or ()), None),
        authors=[_name(author) for author in found.author or () if author],
        year=_year(found.issued),
        venue=next(filter(None, found.venue or ()), None),
        doi=doi,
        arxiv_id=_preprint(found),
        retracted=of_itself or of_another,
    )
    return Work(paper, tuple(parts_of_jats(found.abstract or "")))


def parts_of_jats(text: str) -> Iterator[Part]:
    """The paragraphs of an abstract in JATS, each with the heading it stands under; the heading "Abstract" is none."""
    title = ""
    for number, piece in enumerate(_JATS_TITLE.split(text)):
        if number % 2:
            title = "" if _IS_LABEL.fullmatch(prose(piece)) else prose(piece)
            continue
        for paragraph in filter(None, map(prose, _JATS_PARAGRAPH.split(piece))):
            yield Part(title, paragraph)
            title = ""


def _contact(keys: Keys) -> dict[str, str]:
    return {"mailto": keys.contact} if keys.contact else {}


def _taken_back(update: _Update) -> str | None:
    kind = (update.type or "").strip().lower().replace("-", "_").replace(" ", "_")
    return kind if kind in _TAKEN_BACK else None


def _year(date: _Date | None) -> int | None:
    first = next(iter(date.parts or ()), None) if date else None
    year = next(iter(first), None) if first else None
    return year if year in YEARS else None


def _name(author: _Author) -> str:
    return " ".join(filter(None, (author.given, author.family))) or author.name or ""


def _preprint(work: _Work) -> str | None:
    """The arXiv id of the preprint that a record names as the same work's."""
    related = [one.id for one in (work.relation or {}).get("has-preprint", ()) if one and one.id]
    return next(filter(None, (arxiv_of_doi(find_doi(identifier)) for identifier in related)), None)
