"""The measure stage and the registry of protocols."""

from __future__ import annotations

import pytest

from sovereign.kernel.measure import measure, protocol_key
from sovereign.lab import protocol, register, registered
from sovereign.records import Claim, GateVerdict, Measurement, ProtocolKey, Quantity, Result
from tests.kernel.making import claim


class Counting:
    """A protocol that measures memory of M, and counts how often it runs."""

    name = "counting"
    key = ProtocolKey(metric="memory", method="M")

    def __init__(self) -> None:
        self.runs = 0

    def gate(self, claim: Claim, key: ProtocolKey) -> tuple[GateVerdict, tuple[Measurement, ...]]:
        self.runs += 1
        size = Quantity(value=5, unit="GB", text="5 GB")
        made = Measurement(id="M1", protocol=self.name, key=key, quantity=size, artifact="0" * 64, how="measured")
        verdict = GateVerdict(
            status="VERIFIED",
            reason="inside the tolerance",
            protocol=self.name,
            protocol_match="exact",
            measurement_ids=("M1",),
        )
        return verdict, (made,)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    monkeypatch.setattr(protocol, "_PROTOCOLS", {})
    made = Counting()
    register(made)
    return made


def stated(metric: str | None = "memory", subject: str | None = "M") -> Claim:
    return claim("C1").model_copy(update={"results": (Result(subject=subject, metric=metric),)})


def test_without_a_protocol_the_gate_says_why() -> None:
    assert registered() == ()
    (judged,), made = measure([stated()], True)
    assert made == () and judged.gate is not None
    assert judged.gate.status == "UNVERIFIED" and "no protocol for this claim" in judged.gate.reason
    assert not judged.verified


def test_a_claim_without_metric_or_subject_has_no_key() -> None:
    assert protocol_key(stated(metric=None)) is None and protocol_key(stated(subject=None)) is None
    (judged,), _ = measure([stated(metric=None)], True)
    assert judged.gate is not None and "no metric and method" in judged.gate.reason


def test_a_protocol_judges_measures_and_runs_once(counting: Counting) -> None:
    claims, made = measure([stated(), stated(metric="latency")], True)
    assert [c.gate.status for c in claims if c.gate] == ["VERIFIED", "UNVERIFIED"]
    assert [m.id for m in made] == ["M1"] and claims[0].verified and not claims[1].verified
    again, more = measure(claims, True)
    assert (again, more, counting.runs) == (claims, (), 1)


def test_switched_off_nothing_runs(counting: Counting) -> None:
    (judged,), made = measure([stated()], False)
    assert judged.gate is not None and "switched off" in judged.gate.reason
    assert (made, counting.runs) == ((), 0)


def test_names_are_unique(counting: Counting) -> None:
    with pytest.raises(ValueError, match="registered already"):
        register(counting)
