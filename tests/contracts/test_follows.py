"""Whether what stands in a record follows from what it rests on: decision, counters, levels, gates. Each problem names its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.contracts.decision import counters_follow, decision_follows
from sovereign.contracts.example import example
from sovereign.contracts.gates import GATED, gate_follows, gate_verdicts, gates_follow, standing
from sovereign.contracts.public import documents
from sovereign.contracts.published import Published
from sovereign.contracts.verification_levels import level_follows, verification_levels
from sovereign.records import Claim, Event, GateVerdict, Measurement


def changed(published: Published, **changes: object) -> Published:
    return Published(published.record.model_copy(update=changes), published.events, published.head)


def test_everything_follows_in_a_real_record_and_in_the_example(published: Published) -> None:
    for one in (published, example()):
        assert decision_follows(one.record) == []
        assert counters_follow(one.record) == []
        assert level_follows(one) == []
        assert gates_follow(one) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"outcome": "REJECT"}, "/decision/outcome"),
        ({"rule": "auto-approve-all"}, "/decision/rule"),
        ({"reasons": ("because",)}, "/decision/reasons"),
        ({"inputs": {}}, "/decision/inputs/"),
        ({"policy": "another"}, "/decision/policy"),
    ],
)
def test_a_changed_decision_does_not_follow(published: Published, change: dict[str, Any], place: str) -> None:
    decision = published.record.decision.model_copy(update=change)
    problems = decision_follows(published.record.model_copy(update={"decision": decision}))
    assert problems and all(p.startswith(place) for p in problems)


@given(st.floats(0, 10).filter(lambda s: s != 7.6))
def test_a_changed_score_is_found(score: float) -> None:
    record = example().record
    reviews = (record.reviews[-1].model_copy(update={"score": score}),)
    assert any(
        p.startswith("/decision/inputs/score") for p in decision_follows(record.model_copy(update={"reviews": reviews}))
    )


def test_changed_counters_and_a_record_without_review_are_found(published: Published) -> None:
    record = published.record
    more = record.counters.model_copy(update={"verified": record.counters.verified + 1})
    assert counters_follow(record.model_copy(update={"counters": more}))[0].startswith("/counters/verified")
    assert decision_follows(record.model_copy(update={"reviews": ()}))[0].startswith("/reviews")


def test_a_level_or_rung_that_no_event_earned_is_found(published: Published) -> None:
    assert level_follows(changed(published, level=3))[0].startswith("/level")
    first = published.record.claims[0].model_copy(update={"rungs": (0, 1, 2, 3)})
    raised = changed(published, claims=(first, *published.record.claims[1:]))
    assert level_follows(raised)[0].startswith("/claims/0/rungs")
    gone = Published(published.record, (), published.head)
    assert {p.partition(":")[0] for p in level_follows(gone)} >= {"/level", "/claims/0/rungs"}


def test_events_after_the_save_raise_the_level_now_and_not_the_one_when_saved() -> None:
    before = verification_levels(example())
    assert before.paper_level == before.level_when_saved == 2
    later = [
        Event(seq=90, at="", kind="claim.corroborated", subject=f"{example().subject}/C2", payload={"independent_groups": 2},
              prev_hash="", hash=""),
    ]  # fmt: skip
    after = verification_levels(Published(example().record, (*example().events, *later), example().head))
    assert (after.paper_level, after.level_when_saved) == (3, 2)
    assert after.claim_summary.cross_source_corroborated_claims == 1
    assert level_follows(Published(example().record, (*example().events, *later), example().head)) == []


def test_the_summary_keeps_its_counts_apart_and_lists_every_claim(published: Published) -> None:
    found = verification_levels(published)
    summary = found.claim_summary
    claims = published.record.claims
    assert summary.aggregate_claim_records == summary.per_claim_public_record_count == len(claims)
    assert summary.source_grounded_claims == sum(2 in c.rungs for c in claims) > 0
    assert summary.cross_source_corroborated_claims == sum(3 in c.rungs for c in claims)
    assert summary.externally_reviewed_or_formally_verified_claims == 0
    assert [u.number for u in found.unsupported_upper_levels] == list(range(found.paper_level + 1, 8))
    assert found.unsupported_upper_levels[-1].reason == "no way to earn it in this release"


# Gates

STORED = Measurement.model_validate(example().record.measurements[0].model_dump())


def with_gate(**changes: object) -> Claim:
    claim = example().record.claims[0]
    assert claim.gate is not None
    return claim.model_copy(update={"gate": claim.gate.model_copy(update=changes)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"protocol_match": "proxy"}, "needs an exact protocol"),
        ({"protocol_match": None}, "needs an exact protocol"),
        ({"protocol": None}, "names no protocol"),
        ({"measurement_ids": ()}, "stored result"),
        ({"measurement_ids": ("G9",)}, "G9 is not there"),
        ({"code": "proxy_consistent"}, "with the reason proxy_consistent"),
        ({"status": "FALSIFIED"}, "with the reason passed"),
        ({"status": "UNVERIFIED"}, "without a verdict"),
    ],
)
def test_a_verdict_that_may_not_stand(change: dict[str, Any], said: str) -> None:
    assert gate_follows(with_gate(), (STORED,)) == []
    assert any(said in problem for problem in gate_follows(with_gate(**change), (STORED,)))


def test_a_verdict_needs_the_hash_of_its_result() -> None:
    for artifact in ("", "x" * 64, "ab" * 31):
        nothing = STORED.model_copy(update={"artifact": artifact})
        assert "stored result" in gate_follows(with_gate(), (nothing,))[0]


@given(st.sampled_from(["VERIFIED", "FALSIFIED"]), st.sampled_from(["proxy", None]))
def test_no_proxy_ever_verifies_or_falsifies(status: str, match: str | None) -> None:
    assert gate_follows(with_gate(status=status, protocol_match=match), (STORED,))


def test_the_documents_say_when_it_ran_and_the_record_is_verified_only_if_all_its_claims_are() -> None:
    whole, claim = gate_verdicts(example())
    assert whole.claim_id is None and whole.status == "UNVERIFIED"
    assert (claim.claim_id, claim.status, claim.artifacts) == ("C1", "VERIFIED", ("5e" * 32,))
    assert claim.evaluated_at == next(e.at for e in example().events if e.kind == "claim.executed")
    answer = example().record.answer
    alone = answer.model_copy(
        update={"abstract": answer.abstract[:1], "summary": answer.summary[:1], "facets": answer.facets[:1]}
    )
    assert gate_verdicts(changed(example(), answer=alone))[0].status == "VERIFIED"
    false = (with_gate(status="FALSIFIED", code="failed"), example().record.claims[1])
    assert gate_verdicts(changed(example(), claims=false))[0].status == "FALSIFIED"


def test_what_did_not_run_has_no_time(published: Published) -> None:
    whole, *of_claims = gate_verdicts(published)
    assert len(of_claims) == sum(c.gate is not None for c in published.record.claims)
    assert {bool(d.evaluated_at) for d in of_claims} == {True, False}
    for one in of_claims:
        assert bool(one.evaluated_at) == bool(one.measurement_ids)
    assert whole.status == "UNVERIFIED"


def test_a_verdict_given_later_stands_and_is_held_to_the_same_rule() -> None:
    gate = GateVerdict(
        status="VERIFIED", reason="r", code="passed", protocol="p", protocol_match="proxy", measurement_ids=("G7",)
    )
    made = STORED.model_copy(update={"id": "G7"})
    payload = {"gate": gate.model_dump(mode="json"), "measurements": [made.model_dump(mode="json")]}
    event = Event(seq=99, at="2026-11-21T00:00:00+00:00", kind=GATED, subject=f"{example().subject}/C2", payload=payload, prev_hash="", hash="")  # fmt: skip
    later = Published(example().record, (*example().events, event), example().head)
    assert standing(later.record, later.events)["C2"].gate == gate
    assert "needs an exact protocol" in gates_follow(later)[0]
    assert gate_verdicts(later)[2].evaluated_at == event.at


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"gate": {}, "measurements": []},
        {"gate": None, "measurements": 5},
        {"gate": {"status": "YES"}, "measurements": ["x"]},
    ],
)
def test_an_event_that_holds_no_verdict_is_named_and_breaks_nothing(payload: dict[str, Any]) -> None:
    subject = f"{example().subject}/C2"
    event = Event(seq=99, at="", kind=GATED, subject=subject, payload=payload, prev_hash="", hash="")
    odd = [
        Event(seq=100 + n, at="", kind=kind, subject=where, payload={"text_hash": [1], "inside": [], "voids": 3, "doi": {}},
              prev_hash="", hash="")
        for n, (kind, where) in enumerate(
            [("claim.extracted", subject), ("claim.repeated", subject), ("record.deposited", example().subject)]
        )
    ]  # fmt: skip
    later = Published(example().record, (*example().events, event, *odd), example().head)
    assert gates_follow(later) == [f"event 99 on {subject}: it holds no verdict of the gate"]
    assert documents(later)
