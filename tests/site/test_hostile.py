"""Texts that would break out of a page, planted in a record wherever it holds text: nothing of them comes out as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser

from sovereign.records import Record, short_id
from sovereign.site.app import make_app
from sovereign.site.catalog import open_catalog
from sovereign.site.context import Options, Site
from sovereign.site.records.claim_list import SIZE
from sovereign.store import Store, open_store
from tests.publish.example import HANDLER, MARKDOWN, SCRIPT, build
from tests.publish.hostile import with_text

TEXTS = (
    "</title></script></style></textarea>--><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)> \' onfocus=alert(1) autofocus x="',
    "<svg onload=alert(1)><foreignObject><iframe srcdoc='<script>alert(1)</script>'></iframe></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "javascript:alert(1)//{{ 7 * 7 }}{% include 'base.html.j2' %}",
    "safe\u202egnp.exe\u202c\u200b\u2066\x00\x07\ud800 end",
)
ID = 'C1"><script>alert(6)</script>/../..?a=b#c %'
HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\ud800-\udfff]")


def planted(number: int, text: str) -> Record:
    """A record that holds ``text`` everywhere, with an id of its own."""
    record_id = UUID(int=0xABC0_0000_0000_4000_8000_0000_0000_0000 + (number << 96))
    made = with_text(text.encode("utf-8", "ignore").decode("utf-8"))
    again = made.model_copy(update={"id": record_id, "short_id": short_id(record_id)})
    return again.model_copy(update={"content_hash": again.computed_hash()})


def with_texts(store: Store, record: Record) -> Record:
    """The record in the store, with the texts that its quotes are from."""
    for one in record.quotes():
        store.artifacts.put(one.text.encode("utf-8"))
    store.records.save(record)
    return record


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, list[Record]]]:
    """The site over these records, the last of them with 45 claims, of which one has a hostile id."""
    home = tmp_path_factory.mktemp("hostile") / "home"
    base = build()
    with open_store(home) as store:
        records = [with_texts(store, planted(n, text)) for n, text in enumerate(TEXTS)]
        many = [c.model_copy(update={"id": f"C{n}" if n else ID}) for n in range(45) for c in [base.claims[n % 9]]]
        records.append(with_texts(store, build(claims=tuple(many))))
        catalog = open_catalog(home)
        catalog.sync(store)
        assert not catalog.problems
        yield TestClient(make_app(Site(store, catalog, Options())), base_url="http://127.0.0.1"), records
        catalog.close()


def harmless(html: str) -> LexborHTMLParser:
    """The page, once it is clear that nothing in it but our own markup is markup."""
    assert not HIDDEN.search(html)
    page = LexborHTMLParser(html)
    assert not page.css("iframe, object, embed, base, math, foreignObject, style, textarea, template, mglyph")
    assert all((s.attributes.get("src") or "").startswith("/assets/") and not s.text() for s in page.css("script"))
    assert all(
        (n.attributes.get("class") or "") == "shares" or n.attributes.get("aria-hidden") for n in page.css("svg")
    )
    assert all((n.attributes.get("src") or "").startswith("/paper/") for n in page.css("img"))
    for node in page.css("*"):
        assert not [a for a in node.attributes if a.startswith("on") or a in ("style", "srcdoc", "autofocus")], node.tag
        href = node.attributes.get("href")
        assert href is None or re.match(r"(#|\?|/(?!/)|https?://)", href), href
        assert href is None or (urlsplit(href).hostname != "evil.example" and not re.search(r"[\s<>\"]", href))
    return page


@pytest.mark.parametrize("part", ["", "/answer", "/claims", "/numbers", "/method", "/review"])
def test_no_page_of_a_record_has_their_markup(hostile: tuple[TestClient, list[Record]], part: str) -> None:
    client, records = hostile
    for record in records:
        answer = client.get(f"/paper/{record.id}{part}", headers={"accept": "text/html"})
        assert answer.status_code == 200
        harmless(answer.text)
        assert "alert" not in " ".join(f"{n}: {v}" for n, v in answer.headers.items())


def test_hostile_text_is_read_as_it_is(hostile: tuple[TestClient, list[Record]]) -> None:
    client, records = hostile
    for record, text in zip(records[:5], TEXTS, strict=False):
        page = harmless(client.get(f"/paper/{record.id}", headers={"accept": "text/html"}).text)
        assert text in page.css_first("h1").text()
        assert page.css_first("meta[name=citation_title]").attributes["content"] == text
        assert "7 * 7" in page.css_first("h1").text() or "{{" not in text
        assert text in page.css_first("#C9 mark").text()
    page = harmless(client.get(f"/paper/{records[5].id}", headers={"accept": "text/html"}).text)
    assert "safegnp.exe" in page.css_first("h1").text()


def test_the_page_of_every_claim_is_harmless(hostile: tuple[TestClient, list[Record]]) -> None:
    client, records = hostile
    for record in (records[0], records[2], records[3]):
        for claim in record.claims:
            harmless(client.get(f"/claim/{record.id}.{claim.id}").text)
    evil = client.get(f"/claim/{records[-1].id}.{quote(ID, safe='')}")
    page = harmless(evil.text)
    assert evil.status_code == 200 and ID in page.css_first(".kicker").text()
    assert SCRIPT in harmless(client.get(f"/claim/{records[-1].id}.C8").text).css_first("h1").text()
    assert client.get(f"/api/v1/claims/{records[-1].id}.{quote(ID, safe='')}").json()["claim_id"] == ID


def test_links_to_a_claim_with_a_hostile_id_lead_to_it(hostile: tuple[TestClient, list[Record]]) -> None:
    client, records = hostile
    page = harmless(client.get(f"/paper/{records[-1].id}/claims?claims=2", headers={"accept": "text/html"}).text)
    all_pages = [page, *(harmless(client.get(f"/paper/{records[-1].id}/claims?claims={n}").text) for n in (1, 3, 4, 5))]
    (link,) = [n for p in all_pages for n in p.css("h3 a.claim-id") if "script" in str(n.attributes["href"])]
    assert client.get(str(link.attributes["href"])).status_code == 200


def test_45_claims_are_on_pages_each_once(hostile: tuple[TestClient, list[Record]]) -> None:
    client, records = hostile
    listed: list[str] = []
    last = -(-len(records[-1].claims) // SIZE)
    for number in range(1, last + 1):
        page = harmless(client.get(f"/paper/{records[-1].id}?claims={number}", headers={"accept": "text/html"}).text)
        entries = page.css("article.entry a.claim-id")
        assert len(entries) == (SIZE if number < last else len(records[-1].claims) - SIZE * (last - 1))
        listed += [e.text() for e in entries]
        ways = {1: ["next"], last: ["prev"]}.get(number, ["prev", "next"])
        assert [a.attributes["rel"] for a in page.css(".pager a")] == ways
    assert sorted(listed) == sorted(c.id for c in records[-1].claims)
    assert listed[0] == records[-1].answer.cited()[0]


def test_files_without_a_server_have_all_claims_on_one_page(hostile: tuple[TestClient, list[Record]]) -> None:
    client, records = hostile
    site: Site = client.app.state.site  # type: ignore[attr-defined]
    static = TestClient(make_app(Site(site.store, site.catalog, Options(static=True))), base_url="http://127.0.0.1")
    page = harmless(static.get(f"/paper/{records[-1].id}/claims").text)
    assert len(page.css("article.entry")) == 45 and not page.css(".pager, .verdicts")
    assert not harmless(static.get(f"/paper/{records[-1].id}").text).css("a[href*='?']")


def test_what_speaks_against_a_claim_stands_beside_it(hostile: tuple[TestClient, list[Record]]) -> None:
    client, records = hostile
    page = harmless(client.get(f"/paper/{records[0].id}", headers={"accept": "text/html"}).text)
    against = page.css_first("#C4 .pair > div:nth-child(2) .passage.bad")
    assert "532.8 microseconds" in against.css_first("mark").text()
    whole = harmless(client.get(f"/claim/{records[0].id}.C4").text)
    sides = whole.css(".evidence-sides > div")
    assert not sides[0].css(".passage") and len(sides[1].css(".passage.bad")) == 1


def test_a_refused_request_is_told_harmlessly(hostile: tuple[TestClient, list[Record]]) -> None:
    client, records = hostile
    for text in (SCRIPT, HANDLER, MARKDOWN):
        for path in (f"/paper/{quote(text, safe='')}", f"/paper/{records[0].id}/{quote(text, safe='')}", f"/paper/{records[0].id}?verdict={quote(text)}", f"/claim/{records[0].id}.{quote(text, safe='')}"):  # fmt: skip
            answer = client.get(path, headers={"accept": "text/html"})
            assert answer.status_code in (400, 404)
            harmless(answer.text)
