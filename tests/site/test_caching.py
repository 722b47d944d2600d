"""Answers are kept as long as the ledger stands still, tagged, compressed; and follow it when it grows."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from fastapi.testclient import TestClient

from sovereign.records import OwnerDecision, Record
from sovereign.site.app import make_app
from sovereign.site.catalog import open_catalog
from sovereign.site.context import Options, Site
from sovereign.site.http import caching, following
from sovereign.site.http.headers import POLICY
from sovereign.site.kept import PerStamp
from sovereign.site.serving import opened
from sovereign.store import open_store


def test_a_tag_saves_the_second_sending(client: TestClient) -> None:
    first = client.get("/")
    tag = first.headers["etag"]
    for given in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = client.get("/", headers={"if-none-match": given})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag and "content-length" not in again.headers
    assert client.get("/", headers={"if-none-match": '"other"'}).status_code == 200


def test_a_large_file_has_its_tag_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "_LARGEST", 1_000)
    asking = TestClient(make_app(site), base_url="http://127.0.0.1")
    first = asking.get("/assets/site.css")
    assert len(first.content) > 1_000 and "content-encoding" not in first.headers
    again = asking.get("/assets/site.css", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_head_is_get_without_its_body(client: TestClient) -> None:
    for path in ("/", "/api/v1/records", "/assets/site.css"):
        head, get = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert {k: v for k, v in head.headers.items() if k != "date"} == {
            k: v for k, v in get.headers.items() if k != "date"
        }


def test_text_is_compressed_for_those_who_take_it(client: TestClient) -> None:
    with client.stream("GET", "/", headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    plain = client.get("/", headers={"accept-encoding": "identity"})
    assert gzip.decompress(raw) == plain.content and len(raw) < len(plain.content)
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["vary"]


def test_every_answer_has_the_policy(client: TestClient) -> None:
    for path in ("/", "/api/v1/records", "/nowhere", "/assets/theme.js"):
        answer = client.get(path)
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get("/api/v1/records").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in client.get("/").headers


def test_what_is_decided_is_shown_at_the_next_look(
    site_home: Path, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_EVERY", 0.0)
    with open_store(site_home) as store, open_store(site_home) as other:
        catalog = open_catalog(site_home)
        client = TestClient(make_app(Site(store, catalog, Options())), base_url="http://127.0.0.1")
        before = client.get("/api/v1/records")
        assert before.json()["items"][0]["stands"] is False
        other.records.decide(
            OwnerDecision(
                record_id=str(record.id), outcome="APPROVED", reason="read", by="o", at="2026-01-02T03:04:05+00:00"
            )
        )
        after = client.get("/api/v1/records", headers={"if-none-match": before.headers["etag"]})
        assert after.status_code == 200 and after.json()["items"][0]["stands"] is True
        catalog.close()


def test_what_is_of_a_moment_ago_is_not_kept(site_home: Path, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_EVERY", 0.0)
    begun, go_on = Event(), Event()
    made = iter(("old", "new"))

    def make(_: Site) -> str:
        value = next(made)
        if value == "new":
            begun.set()
            assert go_on.wait(20)
        return value

    value = PerStamp(make)
    with opened(site_home, Options()) as site, ThreadPoolExecutor(1) as apart:
        app = make_app(site)

        @app.get("/value")
        def get_value() -> str:
            return value(site)

        asking = TestClient(app, base_url="http://127.0.0.1")
        assert asking.get("/value").json() == "old"
        site.store.records.decide(
            OwnerDecision(
                record_id=str(record.id), outcome="HELD", reason="Wait.", by="Ada", at="2026-11-23T00:00:00+00:00"
            )
        )
        site.catalog.sync(site.store)
        making = apart.submit(value, site)
        assert begun.wait(20)
        try:
            assert asking.get("/value").json() == "old"  # rather than to wait
        finally:
            go_on.set()
        assert making.result(20) == "new" == asking.get("/value").json()


def test_what_is_not_there_is_kept_by_no_cache_on_the_way(client: TestClient) -> None:
    for accept in ("text/html", "application/json"):
        answer = client.get("/nowhere", headers={"accept": accept})
        assert answer.status_code == 404 and answer.headers["cache-control"] == "no-store"
        assert "Accept" in answer.headers["vary"].split(", ")
