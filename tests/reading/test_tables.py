"""Tables of the structured formats: rows, columns, spans, headers, bold, labels and captions."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovereign.checks.tabular.cells import read_cell
from sovereign.reading import read_bytes
from sovereign.reading.grid import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    Slot,
    is_table,
    place,
    split_label,
    with_group_headers,
)
from sovereign.records import Document, Table


def read(text: str, location: str) -> Document:
    return read_bytes(text.encode(), location)


def tables(text: str, location: str) -> tuple[Table, ...]:
    return read(text, location).tables


def shown(text: str, location: str) -> list[str]:
    """The cells of the only table: row, column, spans as +columns and vrows, H for a header, B for bold."""
    document = read(text, location)
    (table,) = document.tables
    return [
        f"{c.row},{c.column}"
        + (f"+{c.columns - 1}" if c.columns > 1 else "")
        + (f"v{c.rows - 1}" if c.rows > 1 else "")
        + ("H" if c.header else "")
        + ("B" if c.bold else "")
        + f" {document.slice(c)}"
        for c in table.cells
    ]


def jats(table: str, frame: str = "") -> str:
    return f"<article><body><sec><title>R</title><p>It is.</p><table-wrap>{frame}{table}</table-wrap></sec></body></article>"


def latex(*floats: str, preamble: str = "") -> str:
    return preamble + r"\begin{document}\section{R} It is. " + "\n\n".join(floats) + r"\end{document}"


def table_float(rows: str, caption: str = r"\caption{Scores.}", columns: str = "lcc") -> str:
    return rf"\begin{{table}}{caption}\begin{{tabular}}{{{columns}}}{rows}\end{{tabular}}\end{{table}}"


def test_cells_over_rows_push_those_below_as_in_html() -> None:
    rows = [[Slot("a", rows=2), Slot("b", columns=2)], [Slot("c"), Slot("d")], [Slot("e")]]
    assert [(box.text, box.row, box.column) for box in place(rows)] == [
        ("a", 0, 0),
        ("b", 0, 1),
        ("c", 1, 1),
        ("d", 1, 2),
        ("e", 2, 0),
    ]
    assert [(box.row, box.column) for box in place(rows, pushed=False)][2:] == [(1, 0), (1, 1), (2, 0)]


def test_spans_end_with_the_table_and_with_the_caps() -> None:
    (wide, tall, last) = place(
        [[Slot("a", columns=99_999_999), Slot("lost")], [Slot("b", rows=99_999_999)], [Slot("c")]]
    )
    assert (wide.columns, tall.rows, last.column) == (MOST_COLUMNS, 2, 1)
    assert len(place([[Slot("x")]] * (MOST_ROWS + 5))) == MOST_ROWS
    assert len(place([[Slot("x")] * MOST_COLUMNS] * MOST_ROWS)) == MOST_CELLS


@given(
    st.lists(
        st.lists(st.builds(Slot, st.sampled_from("x "), st.integers(-9, 9), st.integers(-9, 9)), max_size=6),
        max_size=8,
    )
)
def test_no_two_cells_begin_in_one_place(rows: list[list[Slot]]) -> None:
    for pushed in (True, False):
        boxes = place(rows, pushed)
        assert len({(box.row, box.column) for box in boxes}) == len(boxes)
        assert all(0 <= box.row < box.row + box.rows <= len(rows) and box.columns > 0 for box in boxes)


def test_one_row_one_column_and_a_page_in_a_frame_are_no_tables() -> None:
    assert not is_table(place([[Slot("a"), Slot("b")]]))
    assert not is_table(place([[Slot("a")], [Slot("b")]]))
    assert not is_table(place([[Slot("a"), Slot("b")], [Slot("c"), Slot("word " * 900)]]))
    assert is_table(place([[Slot("a"), Slot("b")], [Slot("c")]]))


@pytest.mark.parametrize(
    ("caption", "label", "rest"),
    [
        ("Table 2: Scores.", "Table 2", "Scores."),
        ("TABLE II. Scores.", "TABLE II", "Scores."),
        ("Table A.3 | Scores.", "Table A.3", "Scores."),
        ("Table S1", "Table S1", ""),
        ("Supplementary Table 4. Scores.", "Supplementary Table 4", "Scores."),
        ("Table 2 shows that it works.", "", "Table 2 shows that it works."),
        ("Tables: none.", "", "Tables: none."),
    ],
)
def test_labels_that_captions_begin_with(caption: str, label: str, rest: str) -> None:
    assert split_label(caption) == (label, rest)


ROWS = """<table><thead><tr><th rowspan="2">Model</th><th colspan="2">Score</th></tr><tr><td>F1</td><td>EM</td></tr></thead>
<tbody><tr><td>ours</td><td><bold>9.1</bold> (0.2)</td><td>8 (<bold>x</bold>)</td></tr><tr><td/><td>7</td></tr></tbody></table>"""


def test_jats() -> None:
    frame = "<label>Table 2.</label><caption><title>Scores.</title><p>On <italic>one</italic> set.</p></caption>"
    assert shown(jats(ROWS, frame), "a.xml") == [
        "0,0v1H Model",
        "0,1+1H Score",
        "1,1H F1",
        "1,2H EM",
        "2,0 ours",
        "2,1B 9.1 (0.2)",
        "2,2 8 (x)",
        "3,1 7",
    ]
    document = read(jats(ROWS, frame), "a.xml")
    assert [(t.label, t.caption) for t in document.tables] == [("Table 2", "Scores. On one set.")]
    assert [document.slice(s) for s in document.evidence()] == ["It is.", "Scores.", "On one set."]
    assert document.slice(document.tables[0]).split("\n")[2] == "ours | 9.1 (0.2) | 8 (x)"


def test_a_table_in_a_cell_is_text_of_the_cell() -> None:
    inner = "<table><tr><td>p</td><td>q</td></tr><tr><td>r</td><td>s</td></tr></table>"
    text = jats(f"<table><tr><td>a</td><td>{inner}</td></tr><tr><td>b</td><td>c</td></tr></table>")
    assert shown(text, "a.xml") == ["0,0 a", "0,1 p | q r | s", "1,0 b", "1,1 c"]
    html = f"<h1>T</h1><table><tr><td>a</td><td>{inner}</td></tr><tr><td>b</td><td>c</td></tr></table>"
    assert shown(html, "a.html") == ["0,0 a", "0,1 p q r s", "1,0 b", "1,1 c"]


@pytest.mark.parametrize("rows", ["<tr><td>One text.</td></tr>", "<tr><td>One.</td></tr><tr><td>Two.</td></tr>"])
def test_a_column_of_prose_stays_text(rows: str) -> None:
    for document in (read(jats(f"<table>{rows}</table>"), "a.xml"), read(f"<h1>T</h1><table>{rows}</table>", "a.html")):
        assert document.tables == () and "One" in document.text


def test_tei() -> None:
    table = """<table><row role="label"><cell>Model</cell><cell cols="2">Score</cell></row>
    <row><cell>ours</cell><cell><hi rend="bold">9.1</hi></cell></row></table>"""
    frame = "<head>Table 3 :</head><label>3</label><figDesc>Scores.</figDesc>"
    text = f'<TEI><text><body><div><p>It is.</p></div><figure type="table">{frame}{table}</figure></body></text></TEI>'
    assert shown(text, "a.xml") == ["0,0H Model", "0,1+1H Score", "1,0 ours", "1,1B 9.1"]
    assert [(t.label, t.caption) for t in tables(text, "a.xml")] == [("Table 3", "Scores.")]
    assert tables(text.replace("<head>Table 3 :</head>", ""), "a.xml")[0].label == "Table 3"


def test_a_cell_that_fills_a_row_is_the_header_of_those_below() -> None:
    rows = [[Slot("A", columns=2)], [Slot("x"), Slot("1")], [Slot("B", columns=2)], [Slot("y"), Slot("2")]]
    note = [Slot("Means of ten.", columns=2)]
    boxes = with_group_headers(place([*rows, note]))
    assert [box.text for box in boxes if box.header] == ["A", "B"]
    beside = [[Slot("tall", rows=2), Slot("x"), Slot("1")], [Slot("over two", columns=2)], [Slot("y")]]
    assert not any(box.header for box in with_group_headers(place(beside)))


LATEX_ROWS = r"""\toprule
 & \multicolumn{2}{c}{\textbf{Score}} \\ \cmidrule(lr){2-3}
