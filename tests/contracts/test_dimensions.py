"""The dimensions come from checks: not from the score, and nothing that was not checked counts as passed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.contracts import dimensions
from sovereign.contracts.assessed import cited_claims
from sovereign.contracts.dimensions import DEFINITIONS, Dimension, quality_dimensions
from sovereign.contracts.example import example
from sovereign.contracts.published import Published
from sovereign.contracts.scale import level_of
from sovereign.records import CheckOutcome, Claim, Disagreement, Event, Evidence, Outcome, Record, Side


def of(published: Published) -> dict[str, Dimension]:
    return dict(quality_dimensions(published).dimensions)


def with_record(published: Published, **changes: object) -> Published:
    return Published(published.record.model_copy(update=changes), published.events, published.head)


def with_claims(published: Published, change: object) -> Published:
    return with_record(published, claims=tuple(change(c) for c in published.record.claims))  # type: ignore[operator]


def with_evidence(claim: Claim, change: object) -> Claim:
    if claim.verification is None:
        return claim
    evidence = tuple(change(e) for e in claim.verification.evidence)  # type: ignore[operator]
    return claim.model_copy(update={"verification": claim.verification.model_copy(update={"evidence": evidence})})


def without_checks(claim: Claim) -> Claim:
    return with_evidence(claim.model_copy(update={"gate": None}), lambda e: e.model_copy(update={"checks": ()}))


def test_all_eight_are_there_with_their_words_and_each_says_what_it_rests_on(published: Published) -> None:
    for record in (published, example()):
        found = of(record)
        assert list(found) == list(DEFINITIONS)
        for name, one in found.items():
            assert one.definition == DEFINITIONS[name] and one.basis and one.checks
            assert one.level == level_of(one.score)
            assert bool(one.counts) != bool(one.missing), name


@given(st.floats(0, 10), st.sampled_from(["AUTO_APPROVE", "HOLD", "REJECT"]), st.integers(0, 7))
def test_score_decision_and_level_change_none_of_them(score: float, outcome: str, level: int) -> None:
    given_, record = example(), example().record
    reviews = (record.reviews[-1].model_copy(update={"score": score}),)
    decision = record.decision.model_copy(update={"outcome": outcome})
    assert of(with_record(given_, reviews=reviews, decision=decision, level=level)) == of(given_)


def test_a_deposit_changes_none_of_them() -> None:
    last = example().events[-1]
    payload = {"archive": "zenodo.org", "doi": "10.5281/zenodo.1", "version": 1, "sandbox": False}
    deposited = Event(seq=99, at=last.at, kind="record.deposited", subject=example().subject, payload=payload, prev_hash="", hash="")  # fmt: skip
    assert of(Published(example().record, (*example().events, deposited), example().head)) == of(example())


def test_without_check_outcomes_nothing_is_assessed(published: Published) -> None:
    for record in (published, example()):
        assert any(d.score is not None for d in of(record).values())
        bare = of(with_claims(record, without_checks))
        assert {d.level for d in bare.values()} == {"UNASSESSED"}
        assert all(d.score is None and d.missing for d in bare.values())


@given(st.lists(st.sampled_from(["pass", "fail", "unclear", "not_applicable"]), min_size=40, max_size=40))
def test_what_did_not_pass_never_raises_a_score(outcomes: list[Outcome]) -> None:
    """Any check set to unclear, as if it had not decided, gives at most the score there was, or none."""
    order = iter(outcomes)

    def blurred(check: CheckOutcome) -> CheckOutcome:
        kept = check.outcome == "pass" and next(order, "pass") == "pass"
        return check if kept else check.model_copy(update={"outcome": "unclear"})

    def change(evidence: Evidence) -> Evidence:
        return evidence.model_copy(update={"checks": tuple(map(blurred, evidence.checks))})

    before = of(example())
    after = of(with_claims(example(), lambda c: with_evidence(c, change)))
    for name in ("evidence_strength", "citation_grounding", "reproducibility_status"):
        was, now = before[name].score, after[name].score
        assert now is None or (was is not None and now <= was), name


def test_unclear_on_every_check_counts_as_passed_nowhere() -> None:
    def unclear(evidence: Evidence) -> Evidence:
        return evidence.model_copy(
            update={"checks": tuple(c.model_copy(update={"outcome": "unclear"}) for c in evidence.checks)}
        )

    found = of(with_claims(example(), lambda c: with_evidence(c.model_copy(update={"gate": None}), unclear)))
    assert not (found["evidence_strength"].score or 0)
    assert not (found["citation_grounding"].score or 0)
    assert found["numerical_consistency"].score is None and found["benchmark_validity"].score is None


def test_a_claim_that_nobody_held_against_anything_lowers_evidence_and_grounding() -> None:
    record = example().record
    bare = record.claims[1].model_copy(update={"verification": None})
    found = of(with_record(example(), claims=(record.claims[0], bare)))
    for name in ("evidence_strength", "citation_grounding"):
        assert (found[name].score or 0) < (of(example())[name].score or 0)


def test_a_contradiction_from_its_own_work_lowers_strength_and_consistency() -> None:
    def contradicted(evidence: Evidence) -> Evidence:
        if evidence.relation == "own_quote":
            return evidence
        return evidence.model_copy(update={"relation": "own_work", "verdict": "CONTRADICT"})

    def change(claim: Claim) -> Claim:
        against = with_evidence(claim, contradicted)
        assert against.verification is not None
        verdict = {"verdict": "MIXED", "verified": False} if claim.id == "C2" else {}
        return against.model_copy(update={"verification": against.verification.model_copy(update=verdict)})

    before, after = of(example()), of(with_claims(example(), change))
    for name in ("evidence_strength", "numerical_consistency"):
        assert (after[name].score or 0) < (before[name].score or 0)
    assert after["numerical_consistency"].counts["contradicted_by_their_own_work"] == 1


def test_what_stands_against_a_cited_claim_must_be_said() -> None:
    def mixed(claim: Claim) -> Claim:
        if claim.id != "C1" or claim.verification is None:
            return claim
        return claim.model_copy(update={"verification": claim.verification.model_copy(update={"verdict": "MIXED"})})

    silent = with_claims(example(), mixed)
    assert "what stands against claim C1" in of(silent)["uncertainty_disclosure"].basis
    side = Side(statement="s", claim_ids=("C1",), source_ids=())
    why = Disagreement(subject="s", metric="m", kind="level", sides=(side,), why="w")
    answer = silent.record.answer.model_copy(update={"disagreements": (why,)})
    said = with_record(silent, answer=answer)
    assert (of(said)["uncertainty_disclosure"].score or 0) > (of(silent)["uncertainty_disclosure"].score or 0)


def test_recorded_is_not_high_and_a_repeated_run_is() -> None:
    before = of(example())["reproducibility_status"]
    assert before.level == "MEDIUM" and "not rerun" in before.basis
    again = [
        Event(seq=99, at="", kind="claim.repeated", subject=f"{example().subject}/C1", payload={"inside": inside}, prev_hash="", hash="")
        for inside in (False, True)
    ]  # fmt: skip
    outside, inside = (of(Published(example().record, (*example().events, e), example().head)) for e in again)
    assert outside["reproducibility_status"] == before
    assert inside["reproducibility_status"].level == "HIGH"


def test_novelty_is_of_figures_that_no_source_states() -> None:
    stated = of(example())["novelty"]
    assert stated.score == 0.0 and stated.counts["figures"] == 1
    (measured,) = example().record.measurements
    other = measured.model_copy(update={"ratio": 0.5, "quantity": measured.quantity.model_copy(update={"value": 50.0})})
    assert (of(with_record(example(), measurements=(other,)))["novelty"].score or 0) > 0
    bare = example().record.answer
    none = of(with_record(example(), measurements=(), answer=bare))["novelty"]
    assert none.level == "UNASSESSED" and none.missing


def test_safety_needs_a_check_of_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert of(example())["safety_impact"].level == "UNASSESSED"
    monkeypatch.setattr(dimensions, "SAFETY_CHECKS", ("anchor",))
    assert of(example())["safety_impact"].score == 10.0


def test_dimensions_look_at_cited_claims_alone(published: Published) -> None:
    cited = {c.id for c in cited_claims(published)}
    record: Record = published.record
    assert 0 < len(cited) < len(record.claims)
    fewer = with_record(published, claims=tuple(c for c in record.claims if c.id in cited))
    for name in ("evidence_strength", "citation_grounding", "numerical_consistency", "benchmark_validity"):
        assert of(fewer)[name] == of(published)[name]
