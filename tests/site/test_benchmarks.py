"""What works report of one thing: clusters with their numbers and quotes, and our own results beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from threading import Event, Thread

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from lxml import etree, html

from sovereign.contracts.schema import evidence_schema
from sovereign.evals import digest, page
from sovereign.records import Record
from sovereign.site.app import make_app
from sovereign.site.clusters.evidence import MEANS, gathered
from sovereign.site.clusters.strips import SHAPES, strips_of
from sovereign.site.context import Options, Site
from sovereign.site.kept import PerStamp
from sovereign.site.serving import opened
from tests.kernel.asking import ask
from tests.site import scored

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own."""
    return tmp_path_factory.mktemp("scored") / "home"


@pytest.fixture(scope="module")
def record(home: Path) -> Record:
    """A record over works that give figures of the same things."""
    return ask(home, scored.QUESTION, scored.write(home.parent / "library"))


@pytest.fixture(scope="module")
def site(home: Path, record: Record) -> Iterator[Site]:
    """The site with that record alone."""
    with opened(home, Options()) as made:
        assert made.catalog.record(record.id)
        yield made


@pytest.fixture(scope="module")
def client(site: Site) -> TestClient:
    """Asks that site."""
    return TestClient(make_app(site), base_url="http://127.0.0.1")


def test_clusters_are_made_from_what_the_records_read(client: TestClient, record: Record) -> None:
    found = client.get("/api/v1/benchmarks").json()
    assert (found["read"], found["shown"], found["unread"]) == (1, 1, 0)
    assert found["documents"] > 0 and found["numbers"] > 0
    assert sum(c["count"] for c in found["counts"]) == found["clusters"]["total"] > 0
    assert [c["status"] for c in found["counts"]] == list(MEANS)
    sides = [d.subject for d in (*record.answer.disagreements, *record.answer.agreements)]
    assert sorted(f["subject"] for f in found["findings"]) == sorted(sides)


def test_what_disagrees_comes_before_what_may_not_be_compared_and_what_stands_alone(client: TestClient) -> None:
    rows = client.get("/api/v1/benchmarks").json()["clusters"]["items"]
    assert [(r["model"], r["benchmark"], r["status"], r["sources"]) for r in rows] == [
        ("LoRA", "SST-2", "contested", 2),
        ("AdaLoRA", "SST-2", "not_comparable", 2),
        ("BitFit", "SST-2", "single_source", 1),
    ]
    assert (rows[0]["low"], rows[0]["high"], round(rows[0]["spread"], 1)) == (89.1, 94.2, 5.1)
    assert rows[1]["differs"] == ["split"] and rows[1]["spread"] == 0
    text = client.get("/benchmarks").text
    assert "LoRA on SST-2" in text and "BitFit on SST-2" not in text
    assert "BitFit on SST-2" in client.get("/benchmarks?status=single_source").text
    contested = client.get("/api/v1/audit").json()["contested"]
    assert [c["id"] for c in contested] == [rows[0]["id"]] and "LoRA on SST-2" in client.get("/audit").text


def test_titles_of_others_are_text_and_notes_are_called_notes(client: TestClient, site: Site) -> None:
    text = client.get(f"/benchmarks/{gathered(site).clusters[0].id}").text
    assert "<b>Revisited" not in text and "Low Ranks &lt;b&gt;Revisited" in text
    assert text.count("our summary, not the paper") == 2


def test_a_cluster_has_every_number_with_its_quote(client: TestClient, site: Site) -> None:
    for entry in gathered(site).clusters:
        shown = client.get(f"/benchmarks/{entry.id}")
        assert shown.status_code == 200
        text = html.fromstring(shown.text)
        rows = text.xpath("//table[contains(@class, 'numbers')]/tbody/tr")
        assert len(rows) == len(entry.evidence.entries) == len(entry.scores)
        for row, number in zip(rows, entry.evidence.entries, strict=True):
            assert " ".join(number.quote.split())[:60] in " ".join(row.text_content().split())
            assert row.xpath("./th")[0].text_content() == number.value


def test_the_evidence_is_a_document_of_the_contract(client: TestClient, site: Site) -> None:
    entry = gathered(site).clusters[0]
    document = client.get(f"/benchmarks/{entry.id}/evidence.json").json()
    Draft202012Validator(evidence_schema()).validate(document)
    assert document["html_url"] == f"http://127.0.0.1/benchmarks/{entry.id}"
    assert document["json_url"] == f"{document['html_url']}/evidence.json"
    assert client.get(f"/api/v1/benchmarks/{entry.id}").json()["id"] == entry.id


