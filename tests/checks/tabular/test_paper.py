"""The tables of a real paper, read from its LaTeX source."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sovereign.checks.tabular import grids_of, verify_in_tables
from sovereign.reading import read_file

SHARED = Path(os.environ.get("EVAL_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
PAPER = SHARED / "fulltext/latex/2004.14974/emnlp2020.tex"


@pytest.mark.skipif(not PAPER.is_file(), reason=f"there is no {PAPER}")
def test_tables_of_a_latex_paper() -> None:
    document = read_file(PAPER, PAPER.name)
    assert all(document.text[c.start : c.end] == c.text for grid in grids_of(document) for c in grid.cells)
    cells = {(c.row_headers, c.column_headers): c.text for grid in grids_of(document) for c in grid.cells}
    assert cells[("Fever",), ("Rational-Select.", "F1")] == "48.4"
    for claim, verdict in (
        ("UKP Snopes outperforms Fever in label prediction accuracy.", "SUPPORT"),
        ("Fever outperforms UKP Snopes in label prediction accuracy.", "CONTRADICT"),
    ):
        found = verify_in_tables(claim, document)
        assert {e.verdict for e in found} == {verdict}
        assert all(document.text[e.quote.start : e.quote.end] == e.quote.text for e in found)
    assert verify_in_tables("BERT outperforms GPT-3 in perplexity.", document) == ()
