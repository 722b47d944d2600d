"""Figures of a claim found again in a table, and which table a claim means."""

from __future__ import annotations

import pytest

from sovereign.checks import verify_in_document
from sovereign.checks.tabular import grids_of, verify_in_tables
from sovereign.checks.tabular.again import found_again
from sovereign.checks.tabular.meant import labels_of
from sovereign.reading import read_bytes
from sovereign.records import Document

TABLES = """<html><head><title>Parsers</title></head><body><h1>Parsers</h1><p>{filler}</p>
<figure><table><tr><th>Parser</th><th>News F1</th><th>Mail F1</th></tr>
<tr><td>Arc</td><td>91.26</td><td>84.17</td></tr><tr><td>Span</td><td>92.41</td><td>83.90</td></tr></table>
<figcaption>Table 1: F1 on the test sets.</figcaption></figure>
<figure><table><tr><th>Parser</th><th>News F1</th><th>Mail F1</th></tr>
<tr><td>Arc</td><td>95.00</td><td>90.00</td></tr><tr><td>Span</td><td>93.00</td><td>91.00</td></tr></table>
<figcaption>Table 2: F1 on the development sets.</figcaption></figure></body></html>"""


@pytest.fixture(scope="module")
def document() -> Document:
    return read_bytes(TABLES.format(filler="Parsers read sentences. " * 200).encode(), "parsers.html")


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Arc reaches 91.26 F1 on the news set.", "NOT_ENOUGH_INFO"),
        ("Arc reaches 91.26 and 84.17 F1 on news and mail.", "NOT_ENOUGH_INFO"),
        ("Arc sets a new record with 91.26 F1 on the news set.", "NOT_ENOUGH_INFO"),
        ("Arc outperforms every parser with 91.26 F1 on the news set.", "NOT_ENOUGH_INFO"),
        ("Arc reaches 91.27 F1 on the news set.", None),
        ("Arc takes 91.26 ms for a sentence of latency.", None),
        ("Arc reaches 91.26 on news, and Span 83.90 on mail.", None),
        ("Arc was published in 1998.", None),
        ("Arc has 12 layers.", None),
        ("The news set is large.", None),
        ("", None),
    ],
)
def test_figures_are_found_as_they_are_printed(document: Document, claim: str, verdict: str | None) -> None:
    ruling = found_again(claim, grids_of(document)[0])
    assert (ruling.verdict if ruling else None) == verdict
    if ruling and ruling.rationale:
        assert all(document.text[c.start : c.end] == c.text for c in ruling.rationale.cells)
        assert ruling.rationale.computation.operation == "lookup"


def test_a_claim_that_names_a_table_means_that_one(document: Document) -> None:
    claim = "Table {} shows that Arc has a higher F1 than Span on the news set."
    one, two = (verify_in_tables(claim.format(n), document) for n in (1, 2))
    assert [(e.verdict, e.rationale.label) for e in one if e.rationale] == [("CONTRADICT", "Table 1")]
    assert [(e.verdict, e.rationale.label) for e in two if e.rationale] == [("SUPPORT", "Table 2")]


def test_without_a_label_both_tables_speak_and_may_disagree(document: Document) -> None:
    found = verify_in_tables("Arc has a higher F1 than Span on the news set.", document)
    assert {e.verdict for e in found} == {"SUPPORT", "CONTRADICT"}


@pytest.mark.parametrize(
    "claim",
    [
        "Arc outperforms existing work on the news set.",  # what is compared is not named
        "Arc has a lower latency than Span on the news set.",  # a metric that no table has
        "Arc is 3.5 points above Span on the news set.",  # a figure of something else
        "Parsers are useful.",
    ],
)
def test_a_claim_that_means_no_table_is_not_decided_by_one(document: Document, claim: str) -> None:
    assert [e for e in verify_in_tables(claim, document) if e.verdict != "NOT_ENOUGH_INFO"] == []


