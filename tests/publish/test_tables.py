"""Evidence of a table on the page: its cells, what they are of, and the computation."""

from __future__ import annotations

from lxml import html as lxml_html

from sovereign.publish import view_of, write_html, write_markdown
from sovereign.records import Computation, Evidence, Rationale, Record, UsedCell
from tests.publish.example import MIXLORA, build, evidence, quote

HOSTILE = "<img src=x onerror=alert(1)> | *bold*"
ROW = "LoRA | 245.3 | 241.4"


def with_table(label: str = "Table 6", header: str = "Inference") -> Record:
    """The example with a table held against its first claim."""
    place = ROW.index("245.3")
    rationale = Rationale(
        label=label,
        caption="Latency per token in microseconds",
        cells=(
            UsedCell(
                text="245.3",
                start=place,
                end=place + 5,
                row=1,
                column=1,
                row_headers=("LoRA",),
                column_headers=(header,),
            ),
            UsedCell(text="241.4", start=place + 8, end=place + 13, row=1, column=2),
        ),
        computation=Computation(operation="difference", expression="245.3 - 241.4 = 3.9", value=3.9),
    )
    tabled = evidence(quote(MIXLORA, ROW, depth="table"), "own_work", "CONTRADICT")
    record = build()
    first = record.claims[0]
    assert first.verification is not None
    tabled = Evidence.model_validate({**tabled.model_dump(), "rationale": rationale.model_dump()})
    more = first.verification.model_copy(update={"evidence": (*first.verification.evidence, tabled)})
    claims = (first.model_copy(update={"verification": more}), *record.claims[1:])
    return record.model_copy(update={"claims": claims})


def test_cells_and_computation_are_shown() -> None:
    record = with_table()
    page = lxml_html.fromstring(write_html(view_of(record)))
    text = " ".join(page.text_content().split())
    assert "Table 6 of the same work" in text
    assert "LoRA, Inference 245.3" in text
    assert "row 2, column 3 241.4" in text
    assert "Computed from these cells: 245.3 - 241.4 = 3.9" in text
    markdown = write_markdown(view_of(record))
    assert "LoRA, Inference = 245\\.3" in markdown or "LoRA, Inference = 245.3" in markdown


def test_hostile_headers_stay_words() -> None:
    record = with_table(label=HOSTILE, header=HOSTILE)
    page = lxml_html.fromstring(write_html(view_of(record)))
    assert not page.xpath("//img[@src='x']")
    assert HOSTILE.split(" | ")[0] in " ".join(page.text_content().split())
    assert "<img" not in write_markdown(view_of(record)).replace("\\<", "")


def test_a_record_without_tables_says_nothing_of_cells() -> None:
    assert "Computed from these cells" not in write_html(view_of(build()))
