from __future__ import annotations

import pytest

from sovereign.contracts.decision import decide, policy
from sovereign.records import AnswerState, Counters, Decision, ReviewRound
from tests.kernel.making import answer


def decided(
    score: float,
    verified: int,
    state: AnswerState = "ANSWERED",
    extracted: int = 10,
    cited_contradicted: int = 0,
    cited_mixed: int = 0,
) -> Decision:
    counters = Counters(
        papers_seen=1,
        papers_kept=1,
        extracted=extracted,
        anchored=extracted,
        supported=extracted,
        contradicted=0,
        mixed=0,
        not_enough_info=0,
        unchecked=0,
        verified=verified,
        measured=0,
        cited=extracted,
    )
    return decide(
        counters,
        answer(state=state),
        ReviewRound(number=1, findings=(), terms=(), score=score),
        cited_contradicted,
        cited_mixed,
    )


@pytest.mark.parametrize(
    ("vector", "outcome", "rule"),
    [
        ((6.5, 5), "AUTO_APPROVE", "auto-approve"),
        ((10.0, 50), "AUTO_APPROVE", "auto-approve"),
        ((6.5, 5, "PARTLY_ANSWERED"), "AUTO_APPROVE", "auto-approve"),
        ((6.49, 5), "HOLD", "hold-score"),
        ((0.0, 5), "HOLD", "hold-score"),
        ((6.5, 4), "HOLD", "hold-verified"),
        ((10.0, 0), "HOLD", "hold-verified"),
        ((6.49, 4), "HOLD", "hold-score"),
        ((9.0, 9, "NOT_ANSWERABLE"), "HOLD", "hold-default"),
        ((9.0, 9, "ANSWERED", 0), "REJECT", "reject-empty"),
        ((9.0, 9, "ANSWERED", 10, 1), "REJECT", "reject-contradicted"),
        ((0.0, 0, "NOT_ANSWERABLE", 0, 0), "REJECT", "reject-empty"),
    ],
)
def test_the_policy(vector: tuple[object, ...], outcome: str, rule: str):
    decision = decided(*vector)
    assert (decision.outcome, decision.rule) == (outcome, rule)
    assert decision.policy == policy()["name"]
    assert decision.reasons and all(decision.reasons)
    assert (decision.inputs["score"], decision.inputs["verified"]) == vector[:2]


def test_supported_claims_do_not_count_as_verified():
    assert decided(9.0, 0, extracted=500).outcome == "HOLD"


def test_the_last_rule_always_holds_and_ids_are_unique():
    rules = policy()["rules"]
    assert rules[-1]["when"] == {}
    assert len({r["id"] for r in rules}) == len(rules)
    assert policy()["revision_below"] == 6.5


def test_a_sentence_on_a_contradicted_claim_is_for_the_owner():
    decision = decided(9.0, 9, cited_mixed=1)
    assert (decision.outcome, decision.rule) == ("HOLD", "hold-mixed")
    assert decided(9.0, 9).outcome == "AUTO_APPROVE"
