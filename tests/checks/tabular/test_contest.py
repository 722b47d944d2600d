"""What competes for "the best", what overlaps, and what a comparison leaves unsaid."""

from __future__ import annotations

import pytest

from sovereign.checks.tabular import verify_in_grid, verify_in_tables

from .tables import SCORES, Rows, document_of, grid

S, C, N = "SUPPORT", "CONTRADICT", "NOT_ENOUGH_INFO"

BLOCKS: Rows = (
    ("Model", "Alpha F1", "Beta F1"),
    ("Small models", None, None),
    ("Raven", "61.0", "60.0"),
    ("Falcon", "58.0", "57.0"),
    ("Large models", None, None),
    ("Osprey", "71.0", "70.0"),
    ("Condor", "68.0", "69.0"),
)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Osprey obtains the best F1 on Alpha.", S),
        ("Condor obtains the best F1 on Alpha.", C),  # neither of all, nor of its block
        ("Raven obtains the best F1 on Alpha.", N),  # of its block
        ("Raven does not obtain the best F1 on Alpha.", N),
        ("Falcon is the best baseline on Alpha.", C),
    ],
)
def test_best_may_mean_a_block(claim: str, verdict: str) -> None:
    assert verify_in_grid(claim, grid(BLOCKS)).verdict == verdict


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Falcon is the best on Alpha.", C),
        ("Falcon is the best baseline on Alpha.", N),  # the winner may be no baseline
        ("Osprey is the best baseline on Alpha.", C),
    ],
)
def test_best_of_some_is_refuted_by_many_alone(claim: str, verdict: str) -> None:
    assert verify_in_grid(claim, grid(SCORES)).verdict == verdict


def test_bold_says_that_the_paper_calls_it_the_best() -> None:
    document = document_of(("Results.", BLOCKS))
    table = document.tables[0]
    best = document.text.index("71.0")
    cells = tuple(c.model_copy(update={"bold": c.start == best}) for c in table.cells)
    marked = document.model_copy(update={"tables": (table.model_copy(update={"cells": cells}),)})
    claim = "Table 1 shows that Raven obtains the best F1 on Alpha."
    assert verify_in_tables(claim, document) == ()
    assert [e.verdict for e in verify_in_tables(claim, marked)] == [C]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Falcon is faster than Osprey, but Osprey has a higher F1 on Beta.", C),
        ("Although Falcon is faster than Osprey, Raven obtains a higher F1 on Alpha.", S),
        ("Raven obtains a higher F1 on Alpha.", S),  # than any other
        ("Falcon obtains a higher F1 on Alpha.", N),  # than some
        ("Osprey obtains a higher F1 on Alpha.", C),  # than none
        ("Raven scales better than Osprey on Alpha.", N),  # a step, no figure
    ],
)
def test_what_a_comparison_leaves_unsaid(claim: str, verdict: str) -> None:
    assert verify_in_grid(claim, grid(SCORES)).verdict == verdict


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Raven outperforms Falcon on Alpha.", S),  # 74 > 72, and 66 > 64, though 66 < 72
        ("Falcon outperforms Raven on Alpha.", C),
        ("Raven outperforms Osprey on Alpha.", N),  # the best is ahead, the worst behind
    ],
)
def test_groups_that_overlap_are_compared_by_both_ends(claim: str, verdict: str) -> None:
    rows: Rows = (
        ("Encoder", "Alpha F1"),
        *(("Raven", v) for v in ("66.0", "74.0")),
        *(("Falcon", v) for v in ("64.0", "72.0", "70.0")),
        *(("Osprey", v) for v in ("67.0", "68.0", "73.0")),
    )
    assert verify_in_grid(claim, grid(rows)).verdict == verdict


def test_an_overall_line_stands_for_the_others() -> None:
    rows: Rows = (("Model", "Alpha", "Beta", "Overall"), ("Raven", "70", "50", "65"), ("Falcon", "60", "60", "60"))
    assert verify_in_grid("Raven outperforms Falcon.", grid(rows)).verdict == S
    assert verify_in_grid("Raven outperforms Falcon.", grid([row[:3] for row in rows])).verdict == N


def test_what_all_headers_share_is_no_part_of_a_name() -> None:
    rows: Rows = (
        ("Batch", "Throughput (items per second) Even", "Throughput (items per second) Linear"),
        ("1", "46.7", "7.6"),
        ("10", "125.2", "22.7"),
    )
    assert verify_in_grid("The throughput on Linear data is the highest.", grid(rows)).verdict == C
