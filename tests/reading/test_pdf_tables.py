"""Tables of PDF files: cells with rows, columns and spans, and text around them that stays whole."""

from __future__ import annotations

import contextlib
import time

import pytest

from sovereign.reading import ReadError
from sovereign.reading.files import read_bytes
from tests.bad_library import pdfs

TOP = [
    (60.0, 760.0, 10.0, "Abstract"),
    (60.0, 745.0, 10.0, "Presses of two kinds were tried in the mill by the river."),
]
XS = (60.0, 160.0, 220.0, 280.0, 340.0)


def rows(lines, xs=XS, top=700.0, step=12.0, size=9.0):
    """Words of a table: a list of cells for each line, None where there is none."""
    return [
        (x, top - step * row, size, text)
        for row, line in enumerate(lines)
        for x, text in zip(xs, line, strict=False)
        if text
    ]


def read(words, rules=(), bold=()):
    return read_bytes(pdfs.painted([words], [rules], bold), "p.pdf")


def cells(document, index=0):
    """Text, row, column, rows and columns spanned, of each cell."""
    table = document.tables[index]
    return {
        (c.row, c.column): (document.text[c.start : c.end], c.rows, c.columns)
        if c.rows * c.columns > 1
        else document.text[c.start : c.end]
        for c in table.cells
    }


def heads(document):
    return [document.text[c.start : c.end] for c in document.tables[0].cells if c.header]


def quotes(document):
    return [document.slice(sentence) for sentence in document.evidence()]


BOOKTABS = [
    (60.0, 700.0, 9.0, "Press"),
    (183.0, 700.0, 9.0, "Old mill"),
    (305.0, 700.0, 9.0, "New mill"),
    *rows(
        [(None, "ms", "GB", "ms", "GB"), ("Folding", "28.0", "6.2", "11.5", "3.1"), ("Flat", "30", "7", "12.5", "3")],
        top=686,
    ),
    (60.0, 630.0, 9.0, "Table 3: Time and memory of two presses in two"),
    (60.0, 619.0, 9.0, "mills by the river."),
]
RULES = [(60.0, 370.0, 711.0), (160.0, 245.0, 696.5), (280.0, 365.0, 696.5), (60.0, 370.0, 683.0), (60.0, 370.0, 655.0)]


def test_groups_of_columns_span_them_and_the_rule_ends_the_header():
    document = read([*TOP, *BOOKTABS], RULES, bold={"11.5"})
    table = document.tables[0]
    assert (table.label, table.caption, table.page) == (
        "Table 3",
        "Time and memory of two presses in two mills by the river.",
        1,
    )
    assert cells(document) == {
        (0, 0): "Press",
        (0, 1): ("Old mill", 1, 2),
        (0, 3): ("New mill", 1, 2),
        (1, 1): "ms",
        (1, 2): "GB",
        (1, 3): "ms",
        (1, 4): "GB",
        (2, 0): "Folding",
        (2, 1): "28.0",
        (2, 2): "6.2",
        (2, 3): "11.5",
        (2, 4): "3.1",
        (3, 0): "Flat",
        (3, 1): "30",
        (3, 2): "7",
        (3, 3): "12.5",
        (3, 4): "3",
    }
    assert heads(document) == ["Press", "Old mill", "New mill", "ms", "GB", "ms", "GB"]
    assert [document.text[c.start : c.end] for c in table.cells if c.bold] == ["11.5"]
    assert quotes(document) == [TOP[1][3], "Table 3: Time and memory of two presses in two mills by the river."]


def test_a_table_does_not_cut_the_sentence_around_it():
    words = [
        *TOP[:1],
        (60.0, 740.0, 10.0, "Presses of two kinds were tried in the mill by the river and"),
        *BOOKTABS,
        (60.0, 580.0, 10.0, "both of them printed on the paper that is made in the town."),
    ]
    assert quotes(read(words, RULES)) == [
        "Presses of two kinds were tried in the mill by the river and both of them printed on the paper that is made in"
        " the town.",
        "Table 3: Time and memory of two presses in two mills by the river.",
    ]