@pytest.mark.parametrize(
    "claim",
    [
        "Arc reaches 92.41 F1 on the news set.",  # the figure of another row
        "Arc reaches 84.17 F1 on the news set.",  # and of another column
        "Dash reaches 92.41 F1 on the news set.",  # a name that no table has
        "Arc does not reach 91.26 F1 on the news set.",
        "No parser reaches 92.41 F1 on the news set.",
        "We expect Arc to reach 91.26 F1 on the news set.",
        "With more data, Arc would reach 91.26 F1 on the news set.",
    ],
)
def test_figures_of_another_cell_support_nothing(document: Document, claim: str) -> None:
    found = verify_in_tables(claim, document)
    assert not [e for e in found if e.verdict == "SUPPORT"]
    whole = verify_in_document(claim, document)
    assert whole.verdict != "SUPPORT"
    assert not found or whole.evidence[0].rationale  # the reader sees whose figure it is


def test_a_number_has_the_unit_of_its_cell() -> None:
    page = "# Speed\n\nTable 1: Speed.\n\n| Parser | Latency (ms) |\n|---|---|\n| Arc | 31.2 |\n| Span | 14.8 |\n"
    document = read_bytes(page.encode(), "speed.md")
    verdicts = {
        unit: [e.verdict for e in verify_in_tables(f"The latency of Arc is 31.2 {unit}.", document)]
        for unit in ("ms", "milliseconds", "seconds", "s")
    }
    assert {unit: "SUPPORT" in found for unit, found in verdicts.items()} == {
        "ms": True, "milliseconds": True, "seconds": False, "s": False,
    }  # fmt: skip


def test_what_our_model_reaches_is_in_the_row_of_ours() -> None:
    page = "# M\n\nTable 1: Use.\n\n| Setup | Memory (GB) |\n|---|---|\n| Base | 14.2 |\n| Ours | 8.9 |\n"
    document = read_bytes(page.encode(), "m.md")
    assert [e.verdict for e in verify_in_tables("Our model needs 8.9 GB of memory.", document)] == ["SUPPORT"]
    assert "SUPPORT" not in [e.verdict for e in verify_in_tables("Our model needs 14.2 GB of memory.", document)]


def test_the_digit_of_a_name_is_no_number_that_is_missing() -> None:
    page = "# S\n\nTable 1: Scores.\n\n| System | ROUGE-1 | ROUGE-2 |\n|---|---|---|\n| Crane | 41.59 | 19.01 |\n| Heron | 40.21 | 17.70 |\n"
    document = read_bytes(page.encode(), "s.md")
    assert [e.verdict for e in verify_in_tables("Crane achieves 19.01 ROUGE-2.", document)] == ["SUPPORT"]
    for wrong in ("Crane achieves 17.70 ROUGE-2.", "Heron achieves 19.01 ROUGE-2.", "Crane achieves 19.01 ROUGE-1."):
        assert "SUPPORT" not in [e.verdict for e in verify_in_tables(wrong, document)]


def test_cells_are_those_of_one_line_wherever_it_stands() -> None:
    rows = ["| Arc | 90.11 | 80.22 |", "| Span | 90.11 | 70.33 |"]
    for order in (rows, rows[::-1]):
        page = "# P\n\nTable 1: Scores.\n\n| Parser | News | Mail |\n|---|---|---|\n" + "\n".join(order)
        ruling = found_again("It has 90.11 and 70.33 on News and Mail.", grids_of(read_bytes(page.encode(), "p.md"))[0])
        assert ruling and ruling.rationale
        assert [c.row_headers for c in ruling.rationale.cells] == [("Span",)] * 2


def test_labels() -> None:
    assert labels_of("See Tables 2, 3 and 10, and Table A1.") == {"2", "3", "10", "A1"}
    assert labels_of("a table of 12 rows") == frozenset()


def test_every_quote_stands_in_the_text(document: Document) -> None:
    found = verify_in_tables("Arc has a higher F1 than Span on the news set.", document)
    assert found
    for e in found:
        assert document.text[e.quote.start : e.quote.end] == e.quote.text
