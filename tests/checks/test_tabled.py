"""Sentences and tables of one document, put together to one verdict."""

from __future__ import annotations

import pytest

from sovereign.checks.tabled import with_tables
from sovereign.records import Computation, Evidence, Quote, Rationale, Verdict, Verification


def passage(verdict: Verdict, tabled: bool = False) -> Evidence:
    """A sentence or a table that gives a verdict."""
    quote = Quote(text="x", text_hash="", start=3, end=4, paper_id="a", source_id="a", section="", depth="full_text")
    rationale = Rationale(
        label="Table 2", caption="", cells=(), computation=Computation(operation="lookup", expression="x")
    )
    return Evidence(
        quote=quote, relation="unknown", verdict=verdict, scope="same", checks=(), reason="as the test says",
        rationale=rationale if tabled else None,
    )  # fmt: skip


def said(verdict: Verdict) -> Verification:
    """What the sentences of a document say."""
    return Verification(
        verdict=verdict, reason="the sentences", deciding=("number",), anchored=True, verified=False, independent_groups=0,
        evidence=(passage(verdict),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "tables", "whole"),
    [
        ("NOT_ENOUGH_INFO", ["SUPPORT"], "SUPPORT"),
        ("NOT_ENOUGH_INFO", ["CONTRADICT"], "CONTRADICT"),
        ("NOT_ENOUGH_INFO", ["SUPPORT", "CONTRADICT"], "MIXED"),
        ("NOT_ENOUGH_INFO", ["NOT_ENOUGH_INFO"], "NOT_ENOUGH_INFO"),
        ("NOT_ENOUGH_INFO", [], "NOT_ENOUGH_INFO"),
        ("SUPPORT", ["CONTRADICT"], "MIXED"),
        ("CONTRADICT", ["SUPPORT"], "MIXED"),
        ("SUPPORT", ["SUPPORT"], "SUPPORT"),
        ("CONTRADICT", ["CONTRADICT"], "CONTRADICT"),
        ("MIXED", ["SUPPORT"], "MIXED"),
        ("UNCHECKED", ["SUPPORT"], "SUPPORT"),
    ],
)
def test_one_verdict(text: Verdict, tables: list[Verdict], whole: Verdict) -> None:
    found = with_tables(said(text), [passage(v, tabled=True) for v in tables])
    assert found.verdict == whole
    assert len(found.evidence) == 1 + len(tables)
    assert found.verified is False


def test_what_decides_comes_first_and_is_named() -> None:
    found = with_tables(said("NOT_ENOUGH_INFO"), [passage("CONTRADICT", tabled=True)])
    assert found.evidence[0].rationale is not None
    assert found.deciding == ("table",)
    assert found.reason == "contradicted in Table 2: as the test says"


def test_mixed_names_both_places() -> None:
    found = with_tables(said("SUPPORT"), [passage("CONTRADICT", tabled=True)])
    assert found.reason.startswith("supported at 3..4, contradicted in Table 2")
    assert found.deciding == ("number", "table")


def test_cells_come_before_a_sentence_that_only_says_the_same_and_before_tables_that_decide_nothing() -> None:
    tables = [passage("NOT_ENOUGH_INFO", tabled=True), passage("SUPPORT", tabled=True)]
    texts: dict[Verdict, tuple[str, ...]] = {"SUPPORT": ("number", "table"), "NOT_ENOUGH_INFO": ("table",)}
    for text, deciding in texts.items():
        found = with_tables(said(text), tables)
        assert found.evidence[0].rationale is not None and found.evidence[0].verdict == "SUPPORT"
        assert found.reason == "supported in Table 2: as the test says"
        assert found.deciding == deciding
