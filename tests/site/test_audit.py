"""The audit page: the head to keep, what is due and contested, and events; also on a ledger that was tampered with."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from sovereign.contracts.published import TRIGGERED
from sovereign.publish.export import verify_export
from sovereign.records import LedgerHead, Record
from sovereign.site import verified as verifying
from sovereign.site.app import make_app
from sovereign.site.catalog import open_catalog
from sovereign.site.context import Options, Site
from sovereign.site.verified import Verified, Verifier
from sovereign.store import NewEvent, open_store


@contextmanager
def _site(home: Path, options: Options | None = None) -> Iterator[Site]:
    with open_store(home) as store:
        catalog = open_catalog(home)
        catalog.sync(store)
        yield Site(store, catalog, options or Options())
        catalog.close()


def test_the_head_is_the_ledgers_own_and_verifies(client: TestClient, site: Site) -> None:
    answer = client.get("/audit/head.json")
    head = LedgerHead.model_validate_json(answer.content)
    assert head == site.store.ledger.checkpoint() and head.root
    assert "attachment" in answer.headers["content-disposition"]
    shown = client.get("/api/v1/audit").json()
    assert shown["head"] == json.loads(answer.content)
    assert (shown["ledger"]["status"], shown["ledger"]["events"]) == ("verified", head.count)
    text = client.get("/audit").text
    assert head.hash in text and head.root in text and "verify-record x.zip --head head.json" in text


def test_an_export_holds_against_the_head(client: TestClient, record: Record, tmp_path: Path) -> None:
    exported = client.get(f"/paper/{record.id}/record.zip")
    assert exported.status_code == 200
    (tmp_path / "x.zip").write_bytes(exported.content)
    head = LedgerHead.model_validate_json(client.get("/audit/head.json").content)
    report = verify_export(tmp_path / "x.zip", head)
    assert report.ok and report.status == "verified"


def test_events_come_page_by_page_each_once_and_lead_to_what_they_are_on(client: TestClient, record: Record) -> None:
    seen: list[int] = []
    before: int | None = None
    for _ in range(200):
        found = client.get("/api/v1/audit/events", params={"size": 50, **({"before": before} if before else {})}).json()
        seen += [e["number"] for e in found["items"]]
        assert all(str(record.id) in e["address"] for e in found["items"])
        if (before := found["older"]) is None:
            break
    assert seen == list(range(found["total"], 0, -1))
    assert client.get("/audit", params={"before": 3}).text.count("<time datetime") == 2
    assert client.get("/api/v1/audit/events", params={"before": 0}).status_code == 422


def test_an_open_trigger_is_shown_with_its_reason(site_home: Path, record: Record) -> None:
    payload = {"trigger": "RETRACTION", "cause": "10.1/x", "reason": "<i>taken back</i>"}
    with open_store(site_home) as store:
        store.ledger.append([NewEvent(TRIGGERED, str(record.id), payload)])
    with _site(site_home) as site:
        client = TestClient(make_app(site))
        shown = client.get("/api/v1/audit").json()
        assert shown["due_total"] == 1 and shown["due"][0]["triggers"][0]["cause"] == "10.1/x"
        assert {t["trigger"]: t["records"] for t in shown["triggers"]}["RETRACTION"] == 1
        text = client.get("/audit").text
        assert "&lt;i&gt;taken back" in text and "<i>taken" not in text


def test_what_is_not_published_is_not_named(site_home: Path, record: Record) -> None:
    with _site(site_home, Options(drafts=False)) as site:
        row = site.catalog.record(record.id)
        assert row is not None and not row.stands
        client = TestClient(make_app(site))
        for path in ("/audit", "/api/v1/audit", "/benchmarks", "/api/v1/benchmarks", "/api/v1/audit/events"):
            text = client.get(path).text
            assert str(record.id) not in text and record.short_id not in text and str(record.id)[:8] not in text
        assert client.get("/api/v1/benchmarks").json()["clusters"]["total"] == 0


def test_a_ledger_that_was_tampered_with_is_said_to_be_broken(site_home: Path) -> None:
    with _site(site_home):
        pass  # the catalogue is made before
    with sqlite3.connect(site_home / "sovereign.db") as database:
        database.execute(
            "UPDATE ledger_event SET payload = '{\"a\":1}' WHERE seq = (SELECT max(seq) - 1 FROM ledger_event)"
        )
    with _site(site_home) as site:
        client = TestClient(make_app(site))
        page = client.get("/audit")
        assert page.status_code == 200 and "It does not verify" in page.text and "cannot be used" in page.text
        shown = client.get("/api/v1/audit").json()
        assert shown["ledger"]["status"] == "broken" and shown["ledger"]["problems"]


def test_a_large_ledger_is_verified_beside_the_requests_and_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "AT_ONCE", 0)
    waiting: list[Callable[[], None]] = []
    verifier = Verifier(waiting.append)
    assert verifier(site) == Verified(status="not_yet") == verifier(site)
    assert len(waiting) == 1
    waiting.pop()()
    assert verifier(site).status == "verified" and verifier(site).events == site.store.ledger.head().count
    assert not waiting


def test_an_answer_that_will_change_by_itself_is_not_kept(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting: list[Callable[[], None]] = []
    monkeypatch.setattr(verifying, "AT_ONCE", 0)
    monkeypatch.setattr("sovereign.site.pages.audit.verified", Verifier(waiting.append))
    client = TestClient(make_app(site))
    first = client.get("/audit")
    assert "It is being verified" in first.text and first.headers["cache-control"] == "no-store"
    waiting.pop()()
    assert "It is being verified" not in client.get("/audit").text
    assert client.get("/api/v1/audit").json()["ledger"]["status"] == "verified"