Model & F1 & EM \\[1mm] \midrule
\multirow{2}{*}{\textsc{Ours}} & \textbf{9.1} $\pm$ 0.2 & 8 (\textbf{x}) \\
 & $\mathbf{7.5}$ & {\bf 6} \\ \midrule
Both & & \makecell{1 \\ 2} \\ \bottomrule
"""


def test_latex() -> None:
    text = latex(table_float(LATEX_ROWS))
    assert shown(text, "a.tex") == [
        "0,1+1HB Score",
        "1,0H Model",
        "1,1H F1",
        "1,2H EM",
        "2,0v1 Ours",
        "2,1B 9.1 ± 0.2",
        "2,2 8 (x)",
        "3,1B 7.5",
        "3,2B 6",
        "4,0 Both",
        "4,2 1 2",
    ]
    document = read(text, "a.tex")
    assert [(t.label, t.caption) for t in document.tables] == [("Table 1", "Scores.")]
    assert [document.slice(s) for s in document.evidence()] == ["It is.", "Scores."]


@pytest.mark.parametrize(
    ("rows", "headers"),
    [
        (r"\hline a & b \\ \hline c & d \\ \hline", ["a", "b"]),
        (r"a & b \\ \hline c & d \\ e & f \\ \hline", ["a", "b"]),
        (r"\toprule a & b \\ c & d \\ \bottomrule", []),
        (r"a & b \\ c & d", []),
        (r"a & b \\" * 7 + r"\midrule c & d", []),
    ],
)
def test_what_stands_above_the_first_rule_below_the_top_is_the_head(rows: str, headers: list[str]) -> None:
    document = read(latex(table_float(rows)), "a.tex")
    assert [document.slice(cell) for cell in document.tables[0].cells if cell.header] == headers


def test_latex_cells_that_rise() -> None:
    rows = r"x & 1 \\ & 1.5 \\ \multirow{-9}{*}{low} & 2 \\ \multirow[t]{99999}*{tall} & 3 \\ & 4"
    assert shown(latex(table_float(rows)), "a.tex") == [
        "0,0 x",
        "0,1 1",
        "1,0v1 low",
        "1,1 1.5",
        "2,1 2",
        "3,0v1 tall",
        "3,1 3",
        "4,1 4",
    ]


def test_a_name_in_the_middle_of_its_rows_is_the_name_of_all() -> None:
    rows = r"M & S \\ \midrule & 1 \\ bio & 2 \\ & 3 \\ \midrule & 4 \\ & 5 \\ sum & 6 \\ \bottomrule"
    first = [cell for cell in shown(latex(table_float(rows)), "a.tex") if cell.endswith(("bio", "sum", " 2", " 1"))]
    assert first == ["1,0v2 bio", "1,1 1", "2,1 2", "6,0 sum"]


BODY = r"a & b \\ c & d"


def test_latex_counts_captions_of_each_kind() -> None:
    text = latex(
        table_float(BODY, r"\caption{One.}"),
        r"\begin{figure}\caption{A curve.}\end{figure}",
        table_float(BODY, ""),
        table_float(BODY, r"\caption*{Not counted.}"),
        rf"\begin{{figure*}}\begin{{tabular}}{{cc}}{BODY}\end{{tabular}}\caption[short]{{Pictures.}}\end{{figure*}}",
        table_float(BODY, r"\caption{Two.}"),
        r"\setcounter{table}{6}",
        table_float(BODY, r"\caption{Seven.}"),
        r"\renewcommand{\thetable}{A.\arabic{table}}",
        table_float(BODY, r"\caption{Renamed.}"),
    )
    assert [(t.label, t.caption) for t in tables(text, "a.tex")] == [
        ("Table 1", "One."),
        ("", ""),
        ("", "Not counted."),
        ("Figure 2", "Pictures."),
        ("Table 2", "Two."),
        ("Table 7", "Seven."),
        ("", "Renamed."),
    ]


def test_latex_floats_with_several_tables() -> None:
    one = rf"\begin{{tabular}}{{cc}}{BODY}\end{{tabular}}"
    text = latex(
        rf"\begin{{table}}{one}\caption{{Left.}}{one}\caption{{Right.}}\end{{table}}",
        rf"\begin{{table}}{one}{one}\caption{{Both.}}\end{{table}}",
        rf"\begin{{table}}\begin{{subtable}}{{1em}}{one}\caption{{Part.}}\end{{subtable}}\caption{{Whole.}}\end{{table}}",
    )
    assert [(t.label, t.caption) for t in tables(text, "a.tex")] == [
        ("Table 1", "Left."),
        ("Table 2", "Right."),
        ("Table 3", "Both."),
        ("Table 3", "Both."),
        ("Table 4", "Part."),
    ]


def test_longtable_has_one_head_and_no_foot() -> None:
    text = latex(r"""\begin{longtable}{ll} \caption{Long.} \\ \hline M & S \\ \hline \endfirsthead
    \multicolumn{2}{l}{continued} \\ M & S \\ \hline \endhead to be continued & \\ \endfoot the end & \\ \endlastfoot
    a & 1 \\ b & 2 \end{longtable}""")
    assert shown(text, "a.tex") == ["0,0H M", "0,1H S", "1,0 a", "1,1 1", "2,0 b", "2,1 2"]
    assert [(t.label, t.caption) for t in tables(text, "a.tex")] == [("Table 1", "Long.")]


def test_latex_tables_in_cells_and_in_lines() -> None:
    inner = r"\begin{tabular}{c} p & \textbf{q} \\ \hline r \end{tabular}"
    assert shown(latex(table_float(rf"a & {inner} \\ b & c")), "a.tex") == ["0,0 a", "0,1 p q r", "1,0 b", "1,1 c"]
    document = read(latex(rf"\section{{One {inner}}} It has \textbf{{bold}} \hline type."), "a.tex")
    assert document.sections[-1].title == "One p q r"
    assert "It has bold type." in document.text


LATEXML = """<h1>T</h1><figure class="ltx_table"><figcaption class="ltx_caption"><span class="ltx_tag">Table 4: </span>Scores at
<math alttext="\\alpha_{1}=2"><mi>junk</mi></math>.</figcaption><div class="ltx_transformed_outer"><p>
<span class="ltx_tabular"><span class="ltx_thead"><span class="ltx_tr"><span class="ltx_td ltx_rowspan ltx_rowspan_2">M</span>
<span class="ltx_td ltx_th ltx_colspan ltx_colspan_2">S</span></span></span>
<span class="ltx_tbody"><span class="ltx_tr"><span class="ltx_td"><span class="ltx_text ltx_font_bold">9</span></span>
<span class="ltx_td"><math alttext="\\mathbf{8.5}"><mi>junk</mi></math></span></span></span></span></p></div></figure>
<table class="ltx_equation ltx_eqn_table"><tr><td></td><td><math alttext="a=\\frac{1}{2}">x</math></td><td>(1)</td></tr>
<tr><td>b</td><td>c</td></tr></table>"""


def test_latexml() -> None:
    assert shown(LATEXML, "a.html") == ["0,0v1H M", "0,1+1H S", "1,1B 9", "1,2B 8.5"]
    document = read(LATEXML, "a.html")
    assert [(t.label, t.caption) for t in document.tables] == [("Table 4", "Scores at α_1=2.")]
    assert "a=1/2 (1)" in document.text and "junk" not in document.text


def test_html() -> None:
    rows = '<tr><th>M</th><th colspan="2">S</th></tr><tr><th scope=row>a</th><td><b>1</b></td><td>2 <b>x</b></td></tr>'
    text = f"<h1>T</h1><table><caption>First scores.</caption>{rows}</table><table>{rows}</table>"
    text += f"<figure><table>{rows}</table><table>{rows}</table><figcaption>More scores.</figcaption></figure>"
    document = read(text, "a.html")
    assert [(t.label, t.caption) for t in document.tables] == [
        ("Table 1", "First scores."),
        ("", ""),
        ("Table 2", "More scores."),
        ("Table 2", "More scores."),
    ]
    assert [(c.row, c.column, c.columns, c.header, c.bold) for c in document.tables[0].cells] == [
        (0, 0, 1, True, False),
        (0, 1, 2, True, False),
        (1, 0, 1, True, False),
        (1, 1, 1, False, True),
        (1, 2, 1, False, False),
    ]
    assert [document.slice(s) for s in document.evidence()] == ["First scores.", "More scores."]


def test_lines_stacked_in_a_line_stay_in_it() -> None:
    stack = '<span class="ltx_tabular"><span class="ltx_tr"><span class="ltx_td">two</span></span></span>'
    document = read(f"<h1>T</h1><p>It has {stack} lines.</p>", "a.html")
    assert [document.slice(s) for s in document.evidence()] == ["It has two lines."]


def test_markdown() -> None:
    rows = "| M | *S* | |\n|---|---|---|\n| a | **1** ± 2 | 3 **x** | lost |\n| b |\n"
    text = f"# T\n\nTable 1: Above.\n\n{rows}\nTable 2. Above too.\n\n{rows}"
    assert [(t.label, t.caption) for t in tables(text, "a.md")] == [("Table 1", "Above."), ("Table 2", "Above too.")]
    text = f"# T\n\n{rows}\n- Table 1: Below.\n\n{rows}\nTable 2 shows it.\n"
    assert [(t.label, t.caption) for t in tables(text, "a.md")] == [("Table 1", "Below."), ("", "")]
    assert shown(f"# T\n\n{rows}", "a.md") == ["0,0H M", "0,1H S", "1,0 a", "1,1B 1 ± 2", "1,2 3 x", "2,0 b"]


def test_markdown_with_a_table_in_html() -> None:
    text = "# T\n\n<div><b>Scores.</b><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table></div>\n"
    assert shown(text, "a.md") == ["0,0H a", "0,1H b", "1,0 1", "1,1 2"]


def test_references_of_a_citation_leave_no_bracket() -> None:
    cited = '(e.g., <ref type="bibr">Roe, 2001)</ref>, and <ref type="bibr">(Lund, 2002;</ref>. It'
    text = f"<TEI><text><body><div><p>It is old {cited} goes on.</p></div></body></text></TEI>"
    document = read(text, "a.xml")
    assert [document.slice(s) for s in document.evidence()] == ["It is old, and.", "It goes on."]


_HOSTILE_ROW = (
    '<tr><td rowspan="99999999" colspan="99999999">x</td><td colspan="-1">y</td><td rowspan="1e9">z</td></tr>'
)
HOSTILE = {
    "jats spans": ("a.xml", jats(f"<table>{_HOSTILE_ROW * 5000}</table>")),
    "jats cells": ("a.xml", jats("<table>" + ("<tr>" + "<td>x</td>" * 400 + "</tr>") * 500 + "</table>")),
    "jats tables in tables": ("a.xml", jats("<table><tr><td>x</td><td>" * 60 + "y" + "</td></tr></table>" * 60)),
    "html spans": ("a.html", f"<h1>T</h1><p>W.</p><table>{_HOSTILE_ROW * 5000}</table>"),
    "html rows": ("a.html", "<h1>T</h1><table>" + "<tr><td colspan=199><td>x<td>y" * 40_000 + "</table>"),
    "html tables in tables": ("a.html", "<h1>T</h1>W." + "<table><tr><td>x<td>" * 1500),
    "html classes": ("a.html", "<h1>T</h1>W." + '<span class="ltx_tabular"><span class="ltx_tr ltx_td">' * 2000),
    "latex spans": (
        "a.tex",
        latex(table_float(r"\multicolumn{99999999}{c}{x} & \multirow{-99999999}{*}{y} \\" * 20_000)),
    ),
    "latex cells": ("a.tex", latex(table_float("a & " * 500_000 + r"b \\ c & d"))),
    "latex rows": ("a.tex", latex(table_float(r"a & b \\ \hline " * 50_000))),
    "latex heads": (
        "a.tex",
        latex(r"\begin{longtable}{ll}" + r"a & b \\ \endhead \endfoot " * 30_000 + r"\end{longtable}"),
    ),
    "latex captions": ("a.tex", latex(r"\begin{table}\caption{\begin{subtable}x" * 10_000)),
    "markdown cells": ("a.md", "# T\n\n" + "|a" * 3000 + "|\n" + "|-" * 3000 + "|\n" + ("|b" * 3000 + "|\n") * 20),
    "markdown rows": ("a.md", "# T\n\n|a|b|\n|-|-|\n" + "|c|d|\n" * 20_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_tables_end_in_time_and_within_the_caps(name: str) -> None:
    location, text = HOSTILE[name]
    started = time.process_time()
    document = read(text, location)
    assert time.process_time() - started < 20
    for table in document.tables:
        assert len(table.cells) <= MOST_CELLS
        assert all(cell.column + cell.columns <= MOST_COLUMNS for cell in table.cells)
        assert all(cell.row + cell.rows <= MOST_ROWS for cell in table.cells)


_TAGS = [
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "<td rowspan=3>",
    "<th colspan=2>",
    "</td>",
    "<caption>",
    "a",
    "b 2",
    "<b>",
    "<figure>",
    "</span>",
    "<span class='ltx_tabular'>",
    "<span class='ltx_tr'>",
    "<span class='ltx_td ltx_rowspan_2'>",
]
_COMMANDS = [
    r"\begin{table}",
    r"\end{table}",
    r"\begin{tabular}{ll}",
    r"\end{tabular}",
    r"&",
    r"\\",
    r"\hline ",
    r"a",
    r"\textbf{b}",
    r"\multirow{2}{*}{",
    r"}",
    r"$",
    r"\caption{",
    r"\multicolumn{2}{c}{",
    r"\begin{longtable}",
    r"\endhead",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_TAGS), max_size=40), st.lists(st.sampled_from(_COMMANDS), max_size=40))
def test_cells_of_any_table_lie_in_their_table(tags: list[str], commands: list[str]) -> None:
    for document in (read("Word. " + "".join(tags), "a.html"), read("Word. " + "".join(commands), "a.tex")):
        _check_cells(document)


def _check_cells(document: Document) -> None:
    for table in document.tables:
        section = document.sections[table.section]
        assert section.start <= table.start < table.end <= section.end
        last = table.start
        for cell in table.cells:
            assert last <= cell.start < cell.end <= table.end
            assert document.slice(cell) == document.slice(cell).strip()
            last = cell.end


def test_a_raised_mark_in_html_is_no_digit_of_the_figure() -> None:
    page = """<html><head><title>T</title></head><body><h1>T</h1>
<p>Recall is 61.05<sup>2</sup> after 10<sup>-3</sup> of 10<sup>6</sup> steps, in the 3<sup>rd</sup> run of Lee<sup>1</sup>.</p>
<table><tr><th>System</th><th>Recall</th></tr><tr><td>Arc<sup>1</sup></td><td>61.05<sup>2</sup></td></tr>
<tr><td>Span</td><td><b>71.25</b><sup>a,b</sup></td></tr></table></body></html>"""
    document = read_bytes(page.encode(), "t.html")
    assert "Recall is 61.05^2 after 10^-3 of 10^6 steps, in the 3rd run of Lee1." in document.text
    cells = [document.slice(c) for t in document.tables for c in t.cells]
    assert cells == ["System", "Recall", "Arc1", "61.05^2", "Span", "71.25^a,b"]
    readings = [read_cell(c) for c in cells]
    assert [r.value for r in readings if r] == [61.05, 71.25]
