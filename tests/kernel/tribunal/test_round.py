"""Weaknesses that reviewers name, the arithmetic of their scores, and the answers to their findings."""

from __future__ import annotations

import pytest

from sovereign.kernel.tribunal import Brief, respond, review, rule
from sovereign.kernel.tribunal.kinds import finding as made
from sovereign.kernel.tribunal.responses import limitations
from sovereign.kernel.tribunal.scores import ROLES, role_score
from sovereign.kernel.tribunal.weaknesses import skeptic, validator
from sovereign.records import Answer, Candidate, Claim, Finding, Retrieval, ReviewRound
from tests.kernel.conftest import Run
from tests.kernel.making import PLAN, answer, claim, paper

AUTHORS = (paper("arxiv:1", "Ada Perez"), paper("arxiv:2", "Jon Quill"))
RETRIEVAL = Retrieval(
    sources=("library",),
    candidates=tuple(
        Candidate(paper_id=p.id, title=p.title, location="", score=1.0, ranks=(1,), kept=True, reason="kept")
        for p in AUTHORS
    ),
)


def brief(*claims: Claim, said: Answer | None = None) -> Brief:
    return Brief(PLAN, RETRIEVAL, AUTHORS, claims, (), said or answer(*(c.id for c in claims)))


def weaknesses(*claims: Claim, said: Answer | None = None) -> dict[str, Finding]:
    given = brief(*claims, said=said)
    found = [*skeptic(given), *validator(given)]
    assert len({f.code for f in found}) == len(found)
    return {f.code: f for f in found}


def good() -> list[Claim]:
    return [claim(f"C{n}", source=f"arxiv:{n % 2 + 1}", verified=True) for n in range(1, 7)]


def test_sound_evidence_has_no_weakness():
    assert {f.severity for f in weaknesses(*good()).values()} == {"note"}


@pytest.mark.parametrize(
    ("bad", "code", "severity"),
    [
        (claim("C9", "CONTRADICT"), "unsupported-in-answer", "major"),
        (claim("C9", "NOT_ENOUGH_INFO"), "unsupported-in-answer", "major"),
        (claim("C9", "UNCHECKED"), "unsupported-in-answer", "major"),
        (claim("C9", "MIXED"), "mixed-in-answer", "minor"),
        (claim("C9", anchored=False), "not-anchored", "major"),
        (claim("C9", verified=False), "single-source", "minor"),
        (claim("C9", verified=True, depth="note"), "note-depth", "minor"),
        (claim("C9", verified=True, secondhand=True), "second-hand", "minor"),
    ],
)
def test_a_planted_weakness_is_named_and_costs(bad: Claim, code: str, severity: str):
    found = weaknesses(*good(), bad)[code]
    assert (found.claim_ids, found.severity) == (("C9",), severity)
    assert code not in weaknesses(*good())
    costs = role_score(found.role, brief(*good(), bad), [found]).terms[-1].points
    assert costs == -rule().penalty[found.severity] < 0


def test_a_claim_that_the_answer_does_not_use_is_no_weakness_of_the_answer():
    said = answer(*(c.id for c in good()))
    assert "unsupported-in-answer" not in weaknesses(*good(), claim("C9", "CONTRADICT"), said=said)


def test_an_empty_facet_is_named_and_an_empty_record_scores_nothing():
    empty = answer(state="NOT_ANSWERABLE")
    found = weaknesses(said=empty)
    assert found["facet-without-evidence"].facet_ids == ("F1",)
    assert found["facet-without-evidence"].at == ("/answer/facets/0",)
    assert found["nothing-to-validate"].severity == "major"
    round_ = review(1, brief(said=empty))
    assert round_.score == 0.0
    assert {t.name: t.share for s in round_.scores for t in s.terms}["verified"] is None


def test_one_group_is_named():
    assert "one-group" not in weaknesses(*good())
    assert "one-group" in weaknesses(*(claim(f"C{n}", verified=True) for n in range(1, 7)))


