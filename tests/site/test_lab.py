"""The page of the laboratory, its plots, tables and JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from sovereign.lab import PROTOCOLS
from sovereign.lab.overhead.shipped import shipped
from sovereign.lab.texts import claims_of
from sovereign.site.app import make_app
from sovereign.site.lab import plot
from sovereign.site.lab.panels import overhead
from tests.site.made_site import example_record, made_site

HTML = {"accept": "text/html"}


def test_what_was_found_is_said_first_and_says_how(client: TestClient) -> None:
    shown = client.get("/api/v1/lab").json()
    kept = shipped()
    assert kept is not None
    ratios = [
        row.ratio
        for row in kept.results.latency
        if row.method == "mixlora" and row.shape.startswith("opt-")
        and (row.phase, row.batch_size, row.context_length, row.routing) == ("decode", 1, 128, "balanced")
    ]  # fmt: skip
    span = f"MixLoRA (factored) takes {min(ratios):.2f} to {max(ratios):.2f} times the time to decode a token (composed"
    assert span in shown["found"]
    page = client.get("/lab", headers=HTML).text
    assert page.index(span) < page.index("<figure")
    assert "no GPU" in page and "predicted: computed by the cost model" in page


@pytest.mark.parametrize("panel", [p.id for p in (overhead().panels if overhead() else ())])  # type: ignore[union-attr]
def test_every_setting_has_a_plot_that_is_read_without_colour_and_a_table_of_the_same_figures(
    client: TestClient, panel: str
) -> None:
    page = client.get(f"/lab/{panel}", headers=HTML).text
    svg = ElementTree.fromstring(
        page[page.index('<svg class="plot"') : page.index("</svg>", page.index('class="plot"')) + 6]
    )
    series = svg.findall("g[@class]")[1:]
    looks = {
        (one.find("path[@class='join']").get("stroke-dasharray"), one.find("g/path[@class='mark']").get("d"))  # type: ignore[union-attr]
        for one in series
    }
    assert len(looks) == len(series) >= 5
    points = [mark for one in series for mark in one.findall("g")]
    data = json.loads(re.search(r'id="lab-data">(.*?)</script>', page)[1])  # type: ignore[index]
    assert len(points) == sum(len(line["points"]) for line in data["lines"])
    assert len(points) == page.count('<td class="figure" data-value=') - page.count('<th scope="row">OPT') - len(
        re.findall(r'<th scope="row">(?:Llama|Mixtral|BERT)', page)
    )
    assert "Parameters of the model" in page and "relative to full fine-tuning" in page
    assert all(float(n) >= 0 for mark in points for n in re.findall(r"[-\d.]+", mark.get("transform", "")))


def test_ways_to_find_a_figure_are_drawn_apart() -> None:
    known = overhead()
    assert known is not None
    drawn = str(plot.svg(known.panel("memory-training")))
    for how in ("measured", "composed", "modelled"):
        assert f'class="point how-{how}"' in drawn


def test_the_csv_and_the_json_hold_every_figure_of_the_results(client: TestClient) -> None:
    kept = shipped()
    assert kept is not None
    answer = client.get("/lab/overhead.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    taken = {(row["method"], row["unit"], row["value"], row["how"]) for row in rows}
    for row in kept.results.latency:
        assert (row.method, "ms/token", repr(1000 * row.seconds), row.how) in taken
    for amount in kept.results.memory:
        assert (amount.method, "GB", repr(amount.total / 1e9), amount.how) in taken
    page = client.get("/api/v1/lab/overhead", params={"panel": "memory-training", "method": "lora"}).json()
    assert page["total"] == len(page["items"]) == sum(
        row.mode == "training" and row.method == "lora" for row in kept.results.memory
    )  # fmt: skip
    assert {item["unit"] for item in page["items"]} == {"GB"}
    everything = client.get("/api/v1/lab/overhead", params={"size": 1}).json()
    assert everything["total"] == len(rows)


def test_protocols_say_whether_they_can_decide(client: TestClient) -> None:
    rows = {row["name"]: row for row in client.get("/api/v1/lab/protocols").json()}
    assert list(rows) == [p.name for p in PROTOCOLS]
    assert rows["parameter_count"]["match"] == "exact" and rows["fits_memory"]["match"] == "proxy"
    assert not rows["accuracy"]["runs"]
    page = client.get("/lab", headers=HTML).text
    for name in rows:
        assert f'id="{name}"' in page


def test_a_protocol_that_is_never_exact_is_a_proxy_whatever_a_claim_states() -> None:
    texts = (
        "MixLoRA reduces latency by 30%.",
        "MixLoRA reduces memory consumption by 40% during training.",
        "LLaMA-2 7B fits in 24 GB of GPU memory.",
    )
    claims = [claim for text in texts for claim in claims_of(text, "C1", "")]
    found = {p.name: match for p in PROTOCOLS if not p.ever_exact for claim in claims if (match := p.match(claim))}
    assert len(found) == 3 and all(match.kind == "proxy" for match in found.values())


def test_what_was_measured_for_records_leads_to_them(tmp_path: Path) -> None:
    hostile = "Alpha trains 2% of <img src=x onerror=alert(1)> the parameters."
    record = example_record(text=hostile)
    with made_site(tmp_path / "home", [record]) as site:
        client = TestClient(make_app(site), base_url="http://127.0.0.1")
        (mine,) = client.get("/api/v1/lab").json()["records"]
        page = client.get("/lab", headers=HTML).text
    assert mine["measurements"] == len(record.measurements) == 1
    (verdict,) = mine["verdicts"]
    assert (verdict["protocol"], verdict["match"], verdict["status"]) == ("parameter_share", "exact", "VERIFIED")
    assert verdict["figures"] == [record.measurements[0].quantity.text]
    assert f'href="/paper/{record.id}"' in page and f'href="/claim/{record.id}.C1"' in page
    assert "<img" not in page and "&lt;img src=x" in page


def test_nothing_measured_is_said(client: TestClient) -> None:
    assert "Nothing was measured for any record yet" in client.get("/lab", headers=HTML).text


def test_an_unknown_setting_is_no_page(client: TestClient) -> None:
    answer = client.get("/lab/decode-7", headers=HTML)
    assert answer.status_code == 404 and "no panel decode-7" in answer.text
    assert client.get("/lab/%3Cscript%3E", headers=HTML).status_code == 422
