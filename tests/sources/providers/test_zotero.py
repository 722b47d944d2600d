"""Zotero: the local and the web API, what is asked, and what is read of the answers."""

from __future__ import annotations

from typing import Any

import pytest

from sovereign.errors import NotFound
from sovereign.sources.keys import Keys
from sovereign.sources.zotero import Zotero

from .server import DOWN, HTML, NOT_THERE, Server, Turns, queries

LOCAL = "http://127.0.0.1:23119/api/users/0"
WEB = Keys(zotero="s3cret", zotero_library="groups/42")
PROSE = "Zorgs were measured on two machines. The first machine was faster than the second one. " * 5
TEXT = "\n\n".join(f"{k}. Part\n\n{PROSE}" for k in range(1, 5))


def item(key: str = "ABCD2345", **data: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "itemType": "journalArticle",
        "title": "On Zorgs: α ≤ β",
        "creators": [
            {"creatorType": "author", "firstName": "Ana", "lastName": "Ünal"},
            {"creatorType": "author", "name": "The Zorg Team"},
            {"creatorType": "editor", "firstName": "No", "lastName": "Author"},
            None,
        ],
        "date": "May 8, 2021",
        "publicationTitle": "J. Zorgs",
        "DOI": "10.1000/ZORG.1",
        "url": "https://zorgs.example/1",
        "extra": "arXiv:2101.00001 [cs]",
        "abstractNote": "Zorgs are small. They are blue.",
        "tags": [{"tag": "zorgs"}, {"tag": None}],
    }
    return {"key": key, "version": 3, "data": facts | data}


def search_one(answer: Any):
    source = Zotero(Server({LOCAL: answer}), Keys())
    (hits,) = source.search(queries("zorgs"), 10)
    return [hit.paper for hit in hits], [failure.reason for failure in source.failures]


def test_the_local_library_is_asked_without_a_key_and_one_word_at_a_time():
    server = Server({LOCAL: []})
    Zotero(server, Keys(zotero_library="users/7")).search(queries("Is a zorg bridging?", "zorg speed"), 10)
    assert [asked.url for asked in server.asked] == [f"{LOCAL}/items/top"] * 3
    assert [asked.params["q"] for asked in server.asked] == ["zorg", "bridging", "speed"]
    assert server.asked[0].params == {"q": "zorg", "qmode": "everything", "format": "json", "limit": "100"}
    assert server.asked[0].headers == {"Zotero-API-Version": "3"}


def test_the_web_is_asked_with_a_key():
    server = Server({"https://api.zotero.org/groups/42/items/top": [item()]})
    ((hit,),) = Zotero(server, WEB).search(queries("zorgs"), 10)
    assert server.asked[0].headers == {"Zotero-API-Version": "3", "Zotero-API-Key": "s3cret"}
    assert hit.paper.location == "zotero://select/groups/42/items/ABCD2345"


def test_every_field_of_an_item():
    (paper,), failures = search_one([item()])
    assert failures == []
    assert paper.model_dump() == {
        "id": "doi:10.1000/zorg.1",
        "title": "On Zorgs: α ≤ β",
        "authors": ("Ana Ünal", "The Zorg Team"),
        "year": 2021,
        "venue": "J. Zorgs",
        "doi": "10.1000/zorg.1",
        "arxiv_id": "2101.00001",
        "url": "https://zorgs.example/1",
        "topics": ("zorgs",),
        "source": "zotero",
        "location": "zotero://select/library/items/ABCD2345",
        "our_words": False,
    }


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        ({"DOI": None, "extra": "Citation Key: x\nDOI: 10.1000/Y"}, ("10.1000/y", None)),
        ({"DOI": "", "extra": None, "archiveID": "arXiv:2101.00002"}, (None, "2101.00002")),
        ({"DOI": None, "extra": "", "url": "http://arxiv.org/abs/2101.00003v2"}, (None, "2101.00003")),
        ({"DOI": None, "extra": "Figure 2101.00001", "url": None}, (None, None)),
    ],
)
def test_ids_in_other_fields(data: dict[str, Any], ids: tuple[str | None, str | None]):
    ((paper,), _) = search_one([item(**data)])
    assert (paper.doi, paper.arxiv_id) == ids


def test_nulls_everywhere_but_in_title_and_key():
    nulls = {name: None for name in item()["data"]} | {"title": "Bare"}
    (paper,), failures = search_one([{"key": "ABCD2345", "data": nulls}])
    assert (paper.id, paper.authors, paper.year, failures) == ("title:bare", (), None, [])


