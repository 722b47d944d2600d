"""The parsers over real exchanges, where these are: all of them, held against a second reading of the same bytes."""

from __future__ import annotations

import gzip
import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

from sovereign.errors import SovereignError
from sovereign.records import Paper, canonical_json
from sovereign.sources import arxiv, crossref, openalex, semanticscholar, unpaywall
from sovereign.sources.arxiv import Arxiv
from sovereign.sources.base import BadAnswer
from sovereign.sources.crossref import Crossref, retractions
from sovereign.sources.keys import Keys
from sovereign.sources.openalex import OpenAlex
from sovereign.sources.provider import Work
from sovereign.sources.semanticscholar import SemanticScholar
from tests.evals.data import SHARED

from .server import DOWN, NOT_THERE, Server, queries

FILE = SHARED / "api_recordings" / "responses.jsonl.gz"
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"there are no recorded answers in {SHARED}")
ATOM = "{http://www.w3.org/2005/Atom}"
EXTRA = "{http://arxiv.org/schemas/atom}"


class Exchange(NamedTuple):
    url: str
    status: int
    body: bytes


@cache
def exchanges(service: str) -> tuple[Exchange, ...]:
    rows = map(json.loads, gzip.decompress(FILE.read_bytes()).decode().splitlines())
    return tuple(Exchange(r["url"], r["status"], (r["body"] or "").encode()) for r in rows if r["service"] == service)


def good(service: str, *parts: str) -> Iterator[tuple[str, Any]]:
    """Address and JSON of the answers with status 200 whose address has one of ``parts`` and whose body is JSON."""
    for one in exchanges(service):
        if one.status == 200 and any(part in one.url for part in parts):
            try:
                yield one.url, json.loads(one.body)
            except ValueError:
                continue


def works(entries: list[Any], work_of: Callable[[Any], Work | None]) -> Iterator[tuple[Any, Paper, Work]]:
    """The entries that are works, with what was read of them. Any that has title and id has to be."""
    for entry in entries:
        try:
            work = work_of(entry)
        except BadAnswer as error:
            assert "no title" in error.message or "no id" in error.message, (error.message, entry)
            continue
        assert work is not None
        canonical_json(work.paper.model_dump(mode="json"))
        yield entry, work.paper, work


def same(text: str, title: str) -> bool:
    """Whether a title was read as it stands, tags, references and white space aside."""
    bare = unicodedata.normalize("NFC", re.sub(r"<[^<>]*>", "", html.unescape(text)))
    return re.sub(r"\W", "", bare) == re.sub(r"\W", "", title)


@pytest.mark.parametrize(
    ("service", "count", "make"),
    [
        ("arxiv", 12, lambda server: Arxiv(server)),
        ("semantic_scholar", 74, lambda server: SemanticScholar(server, Keys())),
        ("openalex", 7, lambda server: OpenAlex(server, Keys())),
        ("crossref", 94, lambda server: Crossref(server, Keys())),
    ],
)
def test_every_exchange_goes_through_the_provider_without_a_traceback(service: str, count: int, make: Any):
    """Those of other services than ours too: to a provider they are answers of the wrong shape."""
    assert len(exchanges(service)) == count
    for one in exchanges(service):
        answer = one.body if one.status == 200 else NOT_THERE if one.status == 404 else DOWN
        source = make(Server({"https://": answer}))
        source.search(queries("zorgs"), 1_000)
        with suppress(SovereignError):
            source.document("arxiv:0000.00000")


def test_arxiv_field_by_field():
    seen, versions = 0, set()
    for one in exchanges("arxiv"):
        if one.status != 200:
            with pytest.raises(BadAnswer, match="arXiv refused the query: incorrect id"):
                arxiv.read_feed(one.body)
            continue
        raw = ElementTree.fromstring(one.body).findall(f"{ATOM}entry")
        entries = arxiv.read_feed(one.body)
        assert len(entries) == len(raw)
        for theirs, (_, paper, work) in zip(raw, works(list(entries), arxiv.work_of), strict=True):
            address = str(theirs.findtext(f"{ATOM}id"))
            number, _, version = address.partition("/abs/")[2].rpartition("v")
            assert (paper.arxiv_id, str(paper.version)) == (number, version)
            assert paper.location == f"https://arxiv.org/abs/{number}v{version}"
            assert same(str(theirs.findtext(f"{ATOM}title")), paper.title)
            assert list(paper.authors) == [
                " ".join(str(a.findtext(f"{ATOM}name")).split()) for a in theirs.findall(f"{ATOM}author")
            ]
            assert str(paper.year) == str(theirs.findtext(f"{ATOM}published"))[:4]
            assert paper.doi == ((theirs.findtext(f"{EXTRA}doi") or "").split() or [""])[0].lower() or paper.doi is None
            assert bool(paper.doi) == bool(theirs.findtext(f"{EXTRA}doi"))
            assert list(paper.topics) == list(dict.fromkeys(c.get("term") for c in theirs.findall(f"{ATOM}category")))
            assert same(str(theirs.findtext(f"{ATOM}summary")), work.abstract[0].text)
            assert paper.retracted is None
            seen += 1
            versions.add(paper.version)
    assert seen > 50 and len(versions) > 1


