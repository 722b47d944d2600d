"""Semantic Scholar: what is asked, and what is read of its answers."""

from __future__ import annotations

from typing import Any

import pytest

from sovereign.errors import NotFound, SovereignError
from sovereign.sources.keys import Keys
from sovereign.sources.semanticscholar import SemanticScholar

from .server import DOWN, HTML, Server, Turns, queries

API = "https://api.semanticscholar.org/graph/v1"
FIELDS = "title,abstract,year,venue,externalIds,authors,openAccessPdf"
WORK: dict[str, Any] = {
    "paperId": "abc123",
    "title": "On  Zorgs: α ≤ β",
    "abstract": "Zorgs are small. They are blue.",
    "year": 2021,
    "venue": "J. Zorgs",
    "externalIds": {"DOI": "10.1000/ZORG.1", "ArXiv": "2101.00001", "CorpusId": 7},
    "authors": [{"authorId": "1", "name": "Ana Ünal"}, {"authorId": None, "name": None}, None],
    "openAccessPdf": {"url": "https://zorgs.example/1.pdf", "status": "GREEN"},
    "publicationTypes": ["JournalArticle"],
    "tldr": {"model": "m", "text": "A machine says that zorgs are red."},
}


def source_of(answers: dict[str, Any], keys: Keys | None = None) -> tuple[SemanticScholar, Server]:
    server = Server({f"{API}/{path}": answer for path, answer in answers.items()})
    return SemanticScholar(server, keys or Keys()), server


def search_one(answer: Any):
    source, _ = source_of({"paper/search": answer})
    (hits,) = source.search(queries("zorgs"), 10)
    return [hit.paper for hit in hits], [failure.reason for failure in source.failures]


def test_the_request_has_words_without_hyphens_and_the_key_as_a_header():
    source, server = source_of({"paper/search": {"total": 1, "data": [WORK]}}, Keys(semantic_scholar="s3cret"))
    source.search(queries("Is zorg-bridging fast?"), 1_000)
    (asked,) = server.asked
    assert asked.url == f"{API}/paper/search" and asked.kind == "search"
    assert asked.params == {"query": "zorg bridging fast", "fields": FIELDS, "limit": "100"}
    assert asked.headers == {"x-api-key": "s3cret"}
    assert "tldr" not in asked.params["fields"]


def test_every_field_of_a_work():
    (paper,), failures = search_one({"total": 1, "data": [WORK]})
    assert failures == []
    assert paper.model_dump() == {
        "id": "doi:10.1000/zorg.1",
        "title": "On Zorgs: α ≤ β",
        "authors": ("Ana Ünal",),
        "year": 2021,
        "venue": "J. Zorgs",
        "doi": "10.1000/zorg.1",
        "arxiv_id": "2101.00001",
        "url": "https://zorgs.example/1.pdf",
        "topics": (),
        "source": "semanticscholar",
        "location": "https://www.semanticscholar.org/paper/abc123",
        "our_words": False,
    }


def test_the_order_of_the_provider_is_kept_in_falling_scores():
    data = [WORK | {"title": f"Zorgs {n}", "externalIds": None} for n in range(4)]
    source, _ = source_of({"paper/search": {"data": data}})
    ((*hits,),) = source.search(queries("zorgs"), 3)
    assert [hit.paper.title for hit in hits] == ["Zorgs 0", "Zorgs 1", "Zorgs 2"]
    scores = [hit.score for hit in hits]
    assert scores == sorted(set(scores), reverse=True) and scores[0] == 1 and scores[-1] > 0.5


def test_nulls_everywhere_but_in_title_and_id():
    (paper,), failures = search_one({"data": [{key: None for key in WORK} | {"paperId": "a", "title": "Bare"}]})
    assert (paper.id, paper.authors, paper.year, paper.doi, failures) == ("title:bare", (), None, None, [])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": None}, "no title"),
        ({"title": " <b></b> "}, "no title"),
        ({"paperId": None}, "no id"),
        ({"title": ["a"]}, "title: Input should be a valid string"),
        ({"year": "unknown"}, "year: "),
        ({"year": 1e400}, "year: "),
        ({"authors": "Ana"}, "authors: "),
        ({"authors": [{"name": {"first": "Ana"}}]}, "authors.0.name: "),
        ({"externalIds": ["10.1000/1"]}, "externalIds: "),
        ({"abstract": 7}, "abstract: "),
    ],
)
def test_one_bad_entry_costs_only_itself(change: dict[str, Any], reason: str):
    papers, failures = search_one({"data": [WORK | change, WORK]})
    assert len(papers) == 1
    assert len(failures) == 1 and failures[0].startswith("entry 1 was left out: ") and reason in failures[0]


@pytest.mark.parametrize("year", [-5, 0, 20_210, 10**30])
def test_a_year_that_is_none_is_left_out(year: int):
    ((paper,), _) = search_one({"data": [WORK | {"year": year}]})
    assert paper.year is None


@pytest.mark.parametrize("answer", [{"total": 0, "offset": 0}, {"total": 0, "data": []}, {"data": []}])
def test_no_result_is_no_failure(answer: Any):
    assert search_one(answer) == ([], [])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (HTML, "no JSON"),
        (b'{"data": [', "no JSON"),
        ({"error": "Too many zorgs"}, "the server says: Too many zorgs"),
        ({"message": "Internal Server Error", "code": "500"}, "the server says: Internal Server Error"),
        ({}, "neither results"),
        ([], "not what the provider documents"),
        (None, "not what the provider documents"),
        ("data", "not what the provider documents"),
        ({"data": {"0": WORK}}, "data: "),
        (DOWN, "503"),
    ],
)
def test_a_bad_answer_is_a_failure_and_the_next_query_goes_on(answer: Any, reason: str):
    source, _ = source_of({"paper/search": Turns([answer, {"data": [WORK]}])})
    first, second = source.search(queries("zorgs", "blue zorgs"), 10)
    assert (len(first), len(second)) == (0, 1)
    (failure,) = source.failures
    assert failure.where == "semanticscholar" and reason in failure.reason


