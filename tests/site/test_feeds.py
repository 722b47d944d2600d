"""Feed, map of the site and the word to crawlers."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient
from lxml import etree

from sovereign.records import OwnerDecision, Record
from sovereign.site.app import make_app
from sovereign.site.catalog import open_catalog
from sovereign.site.context import Options, Site
from sovereign.site.serving import opened
from sovereign.store import open_store

ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"m": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def test_the_feed_is_atom_with_whole_addresses(client: TestClient, record: Record) -> None:
    answer = client.get("/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    assert feed.xpath("string(a:entry/a:id)", namespaces=ATOM) == f"urn:uuid:{record.id}"
    assert feed.xpath("string(a:entry/a:link/@href)", namespaces=ATOM) == f"http://127.0.0.1/paper/{record.id}"
    assert feed.xpath("string(a:entry/a:title)", namespaces=ATOM).startswith("Draft: ")


def test_the_map_has_what_stands_and_no_draft(site_home: object, record: Record) -> None:
    from pathlib import Path

    home = Path(str(site_home))
    with open_store(home) as store:
        catalog = open_catalog(home)
        catalog.sync(store)
        client = TestClient(
            make_app(Site(store, catalog, Options(base_url="https://records.example"))),
            base_url="https://records.example",
        )
        address = f"https://records.example/paper/{record.id}"

        def listed() -> list[str]:
            return list(
                map(str, etree.fromstring(client.get("/sitemap.xml").content).xpath("//m:loc/text()", namespaces=MAP))
            )

        assert "https://records.example/about" in listed() and address not in listed()
        store.records.decide(
            OwnerDecision(
                record_id=str(record.id), outcome="APPROVED", reason="read", by="o", at="2026-01-02T03:04:05+00:00"
            )
        )
        catalog.sync(store)
        assert address in listed()
        catalog.close()


def test_crawlers_are_told_where_the_map_is(client: TestClient) -> None:
    assert "Sitemap: http://127.0.0.1/sitemap.xml" in client.get("/robots.txt").text


def test_who_downloads_a_record_changes_nothing_of_it(site_home: Path, record: Record) -> None:
    with opened(site_home, Options()) as site:
        client = TestClient(make_app(site), base_url="http://127.0.0.1")
        before = site.catalog.record(record.id)
        assert before is not None and client.get(f"/paper/{record.id}/record.zip").status_code == 200
        site.catalog.sync(site.store)
        after = site.catalog.record(record.id)
        assert after is not None and after.updated_at == before.updated_at
