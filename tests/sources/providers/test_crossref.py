"""Crossref: what is asked, what is read of its answers, and retractions both ways."""

from __future__ import annotations

from typing import Any

import pytest

from sovereign.errors import NotFound, SovereignError
from sovereign.sources.crossref import Crossref, parts_of_jats, retractions
from sovereign.sources.keys import Keys

from .server import DOWN, HTML, Server, Turns, queries

API = "https://api.crossref.org/works"
WORK: dict[str, Any] = {
    "DOI": "10.1000/ZORG.1",
    "title": ["On <i>Zorgs</i> &amp; α"],
    "author": [{"given": "Ana", "family": "Ünal"}, {"name": "The Zorg Team"}, {"family": "李"}, None, {}],
    "issued": {"date-parts": [[2021, 5, 8]]},
    "container-title": ["J. Zorgs"],
    "abstract": "<jats:title>Abstract</jats:title><jats:p>Zorgs are <jats:italic>small</jats:italic>. They are blue.</jats:p>",
    "relation": {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2101.00001", "asserted-by": "subject"}]},
}
RETRACTED = {
    "DOI": "10.1000/NOTE",
    "type": "retraction",
    "label": "Retraction",
    "updated": {"date-parts": [[2023, 1, 1]]},
}
CORRECTED = {"DOI": "10.1000/note.2", "type": "correction", "updated": {"date-parts": [[2022]]}}


def found(*items: Any) -> dict[str, Any]:
    return {"status": "ok", "message-type": "work-list", "message": {"items": list(items)}}


def search_one(answer: Any):
    source = Crossref(Server({API: answer}), Keys())
    (hits,) = source.search(queries("zorgs"), 10)
    return [hit.paper for hit in hits], [failure.reason for failure in source.failures]


def test_the_request():
    server = Server({API: found()})
    Crossref(server, Keys(contact="a@b.example")).search(queries("Is zorg-bridging fast?"), 7)
    (asked,) = server.asked
    assert asked.url == API and asked.kind == "search"
    assert asked.params == {
        "query.bibliographic": "zorg bridging fast",
        "rows": "7",
        "select": "DOI,title,author,issued,container-title,abstract,relation,update-to,updated-by",
        "mailto": "a@b.example",
    }


def test_every_field_of_a_work():
    (paper,), failures = search_one(found(WORK))
    assert failures == []
    assert paper.model_dump() == {
        "id": "doi:10.1000/zorg.1",
        "title": "On Zorgs & α",
        "authors": ("Ana Ünal", "The Zorg Team", "李"),
        "year": 2021,
        "venue": "J. Zorgs",
        "doi": "10.1000/zorg.1",
        "arxiv_id": "2101.00001",
        "url": None,
        "topics": (),
        "source": "crossref",
        "location": "https://doi.org/10.1000/zorg.1",
        "our_words": False,
    }


def test_nulls_everywhere_but_in_title_and_id():
    bare = {key: None for key in (*WORK, "update-to", "updated-by")} | {"DOI": "10.1000/1", "title": [None, "Bare"]}
    (paper,), failures = search_one(
        found(bare, bare | {"issued": {"date-parts": [[None]]}, "author": [{"family": None}]})
    )
    assert (paper.title, paper.authors, paper.year, paper.retracted, failures) == ("Bare", (), None, None, [])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": []}, "no title"),
        ({"title": "On Zorgs"}, "title: "),
        ({"DOI": None}, "no id"),
        ({"DOI": "zorg"}, "no id"),
        ({"author": [{"given": 5}]}, "author.0.given: "),
        ({"issued": "2021"}, "issued: "),
        ({"issued": {"date-parts": [["May"]]}}, "issued.date-parts.0.0: "),
        ({"updated-by": {"type": "retraction"}}, "updated-by: "),
        ({"relation": []}, "relation: "),
    ],
)
def test_one_bad_entry_costs_only_itself(change: dict[str, Any], reason: str):
    papers, failures = search_one(found(WORK | change, WORK))
    assert len(papers) == 1 and len(failures) == 1 and reason in failures[0]


def test_no_result_is_no_failure():
    assert search_one(found()) == ([], [])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (HTML, "no JSON"),
        (b"Resource not found.", "no JSON"),
        (
            {"status": "failed", "message": [{"type": "x", "message": "rows: too many"}]},
            "the server says: rows: too many",
        ),
        ({"status": "ok", "message": {"items": None}}, "message.items: "),
        ({"message": None}, "message: "),
        ([], "not what the provider documents"),
        (DOWN, "503"),
    ],
)
def test_a_bad_answer_is_a_failure_and_the_next_query_goes_on(answer: Any, reason: str):
    source = Crossref(Server({API: Turns([answer, found(WORK)])}), Keys())
    assert [len(hits) for hits in source.search(queries("zorgs", "blue"), 10)] == [0, 1]
    assert reason in source.failures[0].reason


