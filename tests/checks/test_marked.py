"""What stands right behind "may" or "not" is neither stated nor affirmed by the claim that leaves the word out."""

from __future__ import annotations

import pytest

from sovereign.checks import verify_in_document
from sovereign.checks.assertion import check_assertion
from sovereign.checks.marked import DENIALS, HEDGES, unmarked

from .test_document import document


def verdict_of(claim: str, *sentences: str) -> str:
    return verify_in_document(claim, document(*sentences)).verdict


FLAT = (
    (HEDGES, "Moths may harm the crop, or a drought may.", "Moths will harm the crop, or a drought may."),
    (HEDGES, "It halves the load, potentially surpassing older tools.", "It halves the load, surpassing older tools."),
    (HEDGES, "Salt could also slow the rusting.", "Salt also slows the rusting."),
    (DENIALS, "Shade did not significantly alter the yield.", "Shade did significantly alter the yield."),
    (DENIALS, "These maps are not faithful copies.", "These maps are faithful copies."),
    (DENIALS, "Such tools cannot jointly plan and act.", "Such tools can jointly plan and act."),
    (DENIALS, "The valve doesn't close in frost.", "The valve does close in frost."),
)


@pytest.mark.parametrize(("marks", "evidence", "claim"), FLAT)
def test_a_word_left_out_is_seen(marks, evidence: str, claim: str) -> None:
    assert unmarked(claim, [evidence], marks) != ""
    assert unmarked(evidence, [evidence], marks) == ""
    assert verdict_of(claim, "We looked at many of them.", evidence) != "SUPPORT"


def test_what_is_stated_elsewhere_may_be_stated() -> None:
    texts = ["Moths may harm the crop.", "Moths harm the crop in all of the fields."]
    assert unmarked("Moths harm the crop.", texts, HEDGES) == ""
    assert unmarked("It is not only fast.", ["It is not only fast."], DENIALS) == ""
    assert unmarked("It is fast and cheap.", ["It is not only fast but cheap."], DENIALS) == ""


def test_one_hedge_elsewhere_does_not_hide_another() -> None:
    outcome = check_assertion("Moths harm the crop, or a drought may.", "Moths may harm the crop, or a drought may.")
    assert outcome.outcome == "fail" and "harm" in outcome.reason


def test_two_denials_that_agree_do_not_contradict() -> None:
    first, second = "Mulch did not affect regrowth after frost.", "Mulch had no impact on regrowth after frost."
    for claim, evidence in ((first, second), (second, first)):
        assert verdict_of(claim, "Beds had frost.", evidence) != "CONTRADICT"
    assert verdict_of("Mulch affected regrowth after frost.", "Beds had frost.", first) == "CONTRADICT"
