"""Stage *measure*: claims that a laboratory protocol can test go to the gate; the others get a reason."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.lab import protocol_for
from sovereign.records import Claim, GateVerdict, Measurement, ProtocolKey


def measure(claims: Sequence[Claim], enabled: bool) -> tuple[tuple[Claim, ...], tuple[Measurement, ...]]:
    """The claims with their gate verdicts, and the measurements made for them. A claim that has its verdict keeps it."""
    judged: list[Claim] = []
    measurements: list[Measurement] = []
    for claim in claims:
        verdict, made = (claim.gate, ()) if claim.gate else _gate(claim, enabled)
        judged.append(claim.model_copy(update={"gate": verdict}))
        measurements += made
    return tuple(judged), tuple(measurements)


def _gate(claim: Claim, enabled: bool) -> tuple[GateVerdict, tuple[Measurement, ...]]:
    key = protocol_key(claim)
    if key is None:
        return _unverified("the claim names no metric and method that a protocol could measure")
    if not enabled:
        return _unverified("not measured: measurements were switched off for this run")
    protocol = protocol_for(key)
    if protocol is None:
        return _unverified(f"no protocol for this claim: none measures {key.metric} of {key.method}")
    return protocol.gate(claim, key)


def _unverified(reason: str) -> tuple[GateVerdict, tuple[Measurement, ...]]:
    return GateVerdict(status="UNVERIFIED", reason=reason), ()


def protocol_key(claim: Claim) -> ProtocolKey | None:
    """The typed key of what a claim states; None when it gives no metric or no subject."""
    if claim.metric is None or claim.subject is None:
        return None
    setting = claim.setting
    parts = {
        "model": setting.model,
        "phase": setting.phase,
        "batch_size": setting.batch_size,
        "sequence_length": setting.sequence_length,
        "scale": setting.scale.text if setting.scale else None,
    }
    return ProtocolKey(
        metric=claim.metric, method=claim.subject, comparator=claim.comparator, unit=claim.unit,
        setting=tuple((name, str(value)) for name, value in parts.items() if value is not None),
    )  # fmt: skip
