"""The page of a record and the page of a claim: what stands first, where links lead, and what is said of a record's state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser

from sovereign.contracts.claims import claim_records
from sovereign.kernel.correct import Change, correct
from sovereign.records import OwnerDecision, Record
from sovereign.site.app import make_app
from sovereign.site.catalog import open_catalog
from sovereign.site.context import Options, Site
from sovereign.site.records.claim_list import SIZE
from sovereign.store import open_store

PARTS = ("answer", "claims", "numbers", "method", "review")


def read(client: TestClient, path: str) -> LexborHTMLParser:
    """A page of the site."""
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text[:300]
    return LexborHTMLParser(answer.text)


@pytest.fixture
def changing(site_home: Path) -> Iterator[Site]:
    """The site over a home that the test changes."""
    with open_store(site_home) as store:
        catalog = open_catalog(site_home)
        catalog.sync(store)
        yield Site(store, catalog, Options())
        catalog.close()


def test_the_head_says_what_was_asked_found_how_sure_and_where_to_check(client: TestClient, record: Record) -> None:
    page = read(client, f"/paper/{record.id}")
    glance = page.css_first(".glance")
    assert [h.text(strip=True) for h in glance.css("h2")] == ["Asked", "Found", "How sure", "Where to check"]
    assert record.question in glance.text()
    assert (record.answer.abstract or record.answer.summary)[0].text in glance.css_first(".finding").text()
    label = glance.css_first("svg.shares").attributes["aria-label"] or ""
    assert label.startswith(f"{len(record.claims)} claims: ")
    assert sum(int(w) for w in label.partition(":")[2].split() if w.isdigit()) == len(record.claims)


def test_the_answer_comes_first_and_the_rest_in_its_order(client: TestClient, record: Record) -> None:
    page = read(client, f"/paper/{record.id}")
    order = [s.attributes["id"] for s in page.css("main > section[id]")]
    expected = [
        "answer",
        "claims",
        "measured",
        "review",
        "decision",
        "assessment",
        "corrections",
        "sources",
        "downloads",
    ]
    assert order == [name for name in expected if name in order]
    assert {"answer", "claims", "review", "decision", "assessment", "sources", "downloads"} <= set(order)


def test_every_claim_is_listed_once_those_of_the_answer_first(client: TestClient, record: Record) -> None:
    listed: list[str] = []
    for number in range(1, -(-len(record.claims) // SIZE) + 1):
        entries = read(client, f"/paper/{record.id}?claims={number}").css("article.entry")
        listed += [str(e.attributes["id"]) for e in entries]
    assert sorted(listed) == sorted(c.id for c in record.claims)
    cited = [i for i in record.answer.cited() if i in listed]
    assert listed[: len(cited)] == cited


def test_a_claim_is_marked_in_its_text_with_its_checks(client: TestClient, record: Record) -> None:
    entry = read(client, f"/paper/{record.id}").css_first("article.entry")
    claim = record.claim(str(entry.attributes["id"]))
    assert entry.css_first("mark").text().split() == claim.quote.text.split()
    around = entry.css_first(".context").text()
    assert len(around) > len(claim.quote.text) + 20
    assert entry.css(".chips li") and entry.css_first("h3 a").attributes["href"] == f"/claim/{record.id}.{claim.id}"


def test_the_list_is_narrowed_by_links_without_script(client: TestClient, record: Record) -> None:
    page = read(client, f"/paper/{record.id}")
    for choice in page.css(".verdicts a"):
        narrowed = read(client, str(choice.attributes["href"]).partition("#")[0])
        shown = {str(e.attributes["id"]) for e in narrowed.css("article.entry")}
        words = choice.text().split()
        verdict = str(choice.attributes["href"]).partition("verdict=")[2].partition("#")[0]
        of_it = {c.id for c in record.claims if verdict in ("", c.verdict)}
        assert shown <= of_it and len(shown) == min(SIZE, len(of_it)) and int(words[-1]) == len(of_it)


@pytest.mark.parametrize("query", ["?verdict=PERHAPS", "?claims=0", "?claims=x", "?claims=9000", "?verdict=%00"])
def test_what_cannot_be_listed_is_refused(client: TestClient, record: Record, query: str) -> None:
    assert client.get(f"/paper/{record.id}{query}").status_code in (400, 404, 422)


def test_every_link_of_its_pages_leads_somewhere(client: TestClient, record: Record) -> None:
    seen: dict[str, LexborHTMLParser] = {}
    base = f"/paper/{record.id}"
    for start in (base, *(f"{base}/{part}" for part in PARTS)):
        seen[start] = read(client, start)
    claims = {f"/claim/{record.id}.{c.id}" for c in record.claims}
    for start, page in list(seen.items()):
        ids = [node.attributes["id"] for node in page.css("[id]")]
        assert len(ids) == len(set(ids)), start
        for node in page.css("main a[href]"):
            parts = urlsplit(str(node.attributes["href"]))
            if parts.scheme or parts.path.startswith(("/schemas", "/api/")):
                continue
            if parts.path in claims or parts.query:
                continue
            if parts.path.startswith(base) and parts.path not in seen and parts.path:
                continue  # a file: test_record_files asks for each
            there = seen[parts.path] if parts.path else page
            if parts.fragment:
                assert there.css_first(f'[id="{parts.fragment}"]'), (start, parts)


def test_a_draft_says_so_and_is_not_for_crawlers(changing: Site, record: Record) -> None:
    client = TestClient(make_app(changing), base_url="http://127.0.0.1")
    page = read(client, f"/paper/{record.id}")
    assert page.css_first("meta[name=robots]").attributes["content"] == "noindex" and page.css(".draft")
    decision = OwnerDecision(
        record_id=str(record.id), outcome="APPROVED", reason="read it", by="owner", at="2026-01-02T03:04:05+00:00"
    )
    changing.store.records.decide(decision)
    changing.catalog.sync(changing.store)
    page = read(TestClient(make_app(changing), base_url="http://127.0.0.1"), f"/paper/{record.id}")
    assert not page.css("meta[name=robots]") and not page.css(".draft") and "read it" in page.body.text()  # type: ignore[union-attr]


def test_a_corrected_record_keeps_its_older_version_marked(changing: Site, record: Record) -> None:
    gone = record.claims[0].id
    correct(changing.store, str(record.id), "CLAIM", "it was read wrongly", "owner", Change(claims=(gone,)))
    changing.catalog.sync(changing.store)
    client = TestClient(make_app(changing), base_url="http://127.0.0.1")
    old = read(client, f"/paper/{record.id}/v1")
    assert "Superseded" in old.css_first(".notice").text()
    assert old.css_first(".notice a").attributes["href"] == f"/paper/{record.id}"
    assert old.css_first(".tabs a").attributes["href"] == f"/paper/{record.id}/v1"
    assert old.css_first("meta[name=robots]")
    new = read(client, f"/paper/{record.id}")
    assert new.css("#corrections") and "Superseded" not in new.css_first(".record-head").text()
    claim = read(client, f"/claim/{record.id}.{gone}")
    assert "Withdrawn by correction 1" in claim.css_first(".notice").text()
    assert read(client, f"/paper/{record.id}/v1/claims").css("article.entry")
    assert client.get(f"/paper/{record.id}/v3").status_code == 404
    assert json.loads(client.get(f"/paper/{record.id}/v1/record.json").text).get("version", 1) == 1
    assert json.loads(client.get(f"/paper/{record.id}/corrections.json").text)["correction_count"] == 1


def test_short_names_lead_to_the_one_address(client: TestClient, record: Record) -> None:
    for name in (record.short_id, str(record.id)[:9], str(record.id).upper()):
        answer = client.get(f"/paper/{name}/claims?claims=1", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (302, f"/paper/{record.id}/claims?claims=1")
    answer = client.get(f"/claim/{record.short_id}.{record.claims[0].id}", follow_redirects=False)
    assert answer.headers["location"] == f"/claim/{record.id}.{record.claims[0].id}"


@pytest.mark.parametrize("path", ["/paper/0000", "/paper/%00", "/claim/x", "/claim/x.y", "/paper/ffffffff/claims"])
def test_what_is_not_there_is_told(client: TestClient, path: str) -> None:
    for accept, kind in (("text/html", "text/html"), ("application/json", "application/problem+json")):
        answer = client.get(path, headers={"accept": accept})
        assert answer.status_code == 404 and answer.headers["content-type"].startswith(kind)


def test_the_page_of_every_claim_has_all_that_its_verdict_rests_on(
    client: TestClient, site: Site, record: Record
) -> None:
    published = site.published(record.id)
    for claim, document in zip(published.record.claims, claim_records(published), strict=True):
        page = read(client, f"/claim/{record.id}.{claim.id}")
        assert page.css_first("h1").text().split() == claim.text.split()
        assert page.css_first("mark").text().split() == claim.quote.text.split()
        evidence = claim.verification.evidence if claim.verification else ()
        assert len(page.css(".passage")) == sum(e.relation != "own_quote" for e in evidence)
        assert len(page.css(".rungs li.good")) == len(document.level.rungs)
        assert len(page.css("#history ~ .scroll tbody tr")) == max(1, len(document.history))
        given = client.get(f"/api/v1/claims/{record.id}.{claim.id}").json()
        assert given == json.loads(document.model_dump_json(by_alias=True))


def test_the_same_as_json(client: TestClient, record: Record) -> None:
    base = f"/api/v1/records/{record.id}"
    short = client.get(base).json()
    assert short["glance"]["claims"] == len(record.claims) and short["links"]["page"] == f"/paper/{record.id}"
    cited = client.get(f"{base}/claims?size=3").json()
    assert [c["claim_id"] for c in cited["items"]] == list(record.answer.cited()[:3])
    verdict = record.claims[0].verdict
    narrowed = client.get(f"{base}/claims", params={"verdict": verdict}).json()
    assert narrowed["total"] == sum(c.verdict == verdict for c in record.claims)
    assert client.get(f"{base}/answer").json()["state"] == record.answer.state
    assert client.get(f"{base}/measurements").json()["total"] == len(record.measurements)
    assert client.get(f"{base}/contracts/claim-record").json()[0]["claim_id"] == record.claims[0].id
    assert client.get(f"{base}/contracts/math-result").status_code == 404
    assert client.get(f"{base}/claims?verdict=NO").status_code == 422
    assert client.get(f"/api/v1/claims/{record.id}.none").status_code == 404


def test_a_hidden_draft_is_nowhere(site: Site, record: Record) -> None:
    client = TestClient(make_app(Site(site.store, site.catalog, Options(drafts=False))), base_url="http://127.0.0.1")
    for path in ("", "/claims", "/record.json", "/v1", "/record.zip"):
        assert client.get(f"/paper/{record.id}{path}").status_code == 404
    assert client.get(f"/claim/{record.id}.{record.claims[0].id}").status_code == 404
    assert client.get(f"/api/v1/records/{record.id}").status_code == 404


def test_it_is_light(client: TestClient, record: Record) -> None:
    parts = (f"/paper/{record.id}", "/assets/site.css", "/assets/record.css", "/assets/theme.js")
    assert sum(len(client.get(path).content) for path in parts) < 150_000
