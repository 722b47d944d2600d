"""The files of a record: their types, what guards them, how one is chosen for a reader, and that no name leads elsewhere."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser

from sovereign.contracts.published import EXPORTED
from sovereign.publish.export import verify_export
from sovereign.publish.formats import FORMATS
from sovereign.records import Figure, Record
from sovereign.site.app import make_app
from sovereign.site.catalog import open_catalog
from sovereign.site.context import Options, Site
from sovereign.site.records.downloads import FILES
from sovereign.store import open_store
from tests.publish.example import build

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><rect width="9" height="9"/></svg>'
BASE_URL = "https://records.example"


@pytest.fixture(scope="module")
def shared(made: tuple[Path, Record], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site at a public address over a home with two records, one with a plot, to which exports may be entered."""
    home = Path(shutil.copytree(made[0], tmp_path_factory.mktemp("files") / "home"))
    with open_store(home) as store:
        plotted = build()
        figure = Figure(
            facet_id="F1",
            title="A plot",
            caption="c",
            alt="what it shows",
            artifact=store.artifacts.put(SVG),
            measurement_ids=("M1",),
        )
        store.records.save(build(id=plotted.id, answer=plotted.answer.model_copy(update={"figures": (figure,)})))
        catalog = open_catalog(home)
        catalog.sync(store)
        yield Site(store, catalog, Options(base_url=BASE_URL))
        catalog.close()


@pytest.fixture(scope="module")
def files(shared: Site) -> TestClient:
    """Asks that site."""
    return TestClient(make_app(shared), base_url="http://127.0.0.1")


@pytest.mark.parametrize("name", [n for n in FILES if n not in ("record.zip", "manifest.json", "report.pdf")])
def test_each_file_comes_as_what_it_is(files: TestClient, record: Record, name: str) -> None:
    answer = files.get(f"/paper/{record.id}/{name}")
    assert answer.status_code == 200 and answer.content
    assert answer.headers["content-type"].partition(";")[0] == FILES[name].media_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    kind, _, shown = answer.headers["content-disposition"].partition("; filename=")
    assert kind == ("attachment" if FILES[name].saved else "inline")
    assert shown == f'"{record.short_id.replace(":", "-")}-v1-{name.replace("/", "-")}"'
    if name.endswith((".json", ".jsonld")):
        json.loads(answer.content)


def test_every_form_of_a_record_is_among_them() -> None:
    assert {form.file for form in FORMATS.values()} <= set(FILES)


def test_the_archive_verifies_and_its_manifest_is_the_one_given(
    files: TestClient, shared: Site, record: Record, tmp_path: Path
) -> None:
    manifest = files.get(f"/paper/{record.id}/manifest.json").content
    answer = files.get(f"/paper/{record.id}/record.zip")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.read("manifest.json") == manifest
        held = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    listed = json.loads(manifest)["artifact_set"]
    assert listed and all(held[a["path"]] == a["sha256"] for a in listed)
    assert not any(a["type"] == "text" for a in listed)  # texts of sources are not ours to pass on
    place = tmp_path / "x.zip"
    place.write_bytes(answer.content)
    assert verify_export(place, head=shared.store.ledger.checkpoint()).status == "verified"
    # It is made once: nobody adds to the ledger by asking again.
    assert files.get(f"/paper/{record.id}/record.zip").content == answer.content
    TestClient(make_app(shared), base_url="http://127.0.0.1").get(f"/paper/{record.id}/record.zip")
    assert sum(e.kind == EXPORTED for e in shared.store.ledger.events(str(record.id))) == 1
    assert (pdf := files.get(f"/paper/{record.id}/report.pdf")).headers["content-type"] == "application/pdf"
    assert hashlib.sha256(pdf.content).hexdigest() == held["report.pdf"]


def test_a_plot_and_a_report_can_do_nothing(files: TestClient) -> None:
    record = build()
    plot = files.get(f"/paper/{record.id}/figures/figure-1.svg")
    assert plot.content == SVG and plot.headers["content-type"] == "image/svg+xml"
    assert plot.headers["content-security-policy"] == "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    report = files.get(f"/paper/{record.id}/report.html").headers["content-security-policy"]
    assert report.startswith("sandbox; default-src 'none'") and "script" not in report
    page = LexborHTMLParser(files.get(f"/paper/{record.id}", headers={"accept": "text/html"}).text)
    (shown,) = page.css("figure img")
    assert shown.attributes["src"] == f"/paper/{record.id}/figures/figure-1.svg"
    assert shown.attributes["alt"] == "what it shows"


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/sovereign.db",
        "..%5c..%5csovereign.db",
        "%2Fetc%2Fpasswd",
        "contracts/../../sovereign.db",
        "contracts/paper-manifest.json%00.svg",
        "figures/figure-2.svg",
        "figures/figure-0.svg",
        "figures%2f..%2frecord.json",
        "record.json/",
        "RECORD.JSON",
        "artifacts/" + "ab" * 32,
        "a" * 250,
    ],
)
def test_no_name_leads_elsewhere(files: TestClient, name: str) -> None:
    for path in (f"/paper/{build().id}/{name}", f"/paper/{build().id}/v1/{name}"):
        answer = files.get(path)
        assert answer.status_code in (404, 422), path
        assert b"SQLite" not in answer.content and b"root:" not in answer.content


