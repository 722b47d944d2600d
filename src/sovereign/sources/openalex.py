"""OpenAlex (developers.openalex.org): an open catalogue of works, with abstracts and marks of retraction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sovereign.reading import Limits
from sovereign.reading.identity import find_arxiv

from .abstracts import AbstractSource
from .base import Fetcher
from .keys import Keys
from .provider import Part, Wire, Work, make_paper, parse, parse_answer, path_of
from .terms import query_terms

_API = "https://api.openalex.org/works"
_FIELDS = "id,doi,title,publication_year,authorships,primary_location,locations,is_retracted,abstract_inverted_index"
_MOST_FOUND = 100  # of one page
_MOST_ALIKE = 10  # works with nearly the title that is looked for
_ARXIV_ADDRESS = re.compile(r"https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/(.{1,100})")
_LABEL = re.compile(r"(?i:abstract)[:.]? (?=[A-Z])")
_HOLE = "[…]"
_RETRACTED = "OpenAlex marks this work as retracted"


class _Author(Wire):
    display_name: str | None = None


class _Authorship(Wire):
    author: _Author | None = None


class _Venue(Wire):
    display_name: str | None = None


class _Location(Wire):
    landing_page_url: str | None = None
    pdf_url: str | None = None
    source: _Venue | None = None


class _Work(Wire):
    id: str | None = None
    doi: str | None = None
    title: str | None = None
    publication_year: int | None = None
    authorships: tuple[_Authorship | None, ...] | None = None
    primary_location: _Location | None = None
    locations: tuple[_Location | None, ...] | None = None
    is_retracted: bool | None = None
    abstract_inverted_index: dict[str, tuple[int, ...]] | None = None


class _Page(Wire):
    results: tuple[Any, ...]


class OpenAlex(AbstractSource):
    """A source over OpenAlex. A contact is a courtesy, a key raises what may be asked for in a day."""

    name = "openalex"

    def __init__(self, client: Fetcher, keys: Keys, limits: Limits | None = None) -> None:
        super().__init__(client, limits)
        given = {"api_key": keys.openalex, "mailto": keys.contact}
        self._params = {"select": _FIELDS} | {name: value for name, value in given.items() if value}

    def _ask(self, text: str, limit: int) -> Iterable[Work]:
        # Words without an operator all have to be there, which few works fulfil; the order brings those with most of them up.
        params = {"search": " OR ".join(query_terms(text)), "per_page": str(min(limit, _MOST_FOUND))}
        answer = self._client.get(_API, params=params | self._params, kind="search")
        return self._shelf.take(parse_answer(_Page, answer).results, work_of)

    def _fetch(self, paper_id: str) -> Iterable[Work]:
        scheme, _, value = paper_id.partition(":")
        doi = {"doi": value, "arxiv": f"10.48550/arxiv.{value}"}.get(scheme)
        if not doi:
            return self._ask(value, _MOST_ALIKE) if query_terms(value) else []
        answer = self._client.get(f"{_API}/{path_of(f'doi:{doi}')}", params=self._params, kind="record")
        return self._shelf.take([parse_answer(_Work, answer)], work_of)


def work_of(entry: Any) -> Work:
    """The work of an entry.

    Raises:
        BadAnswer: if it is none, or has no title.
    """
    found = parse(_Work, entry)
    places = [place for place in (found.primary_location, *(found.locations or ())) if place]
    addresses = [url for place in places for url in (place.landing_page_url, place.pdf_url) if url]
    preprints = (found_at[1] for url in addresses if (found_at := _ARXIV_ADDRESS.match(url)))
    venue = found.primary_location.source if found.primary_location else None
    paper = make_paper(
        OpenAlex.name,
        found.id or found.doi or "",
        found.title,
        authors=[one.author.display_name for one in found.authorships or () if one and one.author],
        year=found.publication_year,
        venue=venue.display_name if venue else None,
        doi=found.doi,
        arxiv_id=next(filter(None, map(find_arxiv, preprints)), None),
        url=next((place.pdf_url for place in places if place.pdf_url), None),
        retracted=_RETRACTED if found.is_retracted else None,
    )
    abstract = text_of_index(found.abstract_inverted_index or {})
    notices = [f"the abstract lacks word(s) in {abstract.lacking} place(s), marked {_HOLE}"] if abstract.lacking else []
    return Work(paper, (Part("", abstract.text),) if abstract.text else (), tuple(notices))


class Unfolded(NamedTuple):
    """The text of an inverted index, and the number of places where words are lacking."""

    text: str
    lacking: int


def text_of_index(index: Mapping[str, Sequence[int]]) -> Unfolded:
    """The text of ``index``, which gives for each word the places where it stands, counted from 0.

    Places without a word are marked, so that no sentence is quoted as if it were whole. Of two words at one place the
    first in alphabetical order is taken, and the place is marked too.
    """
    placed: dict[int, str] = {}
    doubled: set[int] = set()
    for word, places in sorted(index.items()):
        for place in places:
            if placed.setdefault(place, word) != word:
                doubled.add(place)
    pieces: list[str] = []
    lacking, expected = 0, 0
    for place, word in sorted(placed.items()):
        if place < 0:
            continue
        if place != expected or place in doubled:
            pieces.append(_HOLE)
            lacking += 1
        pieces.append(word)
        expected = place + 1
    joined = " ".join(" ".join(pieces).split())
    label = _LABEL.match(joined)
    return Unfolded(joined[label.end() :] if label else joined, lacking)