def arithmetic(round_: ReviewRound) -> None:
    cost = rule().penalty
    for score in round_.scores:
        shares, (penalty,) = score.terms[:-1], score.terms[-1:]
        assert sum(t.weight for t in shares) == pytest.approx(10)
        for term in shares:
            assert term.share is None or 0 <= term.share <= 1
            assert term.points == pytest.approx(term.weight * (term.share or 0.0), abs=1e-3)
        own = [f.severity for f in round_.findings if f.role == score.role and f.counts]
        small = min(rule().minor_cap, sum(cost[s] for s in own if s == "minor"))
        assert penalty.points == pytest.approx(-small - sum(cost[s] for s in own if s in ("major", "critical")))
        assert score.score == pytest.approx(min(10.0, max(0.0, sum(t.points for t in score.terms))), abs=0.01)
    assert tuple(s.role for s in round_.scores) == ROLES
    assert round_.score == pytest.approx(sum(t.points for t in round_.terms), abs=0.01)
    each = [s.score for s in round_.scores]
    assert round_.spread == pytest.approx(max(each) - min(each), abs=0.01)
    critical = any(f.severity == "critical" for f in round_.findings)
    assert round_.score <= rule().critical_cap if critical else round_.score == pytest.approx(sum(each) / 3, abs=0.01)


def test_the_score_is_the_sum_of_its_terms(starter: Run, layouts: Run):
    for record in (starter.record, layouts.record):
        for round_ in record.reviews:
            arithmetic(round_)
    arithmetic(review(1, brief(*good())))
    arithmetic(review(1, brief()))
    many = [claim(f"C{n}", "CONTRADICT", anchored=False, depth="note", secondhand=True) for n in range(1, 9)]
    arithmetic(review(1, brief(*many)))


def test_a_critical_finding_holds_the_score_below_every_bar():
    sentences = answer(*(c.id for c in good()))
    wrong = sentences.summary[0].model_copy(update={"claim_ids": ("C77",)})
    round_ = review(1, brief(*good(), said=sentences.model_copy(update={"summary": (wrong, *sentences.summary[1:])})))
    assert "fabricated-citation" in {f.code for f in round_.findings}
    assert round_.score <= rule().critical_cap
    arithmetic(round_)


def test_findings_point_at_what_is_there(starter: Run):
    record = starter.record
    data = record.model_dump(mode="json")
    ids, facets = {c.id for c in record.claims}, {f.id for f in record.plan.facets}
    seen = 0
    for round_ in record.reviews:
        assert len({f.id for f in round_.findings}) == len(round_.findings)
        for found in round_.findings:
            assert set(found.claim_ids) <= ids
            assert set(found.facet_ids) <= facets
            for pointer in found.at:
                place: object = data
                for step in pointer.split("/")[1:]:
                    place = place[int(step)] if isinstance(place, list) else place[step]  # type: ignore[index]
                seen += 1
    assert seen


def test_every_objection_of_the_first_round_is_answered(starter: Run):
    first, second = starter.record.reviews
    objections = [f.id for f in first.findings if f.severity != "note"]
    assert [r.finding_id for r in second.responses] == objections
    assert objections
    for line in limitations(starter.record.reviews):
        assert line in starter.record.limits


def round_of(number: int, *findings: Finding) -> ReviewRound:
    named = tuple(f.model_copy(update={"id": f"R{number}-{n}"}) for n, f in enumerate(findings))
    return ReviewRound(number=number, findings=named, terms=(), score=5.0)


def test_a_finding_is_resolved_accepted_or_rejected():
    gone, stays = made("mixed-in-answer", "x", claims=["C1"]), made("single-source", "y", claims=["C1", "C2"])
    talk = made("objection", "z", claims=["C1"]).model_copy(update={"model": "fake:", "evidence": "it says so"})
    first = round_of(1, gone, stays, talk)
    second = round_of(2, made("single-source", "y", claims=["C2"]))
    outcome = {r.finding_id: r for r in respond(first, second, ["downgraded C1"])}
    assert [outcome[f"R1-{n}"].outcome for n in range(3)] == ["resolved", "limitation", "rejected"]
    assert "downgraded C1" in outcome["R1-0"].reason
    assert "1 claims instead of 2" in outcome["R1-1"].reason
    assert rule().kinds["single-source"].needs in outcome["R1-1"].reason
    assert "it says so" in outcome["R1-2"].reason
    assert limitations([first, second.model_copy(update={"responses": tuple(outcome.values())})]) == (
        "Objection of the reviewers that stands: y.",
    )