def test_marks_stand_within_their_line_and_in_the_order_of_their_scores(site: Site) -> None:
    for entry in gathered(site).clusters:
        strips, legend = strips_of(entry)
        assert {sign.shape for sign in legend} <= set(SHAPES)
        marks = [mark for strip in strips for row in strip.rows for mark in row.marks]
        assert sorted(mark.entry for mark in marks) == list(range(len(entry.scores)))
        for strip in strips:
            assert [t.at for t in strip.ticks] == sorted(t.at for t in strip.ticks) and len(strip.ticks) > 1
            for row in strip.rows:
                assert all(0 <= row.low <= mark.at <= row.high <= 100 for mark in row.marks)
                by_place = sorted(row.marks, key=lambda mark: mark.at)
                scores = [entry.scores[mark.entry] for mark in by_place]
                assert scores == sorted(scores)


def test_the_page_narrows_to_a_status_and_takes_any_other_word_for_all(client: TestClient) -> None:
    whole = client.get("/api/v1/benchmarks").json()
    for one in whole["counts"]:
        narrowed = client.get("/api/v1/benchmarks", params={"status": one["status"]}).json()
        assert narrowed["clusters"]["total"] == one["count"]
    assert client.get("/benchmarks", params={"status": "<b>"}).status_code == 200
    assert client.get("/api/v1/benchmarks", params={"status": "best"}).status_code == 422
    several = client.get("/api/v1/benchmarks", params={"alone": False}).json()
    assert all(c["sources"] > 1 for c in several["clusters"]["items"])


def test_what_is_not_there_is_told(client: TestClient) -> None:
    for path in ("/benchmarks/no-such", "/benchmarks/no-such/evidence.json", "/benchmarks/plots/other.svg"):
        assert client.get(path).status_code == 404
    assert client.get("/api/v1/benchmarks/no-such").json()["status"] == 404


def test_our_results_ship_as_the_page_of_the_documentation_has_them() -> None:
    stored = page.stored(ROOT)
    made = digest.digest((ROOT / "docs/evals.md").read_text("utf-8"), stored)
    folder = files("sovereign").joinpath("data", "evals")
    assert json.loads(folder.joinpath(digest.FILE).read_bytes()) == made, "run `python -m sovereign.evals.page`"
    for name in ("coverage", "reliability"):
        assert folder.joinpath(f"{name}.svg").read_bytes() == (ROOT / f"docs/results/evals/{name}.svg").read_bytes()
    tables = [part for section in made["sections"] for part in section["parts"] if part["kind"] == "table"]
    assert all(len(row) == len(table["head"]) for table in tables for row in table["rows"])


def test_our_results_are_on_the_page_and_its_plots_are_drawn(client: TestClient) -> None:
    text = client.get("/benchmarks").text
    assert "of the claims that the evidence contradicts are wrongly called supported" in text
    for address in set(re.findall(r'src="(/benchmarks/plots/[^"]+)"', text)):
        plot = client.get(address)
        assert plot.headers["content-type"].startswith("image/svg+xml")
        assert etree.fromstring(plot.content).tag.endswith("svg")


class _Catalog:
    """As much of a catalogue as what is kept for it asks."""

    stamp = 1


def test_what_is_kept_is_made_once_for_a_stamp_and_readers_do_not_wait_for_a_new_one() -> None:
    started, go_on = Event(), Event()
    made: list[int] = []

    def make(site: Site) -> int:
        made.append(site.catalog.stamp)
        if len(made) == 2:
            started.set()
            go_on.wait(10)
        return site.catalog.stamp

    kept, catalog = PerStamp(make), _Catalog()
    site = Site(store=None, catalog=catalog, options=Options())  # type: ignore[arg-type]
    assert [kept(site), kept(site)] == [1, 1] and made == [1]
    catalog.stamp = 2
    maker = Thread(target=kept, args=(site,))
    maker.start()
    assert started.wait(10)
    assert kept(site) == 1
    go_on.set()
    maker.join(10)
    assert kept(site) == 2 and made == [1, 2]


def test_what_could_not_be_made_is_tried_again() -> None:
    tries: list[int] = []

    def make(site: Site) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("gone")
        return "made"

    kept = PerStamp(make)
    site = Site(store=None, catalog=_Catalog(), options=Options())  # type: ignore[arg-type]
    with pytest.raises(OSError, match="gone"):
        kept(site)
    assert kept(site) == "made"