def test_without_rules_the_rows_after_a_caption_are_the_table():
    words = [
        *TOP,
        (190.0, 725.0, 9.0, "TABLE II"),
        (140.0, 714.0, 9.0, "Sheets that were printed in one hour"),
        *rows([("Press", "Sheets", "Waste"), ("Old one", "312", "4.5%"), ("New one", "960", "1.5%")], top=695),
        (60.0, 640.0, 10.0, "Waste is what nobody could read on the day after printing it."),
    ]
    document = read(words)
    assert document.tables[0].label == "TABLE II"
    assert document.tables[0].caption == "Sheets that were printed in one hour"
    assert cells(document) == {
        (0, 0): "Press",
        (0, 1): "Sheets",
        (0, 2): "Waste",
        (1, 0): "Old one",
        (1, 1): "312",
        (1, 2): "4.5%",
        (2, 0): "New one",
        (2, 1): "960",
        (2, 2): "1.5%",
    }
    assert heads(document) == ["Press", "Sheets", "Waste"]
    assert quotes(document)[-1] == "Waste is what nobody could read on the day after printing it."


def test_lines_of_one_cell_are_joined_and_a_label_between_rules_is_that_of_its_rows():
    lines = [
        ("Mill", "Press", "What is kept on it", None, "Days"),
        (None, "Old", "letters of printers", None, "12"),
        ("River", "New", "sheets and", None, "30"),
        (None, None, "covers of them", None, None),
        ("Town", "Flat", "maps", None, "8"),
    ]
    rules = [(60.0, 370.0, 711.0), (60.0, 370.0, 697.0), (60.0, 370.0, 660.5), (60.0, 370.0, 648.0)]
    words = [*TOP, *rows(lines), (60.0, 630.0, 9.0, "Table 1: What the presses keep.")]
    document = read(words, rules)
    assert cells(document) == {
        (0, 0): "Mill",
        (0, 1): "Press",
        (0, 2): "What is kept on it",
        (0, 3): "Days",
        (1, 0): ("River", 2, 1),
        (1, 1): "Old",
        (1, 2): "letters of printers",
        (1, 3): "12",
        (2, 1): "New",
        (2, 2): "sheets and covers of them",
        (2, 3): "30",
        (3, 0): "Town",
        (3, 1): "Flat",
        (3, 2): "maps",
        (3, 3): "8",
    }


def test_a_header_cell_of_several_lines_is_one_and_so_is_a_mean_with_its_deviation():
    words = [
        *TOP,
        (60.0, 700.0, 9.0, "Press"),
        (160.0, 706.0, 9.0, "Sheets"),
        (160.0, 695.0, 9.0, "an hour"),
        (220.0, 700.0, 9.0, "Waste"),
        (60.0, 678.0, 9.0, "Old"),
        (160.0, 678.0, 9.0, "31.25"),
        (188.0, 678.0, 9.0, "±  0.10"),
        (220.0, 678.0, 9.0, "4.5 ± 0.1"),
        (60.0, 666.0, 9.0, "New"),
        (160.0, 666.0, 9.0, "96.25"),
        (220.0, 666.0, 9.0, "1.5 ± 0.2"),
        (60.0, 640.0, 9.0, "Table 1: Sheets and waste."),
    ]
    document = read(words, [(60.0, 300.0, 717.0), (60.0, 300.0, 690.0), (60.0, 300.0, 660.0)])
    assert cells(document) == {
        (0, 0): "Press",
        (0, 1): "Sheets an hour",
        (0, 2): "Waste",
        (1, 0): "Old",
        (1, 1): "31.25 ± 0.10",
        (1, 2): "4.5 ± 0.1",
        (2, 0): "New",
        (2, 1): "96.25",
        (2, 2): "1.5 ± 0.2",
    }


