"""The site as files: whole, with no broken link, the same each time, and never over the files of others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from sovereign.errors import InputError
from sovereign.records import Record
from sovereign.site.build import Built, build
from sovereign.site.build.places import file_of, links_in, relinked
from sovereign.site.build.write import LIST
from sovereign.site.context import Options, Site, public_address


@pytest.fixture(scope="module")
def written(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Built]]:
    """The site of the record, as files."""
    folder = tmp_path_factory.mktemp("files") / "www"
    yield folder, build(site, folder)


def _pages(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.html"))}


def test_every_link_leads_to_a_file(written: tuple[Path, Built]) -> None:
    folder, built = written
    assert not built.failed
    seen = 0
    for name, html in _pages(folder).items():
        for link in re.findall(r'\s(?:href|src)="([^"]*)"', html):
            address = unquote(unescape(link).partition("#")[0])
            if not address or re.match(r"[a-z]+:", address):
                continue
            assert not address.startswith("/"), (name, link)
            assert ((folder / name).parent / address).resolve().is_file(), (name, link)
            seen += 1
    assert seen > 100


def test_the_record_its_claims_and_its_files_are_there(written: tuple[Path, Built], record: Record) -> None:
    folder, _ = written
    assert record.short_id in (folder / "paper" / str(record.id) / "index.html").read_text("utf-8")
    for claim in record.claims:
        assert (folder / "claim" / f"{record.id}.{claim.id}" / "index.html").is_file()
    listed = json.loads((folder / "api/v1/records.json").read_bytes())
    assert [r["id"] for r in listed["items"]] == [str(record.id)]
    assert (folder / "404.html").is_file()


def test_pages_carry_their_policy_and_no_address_of_nowhere(written: tuple[Path, Built]) -> None:
    folder, _ = written
    for name, html in _pages(folder).items():
        assert html.count('http-equiv="Content-Security-Policy"') == 1 or name.endswith("report.html"), name
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in (".html", ".json", ".js", ".xml", ".txt"):
            assert b"static.invalid" not in path.read_bytes(), path


def test_filters_are_links(written: tuple[Path, Built], record: Record) -> None:
    folder, _ = written
    pages = _pages(folder)
    verdicts = {claim.verdict for claim in record.claims}
    for verdict in verdicts:
        link = re.search(rf'href="([^"]*)">{verdict.replace("_", " ").lower()}</a>', pages["claims/index.html"])
        assert link, verdict
        narrowed = (folder / "claims" / unquote(link[1])).resolve().relative_to(folder.resolve()).as_posix()
        assert f"{record.id}.{next(c.id for c in record.claims if c.verdict == verdict)}" in pages[narrowed]
    assert "<form" not in pages["index.html"] + pages["claims/index.html"]


def test_the_graph_leads_to_files(written: tuple[Path, Built], record: Record) -> None:
    folder, _ = written
    html = (folder / "graph/index.html").read_text("utf-8")
    data = re.search(r'<script type="application/json" id="graph-data">(.*?)</script>', html, re.DOTALL)
    assert data
    addresses = [node[3] for node in json.loads(data[1])["nodes"] if node[3]]
    assert f"../paper/{record.id}/index.html" in addresses
    assert all((folder / "graph" / address).is_file() for address in addresses)


def test_the_search_finds_the_record_by_its_file(written: tuple[Path, Built], record: Record) -> None:
    folder, _ = written
    script = (folder / "assets/search-data.js").read_text("utf-8")
    rows = json.loads(script.partition("window.SEARCH = ")[2].rstrip().rstrip(";"))
    files = {row[0] for row in rows}
    assert f"paper/{record.id}/index.html" in files and all((folder / file).is_file() for file in files)
    assert "<" not in script


def test_twice_is_the_same_and_what_is_gone_is_taken_away(site: Site, written: tuple[Path, Built]) -> None:
    folder, first = written
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    stray = folder / "old/index.html"
    stray.parent.mkdir()
    stray.write_text("of an earlier time")
    outside = folder.parent / "outside.txt"
    outside.write_text("somebody else's")
    names = json.loads((folder / LIST).read_bytes())
    (folder / LIST).write_text(json.dumps([*names, "old/index.html", "../outside.txt", str(outside)]))
    again = build(site, folder)
    assert (again.files, again.size, again.removed) == (first.files, first.size, 1)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    assert outside.exists()


def test_files_of_others_are_never_touched(site: Site, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="not of this site"):
        build(site, tmp_path)
    with pytest.raises(InputError, match="no folder"):
        build(site, tmp_path / "thesis.tex")
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_drafts_stay_out_and_are_counted(site: Site, record: Record, tmp_path: Path) -> None:
    built = build(replace(site, options=Options(drafts=False)), tmp_path / "www")
    assert (built.records, built.left_out) == (0, 1)
    assert not (tmp_path / "www/paper").exists()
    for path in (tmp_path / "www").rglob("*"):
        assert not path.is_file() or record.short_id.encode() not in path.read_bytes(), path


def test_with_an_address_there_is_a_feed(site: Site, record: Record, tmp_path: Path) -> None:
    build(replace(site, options=Options(base_url="https://records.example")), tmp_path / "www")
    assert f"https://records.example/paper/{record.id}" in (tmp_path / "www/feed.atom").read_text("utf-8")
    page = (tmp_path / "www/paper" / str(record.id) / "index.html").read_text("utf-8")
    assert f'<link rel="canonical" href="https://records.example/paper/{record.id}">' in page


@pytest.mark.parametrize(
    ("address", "media_type", "file"),
    [
        ("/", "text/html", "index.html"),
        ("/about", "text/html", "about/index.html"),
        ("/claim/u.C1", "text/html", "claim/u.C1/index.html"),
        ("/claims?page=2", "text/html", "claims/page-2/index.html"),
        ("/api/v1/records", "application/json", "api/v1/records.json"),
        ("/paper/u/record.jsonld", "application/ld+json", "paper/u/record.jsonld"),
        ("/assets/site.css", "text/css", "assets/site.css"),
        ("/../../etc/passwd", "text/plain", "etc/passwd"),
    ],
)
def test_places(address: str, media_type: str, file: str) -> None:
    assert file_of(address, media_type) == file


def test_parameters_that_look_alike_have_places_of_their_own() -> None:
    places = {
        file_of(f"/claims?q={q}", "text/html")
        for q in ("a+b", "A+b", "a/b", "a%00b", "ä", "x" * 300, "x" * 301, "..%2F..")
    }
    assert len(places) == 8 and all(".." not in place for place in places)


def test_ids_that_no_disk_takes_have_places_all_the_same() -> None:
    long = "C" * 5_000
    places = [file_of(f"/claim/u.{name}", "text/html") for name in ("%00", "%0a", long, long + "C", "%ff", "é" * 150)]
    assert len(set(places)) == 6
    for place in places:
        assert all(len(part.encode()) <= 200 and part.isprintable() for part in place.split("/"))


def test_an_id_leads_to_no_other_page() -> None:
    names = ("%2F..%2F..%2Findex.html", "%2F%2E%2E%2Fu.C1", "%2F", "%2Fa", "_a")
    places = [file_of(f"/claim/u.{name}", "text/html") for name in names] + [file_of("/%2e%2e/x", "text/html")]
    assert len(set(places)) == 6 and all(".." not in place.split("/") for place in places)
    assert all(re.fullmatch(r"claim/u\.[^/]+/index\.html|claim/u\.[^/]+\.html", place) for place in places[:5])


def test_links_are_made_relative_and_text_is_left_alone() -> None:
    html = '<a href="/a?x=1&amp;y=2#f">a</a> <a href="//other.example/">b</a> <p>href=&#34;/a&#34;</p> <a href="/gone">c</a>'
    assert links_in(html) == ["/a?x=1&y=2", "/gone"]
    made = relinked(html, "b/c/index.html", {"/a?x=1&y=2": "a/x-1-y-2/index.html"}.get)
    assert '<a href="../../a/x-1-y-2/index.html#f">' in made and '<a href="//other.example/">' in made
    assert "href=&#34;/a&#34;" in made and '<a data-not-here="href">c</a>' in made


@pytest.mark.parametrize(
    "given",
    ["records.example", "https://", "javascript:alert(1)", "https://x.example:99999", "https://[x", "https://x.example/?a", "https://a@x.example"],
)  # fmt: skip
def test_what_is_no_public_address_is_told(given: str) -> None:
    with pytest.raises(InputError, match="public address"):
        public_address(given, below=True)


def test_a_public_address() -> None:
    assert public_address("", below=False) == ""
    assert public_address("https://x.example:8443/", below=False) == "https://x.example:8443"
    assert public_address("http://[::1]:8000", below=False) == "http://[::1]:8000"
    assert public_address("https://x.example/sub/", below=True) == "https://x.example/sub"
    with pytest.raises(InputError, match="public address"):
        public_address("https://x.example/sub/", below=False)
