"""Claims against small tables: each operation, both ways, and what must stay undecided."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.checks.tabular import grids_of, verify_in_grid, verify_in_tables

from .tables import SCORES, Rows, document_of, grid

S, C, N = "SUPPORT", "CONTRADICT", "NOT_ENOUGH_INFO"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        # look-up
        ("Raven achieves 71.2 F1 on Alpha.", S),
        ("Raven achieves 75.9 F1 on Alpha.", C),
        ("Raven achieves 71.2 F1 on Gamma-7.", N),
        # comparison, both voices, denied
        ("Raven outperforms Falcon on Alpha.", S),
        ("Falcon outperforms Raven on Alpha.", C),
        ("Raven is outperformed by Falcon on Alpha.", C),
        ("Raven does not outperform Falcon on Alpha.", C),
        ("On Beta, Raven performs worse than Falcon.", S),
        ("Compared with the table of another paper, BERT outperforms ELMo.", N),
        ("Raven outperforms Falcon on both data sets.", C),
        ("Falcon is faster than Osprey.", S),
        ("Osprey is faster than Falcon.", C),
        # difference, percent
        ("Raven outperforms Falcon by 3.1 points on Alpha.", S),
        ("Raven outperforms Falcon by 4.7 points on Alpha.", N),
        ("Falcon is 50% faster than Osprey.", S),
        # ranking, best-of
        ("Raven obtains the best F1 on Alpha.", S),
        ("Osprey obtains the best F1 on Alpha.", C),
        ("Osprey has the lowest F1 on Beta.", S),
        ("Falcon is second best on Alpha.", S),
        ("Falcon takes the least time.", S),
        ("Falcon outperforms all other models on Beta.", S),
        ("Osprey outperforms all other models on Beta.", C),
        # counts
        ("Raven outperforms Falcon on 1 of 2 data sets.", S),
        ("Raven outperforms Osprey on two of the two data sets.", S),
        ("Raven outperforms Falcon on two of two data sets.", C),
        # means
        ("Raven achieves an F1 of 67.6 on average.", S),
        ("Raven achieves an F1 of 69.3 on average.", N),
        # nothing that a table can tell, or not enough of it
        ("Raven is easy to train.", N),
        ("Raven might outperform Falcon on Alpha.", N),
        ("Raven reads sentences from left to right.", N),
        ("The gap between Raven and Falcon is larger on Alpha than on Beta.", N),
        ("", N),
        ("!!!", N),
        ("Raven " * 1000, N),
    ],
)
def test_a_claim_against_the_scores(claim: str, verdict: str) -> None:
    ruling = verify_in_grid(claim, grid(SCORES))
    assert ruling.verdict == verdict, ruling.reason
    assert ruling.reason
    assert (ruling.rationale is not None) == (verdict != N)


def test_the_rationale_is_the_cells_and_the_computation() -> None:
    ruling = verify_in_grid("Falcon is second best on Alpha.", grid(SCORES))
    assert ruling.rationale is not None
    assert ruling.rationale.cells[0].text == "68.1"
    assert ruling.rationale.cells[0].row_headers == ("Falcon",)
    assert ruling.rationale.computation.operation == "ranking"
    assert "number 2 of 3 (71.2 > 68.1 > 65)" in ruling.rationale.computation.expression
    assert [c.outcome for c in ruling.checks] == ["pass", "pass", "pass"]


LOWER: Rows = (
    ("System", "Perplexity", "Error ↓", "BLEU"),
    ("Heron", "31.0", "4.0", "20.5"),
    ("Crow", "42.0", "6.0", "18.5"),
)


@pytest.mark.parametrize("measure", ["perplexity", "error", "BLEU"])
def test_which_way_is_better_is_the_measures(measure: str) -> None:
    assert verify_in_grid(f"Heron outperforms Crow in {measure}.", grid(LOWER)).verdict == S
    assert verify_in_grid(f"Crow outperforms Heron in {measure}.", grid(LOWER)).verdict == C


def test_the_caption_may_say_which_way() -> None:
    rows: Rows = (("System", "Alpha", "Beta"), ("Heron", "31.0", "4.0"), ("Crow", "42.0", "6.0"))
    assert verify_in_grid("Heron outperforms Crow.", grid(rows, "Perplexity on two corpora.")).verdict == S
    assert verify_in_grid("Heron outperforms Crow.", grid(rows, "Accuracy on two corpora.")).verdict == C


def test_our_model_is_the_row_called_ours() -> None:
    rows: Rows = (("System", "F1"), ("Crow", "42.0"), ("Ours", "46.0"))
    assert verify_in_grid("Our model outperforms Crow in F1.", grid(rows)).verdict == S
    assert verify_in_grid("Crow outperforms the proposed model in F1.", grid(rows)).verdict == C
    assert verify_in_grid("Our model outperforms Crow in F1.", grid(SCORES)).verdict == N


def test_with_and_without() -> None:
    rows: Rows = (("Model", "F1"), ("Full model", "89.7"), ("- attention", "87.5"), ("- priors", "90.4"))
    assert verify_in_grid("Removing attention hurts F1.", grid(rows)).verdict == S
    assert verify_in_grid("Removing attention improves F1.", grid(rows)).verdict == C
    assert verify_in_grid("Removing priors improves F1.", grid(rows)).verdict == S


def test_a_transposed_table_says_the_same() -> None:
    turned: Rows = tuple(zip(*SCORES, strict=True))
    for claim, verdict in (("Raven outperforms Falcon on Alpha.", S), ("Falcon outperforms Raven on Alpha.", C)):
        assert verify_in_grid(claim, grid(turned)).verdict == verdict


def test_missing_cells_are_not_compared() -> None:
    rows: Rows = (
        ("Model", "Alpha F1", "Beta F1"),
        ("Raven", "71.2", "-"),
        ("Falcon", "68.1", "66.3"),
        ("Crow", "OOM", "n/a"),
    )
    assert verify_in_grid("Raven outperforms Falcon in F1.", grid(rows)).verdict == S
    assert verify_in_grid("Raven outperforms Falcon on Beta.", grid(rows)).verdict == N
    assert verify_in_grid("Crow outperforms Falcon on Alpha.", grid(rows)).verdict == N


def test_figures_with_marks_are_compared_as_figures() -> None:
    rows: Rows = (("Model", "Score"), ("Raven", "−0,55*"), ("Falcon", "0,48 ± 0,02"), ("Crow", "1,20†"))
    assert verify_in_grid("Falcon has a higher score than Raven.", grid(rows)).verdict == S
    assert verify_in_grid("Raven has a higher score than Crow.", grid(rows)).verdict == C


def test_evidence_is_the_part_of_the_text_with_the_cells() -> None:
    worse: Rows = (("Model", "Alpha F1"), ("Raven", "60.0"), ("Falcon", "61.5"))
    document = document_of(("Test scores.", SCORES), ("Development scores.", worse))
    found = verify_in_tables("Raven outperforms Falcon on Alpha.", document)
    assert [e.verdict for e in found] == [S, C]
    for evidence in found:
        quote = evidence.quote
        assert document.text[quote.start : quote.end] == quote.text
        assert (quote.depth, evidence.relation) == ("table", "unknown")
        assert evidence.rationale is not None
        for cell in evidence.rationale.cells:
            assert document.text[cell.start : cell.end] == cell.text
            assert quote.start <= cell.start <= cell.end <= quote.end
    assert found[0].rationale is not None
    assert found[0].rationale.label == "Table 1"
    assert found[0].quote.text.startswith("71.2")


def test_a_table_that_is_no_evidence_is_left_alone() -> None:
    document = document_of(("Test scores.", SCORES))
    outside = document.model_copy(update={"sections": (document.sections[0].model_copy(update={"evidence": False}),)})
    assert verify_in_tables("Raven outperforms Falcon on Alpha.", document)
    assert verify_in_tables("Raven outperforms Falcon on Alpha.", outside) == ()


NAMES = ("Raven", "Falcon", "Osprey")
SETS = ("Alpha", "Beta")
scores = st.lists(st.lists(st.integers(100, 999), min_size=2, max_size=2), min_size=3, max_size=3)


def _rows(values: list[list[int]]) -> Rows:
    head = ("Model", *(f"{s} F1" for s in SETS))
    return (head, *((name, *(f"{v / 10:.1f}" for v in row)) for name, row in zip(NAMES, values, strict=True)))


@given(scores, st.sampled_from(NAMES), st.sampled_from(SETS), st.integers(100, 999))
def test_another_number_is_never_supported(values: list[list[int]], name: str, data: str, other: int) -> None:
    true = values[NAMES.index(name)][SETS.index(data)]
    table = grid(_rows(values))
    assert verify_in_grid(f"{name} achieves an F1 of {true / 10:.1f} on {data}.", table).verdict == S
    if other != true:
        assert verify_in_grid(f"{name} achieves an F1 of {other / 10:.1f} on {data}.", table).verdict != S


@given(
    scores,
    st.permutations(NAMES),
    st.sampled_from(SETS),
    st.sampled_from(["outperforms", "performs better than", "is superior to"]),
)
def test_the_compared_things_do_not_change_places(
    values: list[list[int]], names: list[str], data: str, verb: str
) -> None:
    one, two = names[:2]
    table = grid(_rows(values))
    both = {verify_in_grid(f"{a} {verb} {b} on {data}.", table).verdict for a, b in ((one, two), (two, one))}
    a, b = (values[NAMES.index(n)][SETS.index(data)] for n in (one, two))
    assert both == ({S, C} if a != b else {C})


@given(st.text(max_size=200), scores)
def test_any_claim_gets_a_verdict(claim: str, values: list[list[int]]) -> None:
    assert verify_in_grid(claim, grid(_rows(values))).verdict in (S, C, N)


def test_the_quote_of_each_evidence_slices_back() -> None:
    document = document_of(("Test scores.", SCORES))
    for table in grids_of(document):
        assert all(document.text[c.start : c.end] == c.text for c in table.cells)