def test_a_query_without_words_is_not_sent():
    source, server = source_of({})
    assert source.search(queries("is it the?", "…"), 10) == ((), ())
    assert source.search(queries("zorgs"), 0) == ((),)
    assert server.asked == []


def test_the_document_is_the_abstract_and_never_the_machine_s_summary():
    source, server = source_of({"paper/search": {"data": [WORK]}})
    source.search(queries("zorgs"), 1)
    document = source.document("arxiv:2101.00001")
    assert document.depth == "abstract" and document.paper.id == "doi:10.1000/zorg.1"
    assert [document.slice(s) for s in document.evidence()] == ["Zorgs are small.", "They are blue."]
    assert "red" not in document.text
    assert len(server.asked) == 1


def test_a_document_that_no_search_found_is_asked_for_by_its_id():
    source, server = source_of({"paper/DOI:10.1000/zorg.1": WORK})
    assert source.document("doi:10.1000/zorg.1").paper.title == "On Zorgs: α ≤ β"
    assert server.asked[0].kind == "record"
    for wanted in ("doi:10.1000/zorg.2", "title:on zorgs", "doi:", "x"):
        with pytest.raises(NotFound, match="has no work"):
            source.document(wanted)


def test_a_title_is_matched_and_a_near_miss_is_not_taken():
    source, server = source_of({"paper/search/match": {"data": [WORK | {"matchScore": 88.5}]}})
    assert source.document("title:on zorgs α β").paper.doi == "10.1000/zorg.1"
    assert server.asked[0].params == {"query": "on zorgs α β", "fields": FIELDS}
    with pytest.raises(NotFound, match="has no work"):
        source.document("title:on zorgs")


def test_an_answer_with_another_work_is_not_taken():
    source, _ = source_of({"paper/DOI:10.1000/other": WORK})
    with pytest.raises(NotFound, match="has no work"):
        source.document("doi:10.1000/other")


def test_of_two_works_with_one_title_each_has_its_own_text():
    data = [WORK, WORK | {"paperId": "b", "externalIds": None, "abstract": "Zorgs are green."}]
    source, _ = source_of({"paper/search": {"data": data}})
    ((*hits,),) = source.search(queries("zorgs"), 5)
    assert "blue" in source.document(hits[0].paper.id).text and "green" in source.document(hits[1].paper.id).text


def test_ids_cannot_lead_to_another_address():
    source, server = source_of({})
    with pytest.raises(NotFound):
        source.document("doi:10.1000/../../author/1?fields=x#y")
    assert server.asked[0].url == f"{API}/paper/DOI:10.1000/%2E%2E/%2E%2E/author/1%3Ffields%3Dx%23y"


def test_a_work_without_abstract_and_a_server_that_is_down():
    source, _ = source_of({"paper/DOI:10.1000/zorg.1": WORK | {"abstract": None}, "paper/DOI:10.1000/2": DOWN})
    with pytest.raises(NotFound, match="no abstract of 'On Zorgs"):
        source.document("doi:10.1000/zorg.1")
    with pytest.raises(SovereignError, match="503"):
        source.document("doi:10.1000/2")


def test_a_batch_passes_over_what_is_not_known():
    source, server = source_of({"paper/batch": [None, WORK, {"paperId": "b", "title": None}]})
    papers = source.batch(["doi:10.1000/none", "doi:10.1000/zorg.1", "title:zorgs", "arxiv:2101.00002"])
    assert [paper.doi for paper in papers] == ["10.1000/zorg.1"]
    assert server.asked[0].json == {"ids": ["DOI:10.1000/none", "DOI:10.1000/zorg.1", "ARXIV:2101.00002"]}
    assert len(source.failures) == 1
    assert source.batch([]) == ()


def test_a_large_batch_goes_in_pieces_of_500():
    source, server = source_of({"paper/batch": [WORK]})
    source.batch([f"doi:10.1000/{n}" for n in range(1_001)])
    assert [len(asked.json["ids"]) for asked in server.asked] == [500, 500, 1]


def test_citations():
    data = [{"citingPaper": WORK}, {"citingPaper": None}, {"citingPaper": {"paperId": "c", "title": "Zorgs again"}}]
    source, server = source_of({"paper/DOI:10.1000/0/citations": {"offset": 0, "data": data}})
    assert [paper.title for paper in source.citations("doi:10.1000/0", 5_000)] == ["On Zorgs: α ≤ β", "Zorgs again"]
    assert server.asked[0].params == {"fields": FIELDS, "limit": "1000"}
    assert len(source.failures) == 1
    assert source.citations("title:zorgs", 5) == ()


def test_snippets():
    good = {
        "snippet": {"text": "Zorgs are\nblue.", "snippetKind": "body", "section": "Results"},
        "score": 0.5,
        "paper": {"corpusId": "7", "title": "On Zorgs", "authors": ["Ana Ünal"]},
    }
    source, _ = source_of({"snippet/search": {"data": [good, {**good, "score": None}, {"snippet": None}]}})
    (found,) = source.snippets("blue zorgs", 5)
    assert (found.text, found.kind, found.section, found.score) == ("Zorgs are blue.", "body", "Results", 0.5)
    assert (found.paper.title, found.paper.location) == ("On Zorgs", "https://api.semanticscholar.org/CorpusID:7")
    assert len(source.failures) == 2