def test_semantic_scholar_field_by_field():
    seen = full = 0
    lists: list[tuple[tuple[Any, ...], Any]] = []
    for url, answer in good("semantic_scholar", "/graph/v1/paper"):
        if "/citations" in url:
            lists.append((tuple(answer["data"]), semanticscholar.citing_work_of))
        elif "/references" in url or "/authors" in url:
            continue
        elif isinstance(answer, list):
            lists.append((tuple(answer), semanticscholar.work_of))
        elif "/search" in url:
            lists.append((tuple(answer.get("data", ())), semanticscholar.work_of))
        else:
            lists.append(((answer,), semanticscholar.work_of))
    for entries, work_of in lists:
        for entry, paper, _ in works(list(entries), work_of):
            theirs = entry.get("citingPaper", entry)
            assert same(theirs["title"], paper.title)
            assert paper.location.endswith(theirs["paperId"])
            assert paper.year == theirs.get("year") and paper.venue == (theirs.get("venue") or None)
            assert list(paper.authors) == [" ".join(a["name"].split()) for a in theirs.get("authors", ())]
            ids = theirs.get("externalIds") or {}
            assert paper.doi == (ids["DOI"].lower() if "DOI" in ids else None)
            assert paper.arxiv_id == ids.get("ArXiv")
            seen += 1
            full += bool(ids)
    assert seen > 1_000 and full >= 10


def test_snippets_of_semantic_scholar():
    ((_, answer),) = good("semantic_scholar", "/snippet/search")
    source = SemanticScholar(Server({"https://": answer}), Keys())
    found = source.snippets("zorgs", 10)
    assert [s.text for s in found] == [entry["snippet"]["text"] for entry in answer["data"]]
    assert [s.paper.authors for s in found] == [tuple(entry["paper"]["authors"]) for entry in answer["data"]]
    assert source.failures == () and len(found) == 2


def test_openalex_field_by_field():
    seen = abstracts = 0
    for _, answer in good("openalex", "/works"):
        for entry, paper, work in works(answer.get("results", [answer]), openalex.work_of):
            assert same(entry["title"], paper.title)
            assert paper.location == entry["id"] and paper.year == entry["publication_year"]
            assert paper.doi == entry["doi"].removeprefix("https://doi.org/").lower()
            assert list(paper.authors) == [a["author"]["display_name"] for a in entry["authorships"]]
            assert paper.venue == entry["primary_location"]["source"]["display_name"]
            assert paper.retracted is None and entry["is_retracted"] is False
            if index := entry["abstract_inverted_index"]:
                words = sum(len(places) for places in index.values())
                assert len(work.abstract[0].text.split()) in (words, words - 1) and not work.notices
                abstracts += 1
            seen += 1
    assert (seen, abstracts) == (5, 4)


def test_crossref_field_by_field():
    seen = abstracts = 0
    for _, answer in good("crossref", "/works"):
        message = answer.get("message")
        if not isinstance(message, dict) or "agency" in message:
            continue
        for entry, paper, work in works(message.get("items", [message]), crossref.work_of):
            assert any(same(title, paper.title) for title in entry["title"])
            assert paper.doi == entry["DOI"].lower() and paper.location == f"https://doi.org/{paper.doi}"
            dated = (entry.get("issued") or {}).get("date-parts", [[None]])
            assert paper.year == dated[0][0]
            named = [
                a.get("family") or a.get("name") for a in entry.get("author", ()) if a.get("family") or a.get("name")
            ]
            assert [name.split()[-1] for name in paper.authors] == [name.split()[-1] for name in named]
            assert (paper.venue is None) == (not entry.get("container-title"))
            assert bool(work.abstract) == bool(entry.get("abstract"))
            for part in work.abstract:
                assert "jats:" not in part.text and part.title.lower() != "abstract"
            abstracts += bool(work.abstract)
            assert paper.retracted is None  # there are two corrections among them, and no retraction
            seen += 1
    assert seen > 200 and abstracts > 20


def test_real_corrections_are_no_retractions():
    updated = [
        m["message"]
        for _, m in good("crossref", "/works/")
        if isinstance(m, dict) and "updated-by" in (m.get("message") or {})
    ]
    assert len(updated) == 2 and {u["type"] for m in updated for u in m["updated-by"]} == {"correction"}
    answer = {"message": {"items": updated}}
    assert retractions(Server({"https://": answer}), Keys(), [m["DOI"] for m in updated]) == {}
    # The same records with the word changed are retractions, found under the DOI as it is asked for.
    turned = json.loads(json.dumps(answer).replace('"type": "correction"', '"type": "retraction"'))
    found = retractions(Server({"https://": turned}), Keys(), [m["DOI"].upper() for m in updated])
    assert sorted(found) == sorted(m["DOI"].lower() for m in updated)


def test_unpaywall_field_by_field():
    seen = []
    for url, answer in good("unpaywall", "/v2/10."):
        server = Server({"https://": answer})
        copy = unpaywall.open_copy(server, Keys(contact="a@b.example"), answer["doi"])
        assert server.asked[0].url == url.partition("?")[0]
        best = answer["best_oa_location"]
        assert (copy is None) == (best is None)
        if copy:
            assert copy.url == (best["url_for_pdf"] or best["url"]) and copy.version == best["version"]
        seen.append(copy)
    assert len(seen) == 3 and any(seen) and not all(seen)
