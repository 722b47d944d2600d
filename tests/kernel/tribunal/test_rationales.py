"""What a table's evidence rests on is worked out again: right sums pass however a cell is printed, and altered ones do not."""

from __future__ import annotations

import pytest

from sovereign.checks.tabular import verify_in_tables
from sovereign.kernel.tribunal.rationales import _wrong
from sovereign.reading import read_bytes
from sovereign.records import Evidence

PAGE = """# Systems

Table 1: Scores.

| System | Genauigkeit | Recall | EM/F1 | Change | Params |
|---|---|---|---|---|---|
| Raven | 71,25 | 0.715 | 71.1/79.5 | −1.15 | 1.2M |
| Falcon | 61,05 | 0.615 | 61.1/69.5 | −3.25 | 2.4M |
| Gull | 51,05 | 0.515 | 51.1/59.5 | −2.25 | 3.6M |
"""
CLAIMS = (
    ("Raven has a Genauigkeit of 71.25.", "71.25 = 71.25"),
    ("Raven has a recall of 71.5%.", "100 * 0.715 = 71.5"),
    ("Raven has an EM/F1 of 79.5.", "79.5 = 79.5"),
    ("Raven has a change of -1.15.", "-1.15 = -1.15"),
    ("Raven has a change of 1.15.", "-(-1.15) = 1.15"),
    ("Falcon uses 2.0x the params of Raven.", "2.4e+06 / 1.2e+06 = 2"),
)


def evidence_of(claim: str) -> Evidence:
    (found,) = [e for e in verify_in_tables(claim, read_bytes(PAGE.encode(), "systems.md")) if e.verdict == "SUPPORT"]
    return found


@pytest.mark.parametrize(("claim", "expression"), CLAIMS)
def test_a_sum_that_comes_out_is_no_finding(claim: str, expression: str) -> None:
    found = evidence_of(claim)
    assert found.rationale and found.rationale.computation.expression == expression
    assert list(_wrong(found)) == []


@pytest.mark.parametrize(
    ("expression", "said"),
    [("71.25 = 71.52", "does not come out"), ("72.25 = 72.25", "of no cell"), ("7125 = 7125", "of no cell")],
)
def test_an_altered_sum_is_a_finding(expression: str, said: str) -> None:
    found = evidence_of(CLAIMS[0][0])
    assert found.rationale
    computation = found.rationale.computation.model_copy(update={"expression": expression})
    altered = found.model_copy(update={"rationale": found.rationale.model_copy(update={"computation": computation})})
    assert any(said in text for text in _wrong(altered))


def test_a_sign_that_a_claim_prints_is_that_of_the_cell() -> None:
    document = read_bytes(PAGE.encode(), "systems.md")
    assert "SUPPORT" not in [e.verdict for e in verify_in_tables("Raven has a change of +1.15.", document)]
