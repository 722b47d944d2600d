"""Claims through the gate: counting runs in the sandbox for real; nothing here takes more than counting."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sovereign.contracts import rungs_by_claim
from sovereign.lab import PROTOCOLS, Judgement, Match, Protocol, events_of, gate, protocol
from sovereign.lab.gate import missing_package, verdict_of
from sovereign.lab.texts import claims_of
from sovereign.records import Claim, GateVerdict, ProtocolKey, seed_claims, sha256_hex

SOURCE = "arxiv:2404.15159"


class Kept(dict[str, bytes]):
    """Artifacts in memory."""

    def put(self, data: bytes) -> str:
        self[sha256_hex(data)] = data
        return sha256_hex(data)


def gated(text: str, source: str = "") -> GateVerdict:
    (claim,) = gate(claims_of(text, "T1", source), Kept().put, seconds=0).claims
    assert claim.gate is not None
    return claim.gate


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("LLaMA-2 7B has 6,738,415,616 parameters.", "VERIFIED"),
        ("LLaMA-2 7B has 6,738,415,618 parameters.", "FALSIFIED"),
        ("Mixtral 8x7B has 46.7B parameters.", "VERIFIED"),
        ("Mixtral 8x7B has 56B parameters.", "FALSIFIED"),
        ("MixLoRA with rank 16 and 8 experts trains 203.4M parameters on LLaMA-2 7B.", "VERIFIED"),
        ("MixLoRA with rank 16 and 4 experts trains 203.4M parameters on LLaMA-2 7B.", "FALSIFIED"),
        ("Mixed-precision Adam needs 16 bytes per parameter.", "VERIFIED"),
        ("Mixed-precision Adam needs 12 bytes per parameter.", "FALSIFIED"),
        (
            "Mixed-precision training with Adam needs 16 bytes of model states per parameter, of which 2 are for weights, "
            "4 for gradients and 12 for 32-bit optimiser states.",
            "FALSIFIED",
        ),
    ],
)
def test_exact_counting_verifies_and_falsifies(text: str, status: str) -> None:
    verdict = gated(text)
    assert (verdict.status, verdict.protocol_match) == (status, "exact")
    assert verdict.measurement_ids and verdict.isolation


@pytest.mark.parametrize(
    ("share", "status"), [("2.9", "VERIFIED"), ("3.0", "VERIFIED"), ("2.5", "FALSIFIED"), ("29", "FALSIFIED")]
)
def test_the_papers_share_by_counting(share: str, status: str) -> None:
    verdict = gated(f"On LLaMA-2 7B, MixLoRA has {share}% trainable parameters.", SOURCE)
    assert verdict.status == status and "203,423,744" in verdict.reason and "Table 3" in verdict.reason


def test_an_unstated_size_makes_a_proxy() -> None:
    verdict = gated("On LLaMA-2 7B, MixLoRA has 2.9% trainable parameters.")
    assert (verdict.status, verdict.code) == ("UNVERIFIED", "proxy_consistent")
    assert "rank" in verdict.reason and "number of experts" in verdict.reason
    assert gated("On LLaMA-2 7B, MixLoRA has 29% trainable parameters.").code == "proxy_inconsistent"


def test_totals_that_no_accounting_gives() -> None:
    text = "On GPT-3 175B, LoRA with rank 4 on query and value projections lowers training memory from {} for full fine-tuning with Adam to 350 GB."
    verdict = gated(text.format("1.2 TB"))
    assert (verdict.status, verdict.code) == ("UNVERIFIED", "accounting_not_stated")
    assert "2.8 TB" in verdict.reason
    assert gated(text.format("2.8 TB")).code == "proxy_consistent"


def test_every_seed_claim_has_a_verdict_and_a_reason() -> None:
    seed = seed_claims()
    claims = [one for c in seed.claims for one in claims_of(c.text, c.id, seed.source_id)]
    judged = {c.id: c.gate for c in gate(claims, Kept().put, seconds=0).claims}
    assert len(judged) == 10 and all(g is not None and g.reason and g.code for g in judged.values())
    needs = [name for name, g in judged.items() if g and g.code == "needs" and "GPU" in g.needs]
    assert {"S1", "S8", "S9"} <= set(needs)
    # With no time to spend nothing is timed, inspected or verified.
    assert judged["S3"] and judged["S3"].code in ("not_measured", "needs")
    assert judged["S2"] and judged["S2"].code == "proxy_consistent"
    assert "only where two models share a base" in judged["S2"].reason


def test_a_proxy_never_verifies_or_falsifies_and_earns_no_level() -> None:
    for agrees in (True, False, None):
        match = Match(ProtocolKey(metric="m", method="m"), {}, beyond=("a GPU",))
        assert verdict_of(PROTOCOLS[0], match, Judgement(agrees, "r")).status == "UNVERIFIED"
    found = gate(
        claims_of("MixLoRA reduces GPU memory consumption by 40% during training.", "C1"), Kept().put, seconds=0
    )
    (claim,) = found.claims
    assert claim.gate
    events = events_of("R/C1", claim.gate, found.measurements)
    assert [e.kind for e in events] == ["claim.measured"]
    assert not rungs_by_claim("R", events)["C1"]


@pytest.mark.parametrize(
    ("text", "kind", "rungs"),
    [
        ("Mixtral 8x7B has 46.7B parameters.", "claim.executed", {5}),
        ("Mixtral 8x7B has 56B parameters.", "claim.falsified", set()),
    ],
)
def test_only_what_passed_exactly_earns_level_five(text: str, kind: str, rungs: set[int]) -> None:
    found = gate(claims_of(text, "C1"), Kept().put, seconds=0)
    assert found.claims[0].gate
    (event,) = events_of("R/C1", found.claims[0].gate, found.measurements)
    assert event.kind == kind and set(rungs_by_claim("R", [event])["C1"]) == rungs


def counting() -> tuple[Protocol, list[str]]:
    """A protocol of the table that tells of each judgement."""
    one, judged = protocol("parameter_count"), list[str]()
    assert one is not None

    def judge(claim: Claim, match: Match, result: object) -> Judgement:
        judged.append(claim.id)
        return Judgement(True, "counted", ("0.total",))

    return replace(one, judge=judge), judged


def test_runs_are_shared_and_measurements_numbered_on() -> None:
    one, judged = counting()
    claims = [c for n in (1, 2) for c in claims_of(f"LLaMA-2 7B has {n}B parameters.", f"C{n}")]
    told: list[str] = []
    kept = Kept()
    first = gate(claims, kept.put, protocols=[one], tell=told.append)
    assert len(told) == 1 and sorted(judged) == ["C1", "C2"]  # one run, two judgements
    assert [m.id for m in first.measurements] == ["G1"]
    assert json.loads(kept[first.measurements[0].artifact])["given"]["shape"] == "llama2-7b"
    more = gate(claims_of("OPT-13B has 1B parameters.", "C3"), kept.put, known=first.measurements, protocols=[one])
    assert [m.id for m in more.measurements] == ["G2"]
    assert gate(first.claims, kept.put, protocols=[one]) == (first.claims, ())


def test_the_budget_leaves_out_what_takes_too_long() -> None:
    one, _ = counting()
    slow = replace(one, seconds=30.0)
    claims = claims_of("LLaMA-2 7B has 7B parameters.", "C1")
    (late,) = gate(claims, Kept().put, seconds=10, protocols=[slow]).claims
    assert late.gate and (late.gate.code, late.gate.measurement_ids) == ("not_measured", ())
    assert "30 s" in late.gate.reason
    (done,) = gate(claims, Kept().put, seconds=31, protocols=[slow]).claims
    assert done.gate and done.gate.status == "VERIFIED"


def test_a_missing_package_is_named_and_another_protocol_steps_in() -> None:
    one, _ = counting()
    lacking = replace(one, name="lacking", packages=("mixlora==9.9", "no-such-package==1.0"))
    claims = claims_of("LLaMA-2 7B has 7B parameters.", "C1")
    (alone,) = gate(claims, Kept().put, protocols=[lacking]).claims
    assert alone.gate and alone.gate.code == "needs" and "the package no-such-package 1.0" in alone.gate.needs
    (stepped,) = gate(claims, Kept().put, protocols=[lacking, one]).claims
    assert stepped.gate and stepped.gate.status == "VERIFIED" and stepped.gate.protocol == one.name
    assert missing_package("pydantic") is None


def test_a_protocol_that_fails_is_told_and_judges_nothing() -> None:
    one, judged = counting()
    broken = replace(
        one, entry="sovereign.lab.protocols.model_memory:weights", match=lambda c: Match(one.key, {"shape": "nothing"})
    )
    (claim,) = gate(claims_of("LLaMA-2 7B has 7B parameters.", "C1"), Kept().put, protocols=[broken]).claims
    assert claim.gate and (claim.gate.status, claim.gate.code) == ("UNVERIFIED", "error") and not judged


def test_no_protocol_is_said() -> None:
    verdict = gated("Alpha reduces latency by 30%.")
    assert (verdict.code, verdict.protocol) == ("no_protocol", None) and "latency of Alpha" in verdict.reason
