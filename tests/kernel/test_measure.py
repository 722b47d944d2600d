"""The measure stage: what it passes to the gate, and what it says when it may not measure."""

from __future__ import annotations

from sovereign.kernel.measure import measure
from sovereign.lab.texts import claims_of
from sovereign.records import sha256_hex

CLAIMS = (
    *claims_of("Mixtral 8x7B has 46.7B parameters.", "C1"),
    *claims_of("Merged LoRA adds no inference latency.", "C2"),
    *claims_of("Alpha reduces latency by 30%.", "C3"),
)


def test_counting_is_done_within_any_budget_and_timing_is_not() -> None:
    claims, made = measure(CLAIMS, True, lambda data: sha256_hex(data), 0)
    gates = [c.gate for c in claims if c.gate]
    assert [g.status for g in gates] == ["VERIFIED", "UNVERIFIED", "UNVERIFIED"]
    assert gates[1].code in ("not_measured", "needs") and gates[2].code == "no_protocol"
    assert [m.id for m in made] == ["G1"] and claims[0].verified and not claims[1].verified


def test_a_claim_that_has_its_verdict_keeps_it() -> None:
    first = measure(CLAIMS, True, lambda data: sha256_hex(data), 0)

    def refuse(data: bytes) -> str:
        raise AssertionError("nothing is to be stored")

    assert measure(first.claims, True, refuse, 0, first.measurements) == (first.claims, ())


def test_switched_off_nothing_runs() -> None:
    claims, made = measure(CLAIMS, False, lambda data: sha256_hex(data))
    assert made == () and all(c.gate and "switched off" in c.gate.reason for c in claims)
    assert all(c.gate and c.gate.code == "not_measured" for c in claims)
