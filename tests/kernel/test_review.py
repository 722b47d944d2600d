from __future__ import annotations

import pytest

from sovereign.kernel.review import MAX_PENALTY, review
from sovereign.records import Answer, Claim, ReviewRound
from tests.kernel.conftest import Run
from tests.kernel.making import PLAN, answer, claim, paper

AUTHORS = (paper("arxiv:1", "Ada Perez"), paper("arxiv:2", "Jon Quill"))


def reviewed(*claims: Claim, said: Answer | None = None) -> ReviewRound:
    return review(1, PLAN, claims, said or answer(*(c.id for c in claims)), AUTHORS)


def finding(round_: ReviewRound, code: str):
    found = [f for f in round_.findings if f.code == code]
    assert len(found) <= 1
    return found[0] if found else None


def good() -> list[Claim]:
    return [claim(f"C{n}", source=f"arxiv:{n % 2 + 1}", verified=True) for n in range(1, 7)]


def test_a_sound_answer_has_no_objection():
    round_ = reviewed(*good())
    assert {f.severity for f in round_.findings} == {"note"}
    assert {f.role for f in round_.findings} == {"VALIDATOR", "SYNTHESIZER"}
    # All but "sources", where two of five works are cited.
    assert round_.score == pytest.approx(10 - 1.0 * (1 - 2 / 5))


@pytest.mark.parametrize(
    ("bad", "code", "severity"),
    [
        (claim("C9", "CONTRADICT"), "unsupported-in-answer", "major"),
        (claim("C9", "NOT_ENOUGH_INFO"), "unsupported-in-answer", "major"),
        (claim("C9", "UNCHECKED"), "unsupported-in-answer", "major"),
        (claim("C9", "MIXED"), "mixed-in-answer", "minor"),
        (claim("C9", anchored=False), "anchored", "major"),
        (claim("C9", verified=False), "single-source", "minor"),
        (claim("C9", verified=True, depth="note"), "note-depth", "minor"),
        (claim("C9", verified=True, secondhand=True), "second-hand", "minor"),
    ],
)
def test_a_planted_defect_is_named_and_costs(bad: Claim, code: str, severity: str):
    before, after = reviewed(*good()), reviewed(*good(), bad)
    found = finding(after, code)
    assert found is not None
    assert (found.claim_ids, found.severity) == (("C9",), severity)
    assert finding(before, code) is None or finding(before, code).severity == "note"
    assert after.score < before.score


def test_a_claim_that_the_answer_does_not_use_is_no_defect_of_the_answer():
    claims = [*good(), claim("C9", "CONTRADICT")]
    round_ = reviewed(*claims, said=answer(*(c.id for c in good())))
    assert finding(round_, "unsupported-in-answer") is None
    assert round_.score == reviewed(*good()).score


def test_an_empty_facet_is_named():
    round_ = reviewed(said=answer(state="NOT_ANSWERABLE"))
    assert finding(round_, "facet-without-evidence").facet_ids == ("F1",)
    assert finding(round_, "facet-without-evidence").severity == "major"
    assert finding(round_, "nothing-to-validate").severity == "major"
    assert round_.score == 0.0


def test_one_group_is_named():
    assert finding(reviewed(*good()), "one-group") is None
    alone = reviewed(*(claim(f"C{n}", verified=True) for n in range(1, 7)))
    assert finding(alone, "one-group") is not None


def test_what_was_not_assessed_scores_nothing():
    terms = {t.name: t for t in reviewed(said=answer(state="NOT_ANSWERABLE")).terms}
    assert terms["verified"].share is None
    assert terms["verified"].points == 0.0


def arithmetic(round_: ReviewRound) -> None:
    assert sum(t.weight for t in round_.terms if t.weight > 0) == 10
    for term in round_.terms:
        if term.weight > 0:
            assert term.points == pytest.approx(term.weight * (term.share or 0.0), abs=1e-3)
            assert term.share is None or 0 <= term.share <= 1
        else:
            assert -MAX_PENALTY <= term.points <= 0
    assert round_.score == pytest.approx(max(0.0, sum(t.points for t in round_.terms)), abs=0.01)
    assert 0 <= round_.score <= 10


def test_the_score_is_the_sum_of_its_terms(starter: Run, layouts: Run):
    for record in (starter.record, layouts.record):
        for round_ in record.reviews:
            arithmetic(round_)
    arithmetic(reviewed(*good()))
    arithmetic(reviewed())
    many = [claim(f"C{n}", "CONTRADICT", anchored=False, depth="note", secondhand=True) for n in range(1, 9)]
    arithmetic(reviewed(*many))


def test_findings_name_only_claims_that_are_there(starter: Run):
    ids = {c.id for c in starter.record.claims}
    facets = {f.id for f in starter.record.plan.facets}
    for round_ in starter.record.reviews:
        for found in round_.findings:
            assert set(found.claim_ids) <= ids
            assert set(found.facet_ids) <= facets
