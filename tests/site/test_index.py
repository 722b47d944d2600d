"""The list of records and claims, as page and as JSON."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from sovereign.records import Record
from sovereign.site.app import make_app
from sovereign.site.context import Options, Site


def test_the_list_shows_the_record_and_its_answer(client: TestClient, record: Record) -> None:
    page = client.get("/")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert record.short_id in page.text and f'href="/paper/{record.id}"' in page.text
    assert "1 record<" in page.text


def test_the_same_as_json(client: TestClient, record: Record) -> None:
    found = client.get("/api/v1/records").json()
    assert (found["total"], found["page"], found["capped"]) == (1, 1, False)
    row = found["items"][0]
    assert (row["id"], row["short_id"], row["answer_state"]) == (str(record.id), record.short_id, record.answer.state)
    assert row["verified"] == record.counters.verified


def test_claims_are_found_by_words_of_their_own_and_of_their_quotes(client: TestClient, record: Record) -> None:
    claim = record.claims[0]
    words = " ".join(w for w in claim.text.replace("-", " ").split() if w.isalpha())
    found = client.get("/api/v1/claims", params={"q": words}).json()
    assert f"{record.id}.{claim.id}" in [c["id"] for c in found["items"]]
    assert f'href="/claim/{record.id}.{claim.id}"' in client.get("/claims", params={"q": words}).text


@pytest.mark.parametrize(
    "words", ['"', "NEAR(", "a AND", "title:x", "*", "\x00", "𝕏 ∧ 🦀", "-", "x" * 200, "' OR 1=1 --"]
)
def test_no_words_break_the_search(client: TestClient, words: str) -> None:
    for path in ("/", "/claims", "/api/v1/records", "/api/v1/claims"):
        answer = client.get(path, params={"q": words})
        assert answer.status_code == 200, (path, words)


def test_filters_narrow(client: TestClient, record: Record) -> None:
    state = record.answer.state
    other = "ANSWERED" if state != "ANSWERED" else "NOT_ANSWERABLE"
    assert client.get("/api/v1/records", params={"state": state}).json()["total"] == 1
    assert client.get("/api/v1/records", params={"state": other}).json()["total"] == 0
    verdicts = {c.verdict for c in record.claims}
    for verdict in verdicts:
        found = client.get("/api/v1/claims", params={"verdict": verdict, "size": 100}).json()
        assert found["total"] == sum(c.verdict == verdict for c in record.claims)
        assert {c["verdict"] for c in found["items"]} == {verdict}


def test_a_value_that_no_record_can_have_is_told(client: TestClient) -> None:
    page = client.get("/", params={"tier": "<b>GOLD</b>"}, headers={"accept": "text/html"})
    assert page.status_code == 400 and "<b>GOLD" not in page.text and "&lt;b&gt;GOLD" in page.text
    assert client.get("/api/v1/records", params={"tier": "GOLD"}).status_code == 422


def test_claims_come_page_by_page_each_once(client: TestClient, record: Record) -> None:
    seen: list[str] = []
    for page in range(1, 100):
        items = client.get("/api/v1/claims", params={"page": page, "size": 7}).json()["items"]
        seen += [c["claim_id"] for c in items]
        if not items:
            break
    assert sorted(seen) == sorted(c.id for c in record.claims)
    cited = set(record.answer.cited())
    assert [i in cited for i in seen] == sorted((i in cited for i in seen), reverse=True)


def test_where_drafts_are_hidden_a_draft_is_nowhere(site: Site, record: Record) -> None:
    row = site.catalog.record(record.id)
    assert row is not None and not row.stands
    hidden = TestClient(make_app(Site(site.store, site.catalog, Options(drafts=False))), base_url="http://127.0.0.1")
    assert hidden.get("/api/v1/records").json()["total"] == 0
    assert hidden.get("/api/v1/claims").json()["total"] == 0
    assert record.short_id not in hidden.get("/").text
    assert str(record.id) not in hidden.get("/feed.atom").text
    choices = hidden.get("/api/v1/choices").json()
    assert not any(choices.values())


def test_advice_names_no_draft(site: Site, record: Record) -> None:
    hidden = TestClient(make_app(Site(site.store, site.catalog, Options(drafts=False))), base_url="http://127.0.0.1")
    digits = record.id.hex
    near = digits[:7] + ("0" if digits[7] != "0" else "1")
    for name in (digits[:8], record.short_id, str(record.id).upper(), near, "zzz", digits[:1]):
        for path in (f"/paper/{name}", f"/paper/{name}/record.zip", f"/claim/{name}.C1", f"/api/v1/records/{name}"):
            answer = hidden.get(path, follow_redirects=False)
            told = answer.text.replace(name, "").lower()
            assert answer.status_code == 404 and digits[:8] not in told, path
