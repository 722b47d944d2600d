"""Ranges, spreads and hyphenated units: both ends and the unit must stand in the evidence, in any of their notations."""

from __future__ import annotations

import pytest

from sovereign.checks import verify_in_document
from sovereign.checks.figures import check_number
from sovereign.checks.printed import misprinted, printed
from sovereign.checks.things import veto_figures

from .test_document import document


def verdict_of(claim: str, *sentences: str) -> str:
    return verify_in_document(claim, document(*sentences)).verdict


RANGES = (
    ("Volunteers aged 21-58 were recruited in spring.", "21-58", ("21-71", "12-58")),
    ("The pump ran at 300 to 450 strokes in every trial.", "300 to 450", ("300 to 540", "250 to 450")),
    ("Leaves were kept between 7 and 19 nights in the dark.", "7 and 19", ("7 and 25", "3 and 19")),
    ("The corpus has 1,200–1,800 labelled turns per speaker.", "1,200–1,800", ("1,200–2,100", "900–1,800")),
    ("Recall stayed at 31-33 across widths 8-128.", "31-33", ("31-36", "28-33")),
    ("Loss was measured from runs of 2011-2016 in both towns.", "2011-2016", ("2011-2019", "2007-2016")),
    ("The shells are 0.4-1.6 mm thick at the rim.", "0.4-1.6", ("0.4-2.2", "0.2-1.6")),
    ("Between 30 and 50 farmers joined each workshop.", "30 and 50", ("30 and 70", "10 and 50")),
    ("Rates of failure were 3-5% in both wings.", "3-5", ("3-6", "1-5")),
)


@pytest.mark.parametrize(("sentence", "found", "others"), RANGES)
def test_both_ends_of_a_range_count(sentence: str, found: str, others: tuple[str, ...]) -> None:
    assert verdict_of(sentence, "The work was done in two towns.", f"As planned, {sentence}") == "SUPPORT"
    for other in others:
        claim = sentence.replace(found, other)
        assert veto_figures(claim, [sentence]).outcome == "fail"
        assert check_number(claim, sentence).outcome in ("fail", "unclear")
        assert verdict_of(claim, "The work was done in two towns.", sentence) != "SUPPORT"


@pytest.mark.parametrize(
    "evidence", ["aged 21 to 58", "aged 21–58", "aged between 21 and 58", "ranging from 21 to 58 in age"]
)
def test_a_range_may_be_joined_otherwise(evidence: str) -> None:
    assert misprinted("Volunteers aged 21-58 were recruited.", [f"We recruited volunteers {evidence}."]) == ""


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The 3-week course was safe.", "The 3-month course was safe."),
        ("Rats of the 40-g group slept longer.", "Rats of the 40-mg group slept longer."),
        ("The stem was 6.1 ± 0.4 mm wide.", "The stem was 6.1 ± 0.4 cm wide."),
        ("The stem was 6.1 +/- 0.9 cm wide.", "The stem was 6.1 +/- 0.4 cm wide."),
        ("Boys of 4-9 months old were seen.", "Boys of 4-9 years old were seen."),
        ("The wait was 14 (range 3-61) years.", "The wait was 14 (range 3-61) months."),
        ("Pain lasted 6 days (2-14 weeks).", "Pain lasted 6 days (2-14 days)."),
    ],
)
def test_the_unit_behind_it_counts(claim: str, evidence: str) -> None:
    assert misprinted(claim, [evidence]) != "" and misprinted(evidence, [evidence]) == ""
    assert veto_figures(claim, [evidence]).outcome == "fail"


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("A 2-year trial of the pump.", "The trial of the pump went on for 24 months."),
        ("A two-week course.", "A course of 14 days."),
        ("A 40-mg dose.", "A dose of 40 mg."),
        ("From 12 to 15 voles were caught.", "The catch rose from 12 in May to 15 voles."),
        ("Care between 2004-2009 did not change.", "Care did not change."),
    ],
)
def test_the_same_said_otherwise_is_no_misprint(claim: str, evidence: str) -> None:
    assert misprinted(claim, [evidence]) == ""


def test_dates_names_and_plain_numbers_are_no_ranges() -> None:
    text = "On 2010-05-12 COVID-19 had 40 and 65 cases of grade 3, in 8 of 9 towns."
    assert not [p.text for p in printed(text) if p.joined]


def test_a_number_beside_a_bracket_keeps_its_noun() -> None:
    evidence = "Rust was found in 37 (33.9%) trees, with a loss of 5.5% (oak) to 20.5% (beech)."
    assert verdict_of("Rust was found in 37 trees.", "Trees were felled.", evidence) == "SUPPORT"
    assert verdict_of("Rust was found in 34 trees.", "Trees were felled.", evidence) != "SUPPORT"
