"""OpenAlex: what is asked, what is read of its answers, and abstracts from their index."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.errors import NotFound
from sovereign.sources.keys import Keys
from sovereign.sources.openalex import OpenAlex, text_of_index

from .server import DOWN, HTML, Server, Turns, queries

API = "https://api.openalex.org/works"
WORK: dict[str, Any] = {
    "id": "https://openalex.org/W7",
    "doi": "https://doi.org/10.1000/ZORG.1",
    "title": "On Zorgs: α ≤ β",
    "publication_year": 2021,
    "authorships": [{"author": {"display_name": "Ana Ünal"}}, {"author": None}, None],
    "primary_location": {"landing_page_url": "https://doi.org/10.1000/zorg.1", "source": {"display_name": "J. Zorgs"}},
    "locations": [None, {"landing_page_url": "http://arxiv.org/abs/2101.00001v2", "pdf_url": "https://arxiv.org/pdf/2101.00001"}],
    "is_retracted": False,
    "abstract_inverted_index": {"Abstract": [0], "Zorgs": [1], "are": [2, 5], "small.": [3], "They": [4], "blue.": [6]},
}  # fmt: skip


def search_one(answer: Any):
    source = OpenAlex(Server({API: answer}), Keys())
    (hits,) = source.search(queries("zorgs"), 10)
    return [hit.paper for hit in hits], [failure.reason for failure in source.failures]


def test_the_request():
    server = Server({API: {"results": []}})
    OpenAlex(server, Keys(openalex="s3cret", contact="a@b.example")).search(queries("Is zorg-bridging NOT fast?"), 999)
    (asked,) = server.asked
    assert asked.url == API and asked.kind == "search"
    assert asked.params == {
        "search": "zorg OR bridging OR fast",
        "per_page": "100",
        "select": "id,doi,title,publication_year,authorships,primary_location,locations,is_retracted,abstract_inverted_index",
        "api_key": "s3cret",
        "mailto": "a@b.example",
    }


def test_every_field_of_a_work():
    (paper,), failures = search_one({"results": [WORK]})
    assert failures == []
    assert paper.model_dump() == {
        "id": "doi:10.1000/zorg.1",
        "title": "On Zorgs: α ≤ β",
        "authors": ("Ana Ünal",),
        "year": 2021,
        "venue": "J. Zorgs",
        "doi": "10.1000/zorg.1",
        "arxiv_id": "2101.00001",
        "url": "https://arxiv.org/pdf/2101.00001",
        "topics": (),
        "source": "openalex",
        "location": "https://openalex.org/W7",
        "our_words": False,
    }


def test_nulls_everywhere_but_in_title_and_id():
    (paper,), failures = search_one({"results": [{key: None for key in WORK} | {"id": "x", "title": "Bare"}]})
    assert (paper.id, paper.authors, paper.venue, paper.retracted, failures) == ("title:bare", (), None, None, [])


def test_a_retracted_work_is_marked():
    (paper,), _ = search_one({"results": [WORK | {"is_retracted": True}]})
    assert paper.retracted == "OpenAlex marks this work as retracted"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": None}, "no title"),
        ({"id": None, "doi": None}, "no id"),
        ({"authorships": {"0": {}}}, "authorships: "),
        ({"primary_location": "here"}, "primary_location: "),
        ({"publication_year": {}}, "publication_year: "),
        ({"abstract_inverted_index": {"Zorgs": 1}}, "abstract_inverted_index.Zorgs: "),
        ({"abstract_inverted_index": {"Zorgs": ["x"]}}, "abstract_inverted_index.Zorgs.0: "),
        ({"is_retracted": "perhaps"}, "is_retracted: "),
    ],
)
def test_one_bad_entry_costs_only_itself(change: dict[str, Any], reason: str):
    papers, failures = search_one({"results": [WORK | change, WORK]})
    assert len(papers) == 1 and len(failures) == 1 and reason in failures[0]


def test_no_result_is_no_failure():
    assert search_one({"meta": {"count": 0}, "results": []}) == ([], [])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (HTML, "no JSON"),
        ({"error": "Invalid query", "message": "zorgs are rare"}, "the server says: Invalid query: zorgs are rare"),
        ({"results": None}, "results: "),
        ({}, "results: "),
        ([WORK], "not what the provider documents"),
        (DOWN, "503"),
    ],
)
def test_a_bad_answer_is_a_failure_and_the_next_query_goes_on(answer: Any, reason: str):
    source = OpenAlex(Server({API: Turns([answer, {"results": [WORK]}])}), Keys())
    assert [len(hits) for hits in source.search(queries("zorgs", "blue"), 10)] == [0, 1]
    assert reason in source.failures[0].reason


def test_the_document_is_the_abstract():
    server = Server(
        {
            f"{API}/doi:10.48550/arxiv.2101.00001": WORK,
            f"{API}/doi:10.1000/2": WORK | {"doi": "10.1000/2", "abstract_inverted_index": None},
        }
    )
    source = OpenAlex(server, Keys())
    document = source.document("arxiv:2101.00001")
    assert [document.slice(s) for s in document.evidence()] == ["Zorgs are small.", "They are blue."]
    assert document.depth == "abstract" and document.notices == ()
    with pytest.raises(NotFound, match="no abstract"):
        source.document("doi:10.1000/2")
    with pytest.raises(NotFound, match="has no work"):
        source.document("title:zorgs")


def test_a_title_is_searched_for_and_a_near_miss_is_not_taken():
    source = OpenAlex(Server({API: {"results": [WORK | {"title": "On Zorgs again"}, WORK | {"doi": None}]}}), Keys())
    assert source.document("title:on zorgs α β").paper.title == WORK["title"]
    with pytest.raises(NotFound, match="has no work"):
        source.document("title:on zorgs")


def test_holes_in_the_index_are_marked_in_the_text_and_in_the_notices():
    index = {"Zorgs": [0], "are": [1], "blue.": [4, 7], "They": [5], "stay": [6]}
    assert text_of_index(index) == ("Zorgs are […] blue. They stay blue.", 1)
    source = OpenAlex(Server({API: WORK | {"abstract_inverted_index": index}}), Keys())
    assert source.document("doi:10.1000/zorg.1").notices == ("the abstract lacks word(s) in 1 place(s), marked […]",)


@pytest.mark.parametrize(
    ("index", "text", "lacking"),
    [
        ({}, "", 0),
        ({"b": [1], "a": [0]}, "a b", 0),
        ({"b": [1]}, "[…] b", 1),
        ({"far": [10**15], "a": [0]}, "a […] far", 1),
        ({"a": [0, -3], "b": [1]}, "a b", 0),
        ({"a": [0], "b": [0], "c": [1]}, "[…] a c", 1),
        ({"Abstract": [0], "Zorgs": [1]}, "Zorgs", 0),
        ({"Abstract": [0], "algebra": [1]}, "Abstract algebra", 0),
    ],
)
def test_the_text_of_an_index(index: dict[str, list[int]], text: str, lacking: int):
    assert text_of_index(index) == (text, lacking)


@given(st.lists(st.text(alphabet="abc,.", min_size=1, max_size=3), max_size=30))
def test_any_text_comes_back_from_its_index(words: list[str]):
    index: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        index.setdefault(word, []).append(place)
    assert text_of_index(index) == (" ".join(words), 0)