def test_the_document_is_the_abstract_and_a_structured_one_keeps_its_headings():
    structured = (
        "<jats:sec><jats:title>Background</jats:title><jats:p>Zorgs are small.</jats:p><jats:p>They are blue.</jats:p></jats:sec>"
        "<jats:sec><jats:title>Results</jats:title><jats:p>With p &lt; 0.05, n &gt; 3.</jats:p></jats:sec>"
    )
    server = Server(
        {
            f"{API}/10.1000/zorg.1": {"message": WORK | {"abstract": structured}},
            f"{API}/10.1000/2": {"message": WORK | {"DOI": "10.1000/2", "abstract": None}},
        }
    )
    source = Crossref(server, Keys())
    document = source.document("doi:10.1000/zorg.1")
    assert [s.title for s in document.sections] == ["Abstract", "Background", "Results"]
    assert [document.slice(s) for s in document.evidence()] == [
        "Zorgs are small.",
        "They are blue.",
        "With p < 0.05, n > 3.",
    ]
    assert document.depth == "abstract" and server.asked[0].kind == "record"
    with pytest.raises(NotFound, match="no abstract"):
        source.document("doi:10.1000/2")
    with pytest.raises(NotFound, match="has no work"):
        source.document("doi:10.1000/none")
    with pytest.raises(NotFound, match="has no work"):
        source.document("arxiv:2101.99999")


@pytest.mark.parametrize(
    ("jats", "parts"),
    [
        ("", []),
        ("Zorgs &amp; co.", [("", "Zorgs & co.")]),
        ("<p>One.</p>\n <p>Two.</p>", [("", "One."), ("", "Two.")]),
        ("<jats:title>ABSTRACT:</jats:title><jats:p>One.</jats:p>", [("", "One.")]),
        ("<jats:p>a<b and c>d</jats:p>", [("", "a<b and c>d")]),
        ("<jats:title>Aim<jats:p>cut", [("", "Aim"), ("", "cut")]),
    ],
)
def test_the_parts_of_an_abstract(jats: str, parts: list[tuple[str, str]]):
    assert list(parts_of_jats(jats)) == parts


def test_a_work_whose_record_says_that_it_was_retracted_is_marked():
    (paper,), _ = search_one(found(WORK | {"updated-by": [None, CORRECTED, RETRACTED]}))
    assert paper.retracted == "retraction of 2023, notice https://doi.org/10.1000/note (Crossref, updated-by)"


def test_a_correction_is_no_retraction():
    (paper,), _ = search_one(
        found(WORK | {"updated-by": [CORRECTED, {"type": "expression_of_concern"}, {"type": None}]})
    )
    assert paper.retracted is None


def test_a_notice_is_marked_as_one():
    (paper,), _ = search_one(found(WORK | {"update-to": [RETRACTED | {"DOI": "10.1000/bad"}]}))
    assert paper.retracted == "this is the notice of a retraction, of doi:10.1000/bad"


def test_a_record_that_was_turned_into_its_own_notice_is_a_retracted_work():
    (paper,), _ = search_one(
        found(WORK | {"update-to": [RETRACTED | {"DOI": WORK["DOI"], "updated": {"date-parts": [[10**30]]}}]})
    )
    assert paper.retracted == "retraction, notice https://doi.org/10.1000/zorg.1 (Crossref, update-to)"


def test_retractions_are_found_both_ways():
    by_record = {"DOI": "10.1000/A", "updated-by": [CORRECTED, RETRACTED]}
    by_notice = {
        "DOI": "10.1000/note.b",
        "update-to": [{"DOI": "10.1000/B", "type": "Withdrawal", "updated": None}, CORRECTED],
    }
    unasked = {"DOI": "10.1000/note.c", "update-to": [{"DOI": "10.1000/c", "type": "removal"}]}
    server = Server({API: Turns([found(by_notice, unasked), found(by_record, {"DOI": "10.1000/fine"})])})
    notices = retractions(
        server, Keys(contact="a@b.example"), ["10.1000/a", "https://doi.org/10.1000/B", "10.1000/fine", "no doi"]
    )
    assert {doi: (n.notice, n.kind, n.year, n.way) for doi, n in notices.items()} == {
        "10.1000/a": ("10.1000/note", "retraction", 2023, "updated-by"),
        "10.1000/b": ("10.1000/note.b", "withdrawal", None, "update-to"),
    }
    assert [asked.params["filter"] for asked in server.asked] == [
        "updates:10.1000/a,updates:10.1000/b,updates:10.1000/fine",
        "doi:10.1000/a,doi:10.1000/b,doi:10.1000/fine",
    ]
    assert all(asked.params["mailto"] == "a@b.example" for asked in server.asked)


def test_many_dois_are_asked_for_in_pieces_and_one_with_a_comma_by_itself():
    odd = {"message": {"DOI": "10.1000/a,b", "updated-by": [RETRACTED]}}
    server = Server({API: found(), f"{API}/10.1000/a%2Cb": odd})
    notices = retractions(server, Keys(), [*(f"10.1000/{n}" for n in range(45)), "10.1000/a,b", "10.1000/un,known"])
    assert list(notices) == ["10.1000/a,b"]
    assert [asked.url for asked in server.asked].count(API) == 6
    assert retractions(server, Keys(), []) == {}


@pytest.mark.parametrize("answer", [DOWN, HTML, {"message": {}}, found({"DOI": 5}), {"error": "x"}])
def test_retractions_that_could_not_be_asked_for_are_an_error_and_not_none(answer: Any):
    with pytest.raises(SovereignError):
        retractions(Server({API: answer}), Keys(), ["10.1000/a"])
