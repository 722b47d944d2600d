"""Unpaywall: where a free copy lies."""

from __future__ import annotations

from typing import Any

import pytest

from sovereign.errors import InputError, SovereignError
from sovereign.sources.keys import Keys
from sovereign.sources.unpaywall import Copy, open_copy

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


def test_without_contact_or_doi_nothing_is_asked():
    server = Server({})
    with pytest.raises(InputError, match="e-mail"):
        open_copy(server, Keys(), "10.1000/zorg.1")
    with pytest.raises(InputError, match="no DOI"):
        open_copy(server, KEYS, "zorgs")
    assert server.asked == []
