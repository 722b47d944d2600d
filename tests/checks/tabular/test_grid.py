"""Headers found in tables of every make, bad ones among them."""

from __future__ import annotations

import time

from sovereign.checks.tabular import grids_of, verify_in_grid
from sovereign.checks.tabular.sheet import sheet_of

from .tables import SCORES, document_of, grid


def test_headers_of_a_plain_table() -> None:
    first = grid(SCORES).cells[0]
    assert (first.text, first.row_headers, first.column_headers) == ("71.2", ("Raven",), ("Alpha F1",))
    assert grid(SCORES).corners == ("Model",)


def test_a_table_without_marks_reads_the_same() -> None:
    assert grid(SCORES, heads=0).cells == grid(SCORES).cells


def test_two_rows_of_headers_and_one_that_spans() -> None:
    rows = (
        ("Model", "Alpha", None, "Beta", None),
        (None, "P", "R", "P", "R"),
        ("Raven", "1.5", "2.5", "3.5", "4.5"),
    )
    found = grids_of(document_of(("", rows), spans={(0, 1): (1, 2), (0, 3): (1, 2)}, heads=2))[0]
    assert [c.column_headers for c in found.cells] == [("Alpha", "P"), ("Alpha", "R"), ("Beta", "P"), ("Beta", "R")]


def test_a_row_with_one_text_heads_a_group() -> None:
    rows = (
        ("Model", "F1", "EM"),
        ("Small", None, None),
        ("Raven", "1.5", "2.5"),
        ("Large", None, None),
        ("Raven", "3.5", "4.5"),
    )
    assert {c.row_headers for c in grid(rows).cells} == {("Small", "Raven"), ("Large", "Raven")}
    merged = document_of(("", rows), spans={(1, 0): (1, 3), (3, 0): (1, 3)})
    assert grids_of(merged)[0].cells[0].row_headers == ("Small", "Raven")


def test_a_cell_that_spans_rows_or_is_left_empty_below() -> None:
    rows = (("Tuning", "Pretrained", "F1"), ("Full", "no", "1.5"), (None, "yes", "2.5"), ("Light", "no", "3.5"))
    assert [c.row_headers for c in grid(rows).cells] == [("Full", "no"), ("Full", "yes"), ("Light", "no")]


def test_numbers_in_the_first_column_name_the_rows() -> None:
    found = grid((("m", "F1", "EM"), ("1", "1.5", "2.5"), ("2", "3.5", "4.5")))
    assert [c.row_headers for c in found.cells] == [("1",), ("1",), ("2",), ("2",)]


def test_a_ragged_table_keeps_what_it_has() -> None:
    found = grid((("Model", "F1", "EM"), ("Raven", "1.5"), ("Falcon", "3.5", "4.5", "5.5")))
    assert [(c.text, c.column_headers) for c in found.cells] == [
        ("1.5", ("F1",)), ("3.5", ("F1",)), ("4.5", ("EM",)), ("5.5", ()),
    ]  # fmt: skip


def test_an_empty_table_decides_nothing() -> None:
    for rows in ((), (("Model", "F1"),), (("Model", "F1"), ("Raven", "-"))):
        found = grid(rows)
        ruling = verify_in_grid("Raven outperforms Falcon in F1.", found)
        assert (ruling.verdict, ruling.rationale) == ("NOT_ENOUGH_INFO", None)


def test_units_and_decimal_commas_reach_the_figures() -> None:
    sheet = sheet_of(
        grid((("Model", "Size (M)", "Time"), ("Raven", "1,5", "12,34"), ("Falcon", "2,5", "3,1")), "Time in ms.")
    )
    assert {k: e.value for k, e in sheet.at.items()} == {(1, 1): 1.5e6, (1, 2): 12.34, (2, 1): 2.5e6, (2, 2): 3.1}
    assert sheet.at[1, 2].unit == "ms"


def test_ten_thousand_cells_are_read_and_asked_in_seconds() -> None:
    rows = [["Model", *(f"Task {n}" for n in range(100))]]
    rows += [[f"Raven{r}", *(f"{r}.{c:02}" for c in range(100))] for r in range(100)]
    document = document_of(("Accuracy of models.", rows))
    start = time.process_time()
    (found,) = grids_of(document)
    ruling = verify_in_grid("Raven80 outperforms Raven20 on all tasks.", found)
    assert len(found.cells) == 10_000
    assert ruling.verdict == "SUPPORT"
    assert time.process_time() - start < 5.0
