"""What was measured, on a page: tables that lead to measurements, plots that are what their hash says, safe if hostile."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from lxml import html as lxml_html

from sovereign.errors import StoreError
from sovereign.publish import render, write_all
from sovereign.records import (
    Answer,
    Figure,
    MeasuredCell,
    MeasuredRow,
    MeasuredTable,
    Measurement,
    Part,
    ProtocolKey,
    Quantity,
    Record,
    sha256_hex,
)
from tests.publish.example import HANDLER, MARKDOWN, SCRIPT, build

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="5"><title>t</title></svg>'
EVIL_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(7)"><script>alert(8)</script></svg>'


def measurement(
    name: str, how: str = "composed", where: str = "Roofline 9000, 2026-11-22", **more: object
) -> Measurement:
    fields: dict[str, object] = {
        "id": name,
        "protocol": "overhead",
        "key": ProtocolKey(metric="latency", method="Alpha", comparator="Beta", setting=(("batch_size", "1"),)),
        "quantity": Quantity(value=14.3, unit="ms/token", text="14.3 ms/token"),
        "artifact": "b" * 64,
        "how": how,
        "ratio": 1.114,
        "low": 14.1,
        "high": 14.9,
        "repeats": 5,
        "where": where,
    }
    return Measurement.model_validate(fields | more)


def record(svg: bytes = SVG, title: str = "Latency against scale", many: int = 0) -> Record:
    """The usual record, with a table of two scales and a plot."""
    cells = (MeasuredCell(ratio=1.0, measurement_id="M1"), MeasuredCell(ratio=1.114, measurement_id="M2"))
    rows = (
        MeasuredRow(scale="OPT 125M", parameters=125_239_296, cells=cells),
        MeasuredRow(
            scale="Llama-2 7B", parameters=6_738_415_616, other=True,
            cells=(None, MeasuredCell(ratio=0.004321, measurement_id="M3")),
        ),
    )  # fmt: skip
    table = MeasuredTable(
        facet_id="F3", caption=f"Decoding {HANDLER}", metric="inference latency", comparator="Beta",
        where="Roofline 9000", columns=("Beta = Gamma", f"Alpha {SCRIPT}"), rows=rows,
    )  # fmt: skip
    again = table.model_copy(update={"caption": "Decoding, measured anew", "anew": True})
    figure = Figure(
        facet_id="F3", title=title, caption=f"In ms {MARKDOWN}", alt=f'Lines "{HANDLER}"', artifact=sha256_hex(svg),
        measurement_ids=("M1", "M2", "M3"),
    )  # fmt: skip
    made = (
        measurement("M1"),
        measurement("M2"),
        measurement("M3", "modelled", "computed", low=None, high=None, repeats=None),
    )
    made += tuple(measurement(f"N{n}") for n in range(many))
    plain = build()
    facet = plain.answer.facets[2].model_copy(
        update={"parts": (Part(scope="on the measured CPU", state="ANSWERED", reason="timed"),)}
    )
    facets = (*plain.answer.facets[:2], facet)
    answer: Answer = plain.answer.model_copy(
        update={"measured": (again, table), "figures": (figure,), "facets": facets}
    )
    return plain.model_copy(update={"answer": answer, "measurements": made})


def page(of: Record, svg: bytes | None = SVG) -> lxml_html.HtmlElement:
    return lxml_html.fromstring(render(of, "html", artifact=None if svg is None else (lambda sha: svg)))


def test_the_table_comes_before_the_comparisons_and_leads_to_measurements() -> None:
    root = page(record())
    heads = [h.text_content().strip() for h in root.xpath("//section[@id='answer']/h3")]
    assert heads[:3] == ["Measured", "Comparisons", "By facet"]
    first, second = root.xpath("//section[@id='answer']//table[@class='short']")
    assert "Decoding, measured anew" not in first.xpath("caption")[0].text
    assert "Decoding, measured anew" in second.xpath("caption")[0].text
    rows = [[c.text_content() for c in row] for row in first.xpath("tbody/tr")]
    assert rows == [
        ["OPT 125M", "125,239,296", "14.3 ms/token", "1.11"],
        ["Llama-2 7B *", "6,738,415,616", "—", "d 0.0043"],
    ]
    links = first.xpath("tbody//a/@href")
    assert links == ["#measurement-M1", "#measurement-M2", "#measurement-M3"]
    assert all(root.xpath(f"//*[@id='{link[1:]}']") for link in links)
    caption = first.xpath("caption")[0].text_content()
    assert "d: computed by a model; unmarked: composed from measured parts; *: another architecture" in caption


def test_the_plot_stands_between_the_table_and_what_was_measured_anew() -> None:
    root = page(record())
    order = [e.tag for e in root.xpath("//section[@id='answer']//*[self::table[@class='short'] or self::figure]")]
    assert order == ["table", "figure", "table"]
    (image,) = root.xpath("//figure/img")
    assert base64.b64decode(image.get("src").removeprefix("data:image/svg+xml;base64,")) == SVG
    assert image.get("alt") == f'Lines "{HANDLER}"'
    assert "Figure 1. Latency against scale." in root.xpath("//figcaption")[0].text_content()
    assert root.xpath("//figcaption//a/@href") == ["#measurement-M1", "#measurement-M3"]


def test_images_are_allowed_only_where_there_is_one() -> None:
    policy = "//meta[@http-equiv='Content-Security-Policy']/@content"
    assert "img-src data:;" in page(record()).xpath(policy)[0]
    for other in (page(record(), None), page(build(), None)):
        assert "img-src" not in other.xpath(policy)[0] and not other.xpath("//img")


def test_a_hostile_plot_stays_an_image() -> None:
    text = render(record(EVIL_SVG), "html", artifact=lambda sha: EVIL_SVG)
    assert "alert(8)" not in text and "onload" not in text and "<svg" not in text
    root = lxml_html.fromstring(text)
    assert not root.xpath("//script | //*[@onmouseover] | //svg")


@pytest.mark.parametrize("form", ["html", "md"])
def test_other_bytes_than_the_record_names_are_not_shown(form: str) -> None:
    text = render(record(), form, artifact=lambda sha: EVIL_SVG)
    assert "do not have the hash" in text and "data:image" not in text and "](figures" not in text


def test_a_plot_that_is_lost_is_said_to_be(tmp_path: Path) -> None:
    def lost(sha: str) -> bytes:
        raise StoreError(f"the artifact {sha} is missing")

    assert "is missing" in render(record(), "html", artifact=lost)
    assert "figure-1" not in write_all(record(), tmp_path, artifact=lost)
    assert not (tmp_path / "figures").exists()
    assert sha256_hex(SVG) in render(record(), "html")


def test_markdown_leads_to_the_files_that_are_written(tmp_path: Path) -> None:
    paths = write_all(record(), tmp_path, artifact=lambda sha: SVG)
    assert paths["figure-1"] == tmp_path / "figures" / "figure-1.svg" and paths["figure-1"].read_bytes() == SVG
    text = paths["md"].read_text("utf-8")
    (target,) = re.findall(r"(?<!\\)!\[[^\]]*\]\(([^)]*)\)", text)
    assert (tmp_path / target).is_file()
    assert "### Measured" in text and "| OPT 125M | 125,239,296 | [14.3 ms/token]" not in text
    assert "14.3 ms/token | 1.11 |" in text
    assert "- on the measured CPU: **ANSWERED**. timed" in text


def test_each_measurement_says_how_and_where() -> None:
    root = page(record())
    (row,) = root.xpath("//tr[@id='measurement-M1']")
    cells = [c.text_content() for c in row]
    assert cells == [
        "M1", "latency of Alpha against Beta", "batch size 1", "14.3 ms/token", "1.11", "14.1 to 14.9 ms/token", "5",
        "composed", "overhead", "b" * 12,
    ]  # fmt: skip
    captions = [c.text for c in root.xpath("//section[@id='results']//caption") if "laboratory" in (c.text or "")]
    assert captions == [
        "Measurements of our own laboratory, latency: Roofline 9000, 2026-11-22",
        "Measurements of our own laboratory, latency: computed",
    ]
    many = page(record(many=30))
    assert many.xpath("//details[summary[contains(., 'Roofline 9000')]]//tr[@id='measurement-M1']")


def test_a_facet_says_where_it_is_answered() -> None:
    (item,) = page(record()).xpath("//article[@class='facet']/ul[1]/li[contains(., 'on the measured CPU')]")
    assert item.text_content().strip() == "ANSWERED on the measured CPU: timed"
