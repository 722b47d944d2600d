"""Tests of how the parts of a document are put together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sovereign.reading.document import Box, Builder
from sovereign.reading.limits import Limits
from sovereign.reading.text import one_line
from sovereign.records import Document, Paper

PAPER = Paper(id="title:t", title="T", location="t")


def _document(boxes: list[Box], **more: str) -> Document:
    builder = Builder(Limits())
    builder.heading("Results", 1)
    builder.table(boxes, **more)
    builder.paragraph("It is best. It is small.")
    return builder.document(PAPER)


def test_a_table_stands_in_the_text_row_by_row_and_each_cell_slices_out_of_it() -> None:
    boxes = [
        Box("Model", 0, 0, header=True),
        Box("F1", 0, 2, header=True),
        Box("A", 1, 0),
        Box("3.2 ", 1, 1, bold=True),
    ]
    document = _document(boxes, label="Table 2", caption="Scores.")
    (table,) = document.tables
    assert document.slice(table) == "Model |  | F1\nA | 3.2"
    assert [document.slice(cell) for cell in table.cells] == ["Model", "F1", "A", "3.2"]
    assert [(c.row, c.column, c.header, c.bold) for c in table.cells[2:]] == [(1, 0, False, False), (1, 1, False, True)]
    assert (table.label, table.caption, table.section) == ("Table 2", "Scores.", 0)
    assert [document.slice(s) for s in document.sentences] == ["It is best.", "It is small."]


def test_a_table_without_text_is_none() -> None:
    assert _document([Box("  ", 0, 0), Box("", 1, 1)]).tables == ()


@given(st.lists(st.builds(Box, st.text(max_size=8), st.integers(0, 6), st.integers(0, 6)), max_size=12))
def test_every_cell_slices_back_to_its_words(boxes: list[Box]) -> None:
    document = _document(boxes)
    cells = [document.slice(cell) for table in document.tables for cell in table.cells]
    assert sorted(cells) == sorted(filter(None, (one_line(b.text) for b in boxes)))
