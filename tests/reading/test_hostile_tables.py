"""Tables that no author wrote: what is nested, endless, unclosed or captioned by itself costs little, and loses no cell."""

from __future__ import annotations

import time

import pytest

from sovereign.reading import Limits, read_bytes
from sovereign.records import Document

FOUR = "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"
TEX = r"\begin{tabular}{cc}a&b\\c&d\end{tabular}"
WORDS = "word " * 100_000


def grid(document: Document, number: int = 0) -> list[tuple[int, int, str]]:
    table = document.tables[number]
    return [(cell.row, cell.column, document.slice(cell)) for cell in table.cells]


def latex(body: str) -> Document:
    return read_bytes(rf"\begin{{document}}\section{{R}} It is. {body} \end{{document}}".encode(), "a.tex")


def jats(body: str) -> bytes:
    return f"<article><body><sec><title>R</title><p>It is.</p>{body}</sec></body></article>".encode()


def test_a_citation_that_begins_a_cell_takes_no_cell_or_row_with_it() -> None:
    document = latex(r"\begin{tabular}{ccc}A & \cite{foo} & 5 \\ \citep{bar} & x & 6\end{tabular}")
    assert grid(document) == [(0, 0, "A"), (0, 2, "5"), (1, 1, "x"), (1, 2, "6")]


@pytest.mark.parametrize(
    "inner",
    [
        r"$\begin{array}{c}p\\q\end{array}$",
        r"$\begin{cases}p&q\end{cases}$",
        r"\begin{minipage}{2cm}p\\q\end{minipage}",
        r"\begin{tabular}{c}p\\q\end{tabular}",
        r"\begin{tabular}{c}p & $\begin{array}{c}q\end{array}$\end{tabular}",
    ],
)
def test_rows_within_a_cell_are_words_of_the_cell(inner: str) -> None:
    document = latex(rf"\begin{{tabular}}{{ccc}}A & {inner} & 5 \\ B & u & 6\end{{tabular}}")
    assert grid(document) == [(0, 0, "A"), (0, 1, "p q"), (0, 2, "5"), (1, 0, "B"), (1, 1, "u"), (1, 2, "6")]


def test_a_table_that_is_not_closed_ends_where_the_next_section_begins() -> None:
    document = latex(r"\begin{tabular}{cc}a&b\\c&d \section{Next} It goes on.")
    assert grid(document) == [(0, 0, "a"), (0, 1, "b"), (1, 0, "c"), (1, 1, "d")]
    assert [section.title for section in document.sections] == ["R", "Next"]
    assert [document.slice(sentence) for sentence in document.sentences] == ["It is.", "It goes on."]


def test_an_array_outside_of_formulas_ends_where_it_ends() -> None:
    document = latex(r"\begin{array}{cc}a&b\\c&d\end{array} It goes on.")
    assert grid(document) == [(0, 0, "a"), (0, 1, "b"), (1, 0, "c"), (1, 1, "d")]
    assert [document.slice(sentence) for sentence in document.sentences] == ["It is.", "It goes on."]


@pytest.mark.parametrize("name", ["tabular}{c", "equation"])
def test_what_nests_in_a_cell_is_not_copied_at_each_depth(name: str) -> None:
    start = time.process_time()
    inner = rf"\begin{{{name}}}" * 3_000 + WORDS + rf"\end{{{name.partition('}')[0]}}}" * 3_000
    document = latex(rf"\begin{{tabular}}{{c}}{inner}\end{{tabular}}")
    assert document.text.count("word") == 100_000
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (f"<figure><figcaption>Table 1: {WORDS}</figcaption>{FOUR * 2_000}</figure>".encode(), "a.html"),
        (f"<figure>{FOUR * 15_000}</figure>".encode(), "a.html"),
        (jats(f"<table-wrap><caption><p>{WORDS}</p></caption>{FOUR * 2_000}</table-wrap>"), "a.xml"),
        ((rf"\begin{{table}}\caption{{{WORDS}}}" + TEX * 20_000 + r"\end{table}").encode(), "a.tex"),
    ],
    ids=["html", "html without", "jats", "latex"],
)
def test_one_caption_of_very_many_tables_is_read_once_and_counts_each_time(data: bytes, name: str) -> None:
    start = time.process_time()
    document = read_bytes(data, name)
    beside = sum(len(table.label) + len(table.caption) for table in document.tables)
    assert len(document.tables) >= 2
    assert len(document.text) + beside <= Limits().max_document_chars
    assert time.process_time() - start < 20


@pytest.mark.parametrize("depth", [1, 40])
def test_a_table_in_a_caption_has_not_that_caption(depth: int) -> None:
    inner = f"<table><tr><td>x</td><td>{'<table><tr><td>' * depth}k{'</td></tr></table>' * depth}</td></tr></table>"
    frame = f"<table-wrap><label>2</label><caption><p>Scores {inner}</p></caption>{FOUR}</table-wrap>"
    document = read_bytes(jats(frame), "a.xml")
    assert [(table.label, table.caption) for table in document.tables] == [("Table 2", "Scores x | k")]


def test_a_table_in_a_description_of_a_figure_has_not_that_description() -> None:
    rows = FOUR.replace("tr>", "row>").replace("td>", "cell>")
    figure = f'<figure type="table"><head>Table 1</head><figDesc>Scores {rows}</figDesc>{rows}</figure>'
    data = f'<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body><div><head>S</head>{figure}</div></body></text></TEI>'
    document = read_bytes(data.encode(), "a.xml")
    assert [(table.label, table.caption[:6]) for table in document.tables if table.label] == [("Table 1", "Scores")]


@pytest.mark.parametrize(("rows", "columns"), [(5_001, 2), (2, 201), (201, 100), (5_000, 2), (4_999, 2)])
def test_that_a_table_is_too_large_is_said(rows: int, columns: int) -> None:
    row = "<tr>" + "<td>x</td>" * columns + "</tr>"
    document = read_bytes(f"<h1>T</h1><table>{row * rows}</table>".encode(), "a.html")
    said = [notice for notice in document.notices if "the most that are read" in notice]
    assert bool(said) is (rows != 4_999)
    assert len(document.tables[0].cells) == min(rows, 5_000) * columns - (columns == 201) * 2 - (rows == 201) * 100
