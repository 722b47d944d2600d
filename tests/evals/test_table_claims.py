"""The bench of claims against tables: documents made of tables, figures from counts, tables exchanged."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sovereign.checks.tabular import grids_of
from sovereign.evals import scitab
from sovereign.evals.benches import run
from sovereign.evals.table_claims import Case, answer, figures, half_of, measure, table_document
from sovereign.evals.table_page import claims_against_tables

from .data import SHARED, TABLE, lines, needs_data


def _document(names: str, sign: int) -> Case:
    """A claim that its table bears out (sign 1) or not (-1)."""
    one, two = names.split()
    rows = [
        [("Model", False), ("F1", False)],
        [(one, False), (f"{70 + sign}.5", True)],
        [(two, False), ("70.5", False)],
    ]
    label = "SUPPORT" if sign > 0 else "CONTRADICT"
    return Case(f"{one} outperforms {two} in F1.", table_document("Scores.", rows), label, f"paper of {one}")


CASES = [
    _document("Raven Falcon", 1),
    _document("Heron Osprey", -1),
    _document("Crow Magpie", 1),
    _document("Swift Wren", -1),
]


def test_a_table_is_a_document_with_cells() -> None:
    document = CASES[0].document
    (grid,) = grids_of(document)
    assert [(c.text, c.row_headers, c.column_headers, c.bold) for c in grid.cells] == [
        ("71.5", ("Raven",), ("F1",), True), ("70.5", ("Falcon",), ("F1",), False),
    ]  # fmt: skip
    assert all(document.text[c.start : c.end] == c.text for c in grid.cells)


def test_figures_count_what_was_decided() -> None:
    counts = Counter(
        {"SUPPORT>SUPPORT": 3, "SUPPORT>CONTRADICT": 1, "CONTRADICT>NOT_ENOUGH_INFO": 4, "NOT_ENOUGH_INFO>SUPPORT": 1}
    ) + Counter({"NOT_ENOUGH_INFO>NOT_ENOUGH_INFO": 1, "swapped": 10, "swapped_decided": 1})
    found = figures(counts)
    assert (found["decided_accuracy"], found["coverage"]) == (0.75, 0.5)
    assert (found["open_decided"], found["swapped_decided"]) == (0.5, 0.1)
    assert found["macro_f1"] == pytest.approx((6 / 8 + 0 + 2 / 7) / 3)
    assert set(figures(Counter()).values()) == {None}


def test_each_claim_is_decided_by_its_own_table_and_by_no_other() -> None:
    assert [answer(c.claim, c.document).label for c in CASES] == [c.label for c in CASES]
    found = measure(CASES, {}, lambda text: None)
    assert (found["decided_accuracy"], found["coverage"], found["swapped_decided"]) == (1.0, 1.0, 0.0)
    assert found["baselines"]["majority"]["decided_accuracy"] == 0.5
    assert sum(part["n"] for part in found["parts"].values()) == found["n"] == len(CASES)
    assert {half_of(c.group) for c in CASES} == set(found["parts"])
    assert sum(row["right"] for half in found["operations"].values() for row in half.values()) == len(CASES)


def test_the_result_and_the_page_show_the_tables(tmp_path: Path) -> None:
    lines(tmp_path / "claims.jsonl", [TABLE, {**TABLE, "claim": "B outperforms A in F1.", "paper_id": "2001.00002"}])
    result = run("scitab", tmp_path)
    tables = result["tables"]
    assert tables["n"] == 2
    assert {"rows_as_sentences", "claim_only", "features", "majority"} <= set(tables["baselines"])
    page = claims_against_tables({"scitab": result})
    assert "`swapped_decided`" in page
    assert "`claim_only`" in page


@needs_data
def test_the_published_claims_stay_quiet_with_tables_of_others() -> None:
    cases = [c for c in scitab.cases(SHARED) if half_of(c.group) == "dev"]
    found = measure(cases, {}, lambda text: None)
    assert found["decided_accuracy"] is not None and found["decided_accuracy"] >= 0.8
    assert found["coverage"] is not None and found["coverage"] >= 0.25
    assert found["swapped_decided"] is not None and found["swapped_decided"] < 0.05
