"""Unpaywall: where a free copy lies."""

from __future__ import annotations

from typing import Any

import pytest

from sovereign.errors import InputError, NotFound, SovereignError
from sovereign.reading import Limits
from sovereign.sources.keys import Keys
from sovereign.sources.unpaywall import Copy, FreeCopies, open_copy
from tests.bad_library import pdfs

from .server import DOWN, HTML, NOT_THERE, Server

API = "https://api.unpaywall.org/v2"
KEYS = Keys(contact="a@b.example")
PLACE = {
    "url": "https://zorgs.example/1",
    "url_for_pdf": "https://zorgs.example/1.pdf",
    "license": "cc-by",
    "version": "acceptedVersion",
    "host_type": "repository",
}


def ask(best: Any) -> Copy | None:
    return open_copy(
        Server({f"{API}/10.1000/zorg.1": {"doi": "10.1000/zorg.1", "best_oa_location": best}}), KEYS, "10.1000/ZORG.1"
    )


def test_the_request_and_every_field():
    server = Server({API: {"doi": "10.1000/zorg.1", "best_oa_location": PLACE}})
    copy = open_copy(server, KEYS, "https://doi.org/10.1000/ZORG.1")
    assert copy == Copy(
        url="https://zorgs.example/1.pdf", pdf=True, license="cc-by", version="acceptedVersion", host="repository"
    )
    (asked,) = server.asked
    assert (asked.url, asked.params, asked.kind) == (f"{API}/10.1000/zorg.1", {"email": "a@b.example"}, "record")


def test_a_page_where_there_is_no_pdf():
    copy = ask(PLACE | {"url_for_pdf": None, "license": None, "version": None, "host_type": None})
    assert copy == Copy(url="https://zorgs.example/1", pdf=False, license=None, version=None, host=None)


@pytest.mark.parametrize(
    "best", [None, {}, {"url": None}, {"url": ""}, {"url": "file:///etc/passwd"}, {"url": "javascript:x"}]
)
def test_no_copy(best: Any):
    assert ask(best) is None


def test_a_work_that_is_not_known_has_no_copy():
    assert open_copy(Server({API: NOT_THERE}), KEYS, "10.1000/zorg.1") is None


@pytest.mark.parametrize(
    "answer",
    [HTML, DOWN, [], None, {"doi": None}, {"error": True, "message": "bad zorg"}, {"doi": "x", "best_oa_location": 5}],
)
def test_a_bad_answer_is_an_error(answer: Any):
    with pytest.raises(SovereignError):
        open_copy(Server({API: answer}), KEYS, "10.1000/zorg.1")


def test_without_a_doi_nothing_is_asked():
    server = Server({})
    with pytest.raises(InputError, match="no DOI"):
        open_copy(server, KEYS, "zorgs")
    assert server.asked == []


def copies(place: Any, pdf: Any, **facts: Any) -> tuple[FreeCopies, Server]:
    work = {"doi": "10.1000/zorg.1", "title": "On Zorgs", "best_oa_location": place, **facts}
    server = Server({API: work, "https://zorgs.example": pdf})
    return FreeCopies(server, KEYS, Limits()), server


def test_the_free_copy_is_read_and_says_which_it_is():
    authors = [{"given": "Ada", "family": "Ng"}, {"raw_author_name": "Bo Oz"}, None, {}]
    reader, server = copies(PLACE, pdfs.long(2), year=2021, journal_name="Zorg Letters", z_authors=authors)
    document = reader.document("doi:10.1000/zorg.1")
    assert document.depth == "full_text"
    paper = document.paper
    assert (paper.id, paper.title, paper.year, paper.venue) == ("doi:10.1000/zorg.1", "On Zorgs", 2021, "Zorg Letters")
    assert paper.authors == ("Ada Ng", "Bo Oz")
    assert (paper.source, paper.location) == ("unpaywall", "https://zorgs.example/1.pdf")
    assert document.notices[0] == "read as a free copy that Unpaywall names: acceptedVersion, cc-by, at a repository"
    copy = server.asked[1]
    assert (copy.url, copy.params, copy.headers, copy.kind) == ("https://zorgs.example/1.pdf", {}, {}, "fulltext")
    assert copy.anywhere and not server.asked[0].anywhere


@pytest.mark.parametrize("place", [None, PLACE | {"url_for_pdf": None}])
def test_where_there_is_no_pdf_nothing_further_is_asked(place: Any):
    reader, server = copies(place, HTML)
    for paper_id, asked in (("doi:10.1000/zorg.1", 1), ("arxiv:2101.00001", 1), ("title:on zorgs", 1)):
        with pytest.raises(NotFound, match="no PDF"):
            reader.document(paper_id)
        assert len(server.asked) == asked


@pytest.mark.parametrize("url", ["http://zorgs.example/1.pdf", "http://127.0.0.1:23119/api/users/0/items"])
def test_a_copy_that_is_not_offered_over_https_is_not_asked_for(url: str):
    reader, server = copies(PLACE | {"url_for_pdf": url}, HTML)
    with pytest.raises(SovereignError, match="not offered over https"):
        reader.document("doi:10.1000/zorg.1")
    assert len(server.asked) == 1


@pytest.mark.parametrize("pdf", [HTML, b"%PDF-1.7 and no more", b"", DOWN])
def test_a_copy_that_is_none_is_an_error(pdf: Any):
    reader, _ = copies(PLACE, pdf)
    with pytest.raises(SovereignError):
        reader.document("doi:10.1000/zorg.1")


def test_the_record_of_another_work_is_no_answer():
    server = Server({API: {"doi": "10.1000/other", "best_oa_location": PLACE}})
    with pytest.raises(SovereignError, match=r"10\.1000/other"):
        open_copy(server, KEYS, "10.1000/zorg.1")