@pytest.mark.parametrize(
    ("accept", "kind", "file"),
    [
        ("application/ld+json", "application/ld+json", "record.jsonld"),
        ("application/json", "application/json", "record.json"),
        ("application/x-bibtex", "application/x-bibtex", "record.bib"),
        ("application/x-research-info-systems", "application/x-research-info-systems", "references.ris"),
        ("application/vnd.citationstyles.csl+json", "application/vnd.citationstyles.csl+json", "references.csl.json"),
        ("text/html;q=0.2, application/ld+json;q=0.7", "application/ld+json", "record.jsonld"),
        ("*/*", "text/html", ""),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html", ""),
    ],
)
def test_the_form_that_is_wanted_is_given(files: TestClient, record: Record, accept: str, kind: str, file: str) -> None:
    answer = files.get(f"/paper/{record.id}", headers={"accept": accept})
    assert answer.status_code == 200 and answer.headers["content-type"].partition(";")[0] == kind
    assert "Accept" in [v.strip() for v in answer.headers["vary"].split(",")]
    assert 'rel="cite-as"' in answer.headers["link"]
    if file:
        assert answer.headers["content-location"] == f"/paper/{record.id}/{file}"
        assert answer.content == files.get(f"/paper/{record.id}/{file}").content


def test_what_cannot_be_given_is_told(files: TestClient, record: Record) -> None:
    answer = files.get(f"/paper/{record.id}", headers={"accept": "image/png, text/html;q=0"})
    assert answer.status_code == 406 and answer.headers["content-type"] == "application/problem+json"
    assert "application/ld+json" in answer.json()["detail"] and "Accept" in answer.headers["vary"]


def test_the_bibtex_cites_the_record_itself(files: TestClient, record: Record) -> None:
    text = files.get(f"/paper/{record.id}", headers={"accept": "application/x-bibtex"}).text
    assert text.startswith("@techreport{") and text.count("@") == 1
    assert f"url = {{{BASE_URL}/paper/{record.id}}}" in text and record.short_id in text


def test_signposts_are_alike_in_header_page_and_link_set(files: TestClient, record: Record) -> None:
    address = f"{BASE_URL}/paper/{record.id}"
    answer = files.get(f"/paper/{record.id}", headers={"accept": "text/html"})
    of_header = {
        (part.partition('rel="')[2].partition('"')[0], part.partition("<")[2].partition(">")[0])
        for part in answer.headers["link"].split(", ")
    }
    page = LexborHTMLParser(answer.text)
    of_page = {(n.attributes["rel"], n.attributes["href"]) for n in page.css("head link")}
    assert of_header <= of_page
    for rel in ("cite-as", "describedby", "item", "type", "author", "linkset"):
        assert rel in {r for r, _ in of_header}, rel
    assert ("cite-as", address) in of_header and ("type", "https://schema.org/AboutPage") in of_header
    found = files.get(f"/paper/{record.id}/linkset.json")
    assert found.headers["content-type"] == "application/linkset+json"
    first, *others = found.json()["linkset"]
    in_set = {(rel, one["href"]) for rel, all_ in first.items() if rel != "anchor" for one in all_}
    assert in_set == {(rel, href) for rel, href in of_header if rel != "linkset"} and first["anchor"] == address
    for one in others:
        (rel,) = set(one) - {"anchor"}
        assert one[rel][0]["href"] == address
        back = (
            files.head(one["anchor"].removeprefix(BASE_URL)) if not one["anchor"].endswith((".zip", ".pdf")) else None
        )
        assert back is None or f'<{address}>; rel="{rel}"' in back.headers["link"]


def test_importers_find_what_they_read(files: TestClient, record: Record) -> None:
    page = LexborHTMLParser(files.get(f"/paper/{record.id}", headers={"accept": "text/html"}).text)
    tags = {str(n.attributes.get("name")): str(n.attributes.get("content")) for n in page.css("head meta[name]")}
    title = record.answer.title or record.question
    assert tags["citation_title"] == tags["DC.title"] == title
    assert tags["citation_author"] and tags["citation_technical_report_institution"]
    assert tags["citation_publication_date"] == record.created_at[:10].replace("-", "/")
    assert tags["citation_pdf_url"] == f"{BASE_URL}/paper/{record.id}/report.pdf"
    assert tags["citation_abstract_html_url"] == f"{BASE_URL}/paper/{record.id}"
    assert all(f.text in tags["citation_keywords"] for f in record.plan.facets)
    assert "citation_doi" not in tags
    graph = {str(n.attributes.get("property")): n.attributes.get("content") for n in page.css("meta[property]")}
    assert graph["og:title"] == title and graph["og:type"] == "article"