def test_tables_of_one_width_below_each_other_are_two():
    first = rows([("Press", "ms"), ("Old", "28.5")], top=700)
    second = rows([("Mill", "GB"), ("River", "6.5")], top=600)
    words = [*TOP, *first, (60.0, 665.0, 9.0, "Table 1: Time."), *second, (60.0, 565.0, 9.0, "Table 2: Memory.")]
    rules = [(60.0, 190.0, y) for y in (711.0, 697.5, 683.0, 611.0, 597.5, 583.0)]
    document = read(words, rules)
    assert [table.label for table in document.tables] == ["Table 1", "Table 2"]
    assert cells(document, 0) == {(0, 0): "Press", (0, 1): "ms", (1, 0): "Old", (1, 1): "28.5"}
    assert cells(document, 1) == {(0, 0): "Mill", (0, 1): "GB", (1, 0): "River", (1, 1): "6.5"}


def test_a_sentence_about_a_table_is_no_caption():
    words = [
        *TOP,
        (60.0, 730.0, 10.0, "The figures of the two presses stand in what is printed below as"),
        (60.0, 718.0, 10.0, "Table 2. On average the new press takes half of the time of the old"),
        (60.0, 706.0, 10.0, "one, and it wastes less of the paper that is made in the old mill."),
    ]
    words += [(60.0, 680.0, 9.0, "Table 1: Time."), *rows([("Press", "ms"), ("Old", "28.5"), ("New", "11.5")], top=660)]
    document = read(words)
    assert [table.label for table in document.tables] == ["Table 1"]
    assert "Table 2. On average" not in document.tables[0].caption
    assert any(quote.startswith("On average the new press") for quote in quotes(document))


def test_prose_between_rules_is_no_table():
    prose = "The press of the old mill takes the sheet from the left hand of the printer and gives it"
    words = [*TOP, *((60.0, 700.0 - 12 * k, 10.0, prose) for k in range(9)), (60.0, 560.0, 9.0, "Table 1: Nothing.")]
    document = read(words, [(60.0, 560.0, 715.0), (60.0, 560.0, 590.0)])
    assert document.tables == ()
    assert sum("left hand" in quote for quote in quotes(document)) >= 1


MANY = [(60.0 + 4 * (k % 100), 700.0 - 0.5 * (k // 100), 2.0, "1") for k in range(20_000)]


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        ([*MANY, (60.0, 590.0, 9.0, "Table 1: Too many cells.")], [(50.0, 480.0, 705.0), (50.0, 480.0, 599.0)]),
        ([(60.0, 700.0 - 0.1 * k, 9.0, f"Table {k}: One of many.") for k in range(900)], [(50.0, 480.0, 705.0 - k / 9) for k in range(5_000)]),
        ([*MANY[:3000], (60.0, 590.0, 9.0, "Table 1: Rules.")], [(50.0, 480.0, 705.0 - k / 4) for k in range(400)]),
    ],
    ids=["cells", "captions and rules", "cells and rules"],
)  # fmt: skip
def test_a_page_made_to_take_long_does_not(words, rules):
    start = time.process_time()
    with contextlib.suppress(ReadError):
        read([*TOP, *words], rules)
    assert time.process_time() - start < 10


def test_a_bold_label_without_a_colon_between_rules_of_one_width_parts_two_tables() -> None:
    def lines(top: float, name: str) -> list[pdfs.Words]:
        return rows([(f"{name}{row}", f"{row}.1", f"{row}.2") for row in range(4)], top=top, size=10.0)

    words = [*TOP, (60.0, 700.0, 10.0, "Table 1"), (100.0, 700.0, 10.0, "Old mills"), *lines(680.0, "old")]
    words += [(60.0, 626.0, 10.0, "Table 2"), (100.0, 626.0, 10.0, "New mills"), *lines(606.0, "new")]
    ruled = [(55.0, 360.0, y) for y in (692.0, 640.0, 618.0, 564.0)]
    document = read(words, ruled, bold=("Table 1", "Table 2"))
    assert [(table.label, table.caption, len(table.cells)) for table in document.tables] == [
        ("Table 1", "Old mills", 12),
        ("Table 2", "New mills", 12),
    ]
    assert [cells(document, table)[3, 0] for table in (0, 1)] == ["old3", "new3"]
    assert all(document.text.count(word) == 1 for word in ("Old", "New", "old2", "new2"))