def test_notes_and_attachments_are_no_works_and_no_failures():
    others = [item(itemType=kind, title=None) for kind in ("note", "attachment", "annotation")]
    papers, failures = search_one([*others, item()])
    assert (len(papers), failures) == (1, [])


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (item(title=""), "no title"),
        (item(key="../../x"), "its key is none of Zotero"),
        ({"data": {"title": "x"}}, "key: "),
        (item() | {"data": None}, "data: "),
        (item(creators=[{"name": 5}]), "data.creators.0.name: "),
        (None, ""),
    ],
)
def test_one_bad_entry_costs_only_itself(entry: Any, reason: str):
    papers, failures = search_one([entry, item()])
    assert len(papers) == 1 and len(failures) == 1 and reason in failures[0]


@pytest.mark.parametrize("answer", [HTML, {"error": "x"}, None, "Local API is not enabled", DOWN])
def test_a_bad_answer_is_a_failure_and_the_next_query_goes_on(answer: Any):
    source = Zotero(Server({LOCAL: Turns([answer, [item()]])}), Keys())
    assert [len(hits) for hits in source.search(queries("zorgs", "blue"), 10)] == [0, 1]
    assert len(source.failures) == 1 and source.failures[0].where == "zotero"


def test_works_that_rarer_words_find_come_first():
    common = [item(f"AAAA000{n}", title=f"Common {n}", DOI=None, extra=None) for n in range(4)]
    rare = item("BBBB0000", title="Rare", DOI=None, extra=None)
    source = Zotero(Server({LOCAL: Turns([common, common, [rare], []])}), Keys())
    ((*hits,),) = source.search(queries("zorgs machines bridging unheard"), 3)
    assert [hit.paper.title for hit in hits] == ["Rare", "Common 0", "Common 1"]


def test_the_text_of_an_attachment_is_read():
    children = [item("NOTE2345", itemType="note"), item("FILE2345", itemType="attachment", title="x.pdf"), None]
    full = {"content": TEXT, "indexedPages": 3, "totalPages": 9}
    server = Server(
        {
            f"{LOCAL}/items/top": [item()],
            f"{LOCAL}/items/ABCD2345/children": children,
            f"{LOCAL}/items/FILE2345/fulltext": full,
        }
    )
    source = Zotero(server, Keys())
    source.search(queries("zorgs"), 1)
    document = source.document("doi:10.1000/zorg.1")
    assert document.depth == "full_text" and "faster than the second" in document.text
    assert document.paper.title == "On Zorgs: α ≤ β"
    assert document.notices[0] == "read as the text that Zotero has indexed of an attachment"
    assert "Zotero has indexed 3 of 9 pages; the rest was not read" in document.notices
    assert [asked.kind for asked in server.asked] == ["search", "record", "fulltext"]


@pytest.mark.parametrize(
    ("children", "full", "failed"),
    [
        (DOWN, NOT_THERE, "its attachments were not read: 503 Service Unavailable"),
        ([item("FILE2345", itemType="attachment")], NOT_THERE, None),
        ([item("FILE2345", itemType="attachment")], {"content": None}, "an attachment was not read: "),
        ([item("FILE2345", itemType="attachment")], {"content": ""}, "an attachment was not read: "),
        ([item("FILE2345", itemType="attachment")], HTML, "an attachment was not read: "),
        ([], NOT_THERE, None),
    ],
)
def test_without_text_the_abstract_is_read_and_says_why(children: Any, full: Any, failed: str | None):
    answers = {f"{LOCAL}/items/top": [item()], f"{LOCAL}/items/ABCD2345/children": children}
    source = Zotero(Server(answers | {f"{LOCAL}/items/FILE2345/fulltext": full}), Keys())
    source.search(queries("zorgs"), 1)
    document = source.document("doi:10.1000/zorg.1")
    assert document.depth == "abstract"
    assert [document.slice(s) for s in document.evidence()] == ["Zorgs are small.", "They are blue."]
    assert document.notices[0] == "only the abstract was read, from Zotero"
    assert [notice.startswith(failed or "-") for notice in document.notices[1:]] == [True] * (failed is not None)


def test_a_work_that_no_search_found_is_looked_for_by_its_id():
    server = Server(
        {f"{LOCAL}/items/top": [item(DOI="10.1000/other"), item(title="Zorgs, again"), item(abstractNote="")]}
    )
    source = Zotero(server, Keys())
    assert source.document("doi:10.1000/zorg.1").paper.title == "Zorgs, again"
    assert [asked.params["q"] for asked in server.asked[:1]] == ["10.1000/zorg.1"]


def test_works_that_are_not_there():
    source = Zotero(Server({f"{LOCAL}/items/top": [item(abstractNote="")]}), Keys())
    for wanted in ("doi:10.1000/zorg.2", "title:", ""):
        with pytest.raises(NotFound, match="has no work"):
            source.document(wanted)
    with pytest.raises(NotFound, match="no abstract"):
        source.document("doi:10.1000/zorg.1")


def test_a_key_without_a_library_is_told_of():
    source = Zotero(Server({LOCAL: [item()]}), Keys(zotero="s3cret"))
    assert len(source.search(queries("zorgs"), 1)[0]) == 1
    assert "ZOTERO_API_KEY is set" in source.failures[0].reason
