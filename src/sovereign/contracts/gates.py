"""``gate-verdict``: what the empirical gate says of each claim and of the whole record, and whether a verdict may stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from pydantic import Field, ValidationError

from ..records import Claim, Event, GateReason, GateVerdict, Measurement, Model, Record
from .envelope import Envelope, envelope
from .published import Published

GATED: Final = "claim.gated"
"""Kind of the event that carries a verdict which was given after its record was published."""

GATE: Final = "Gate 2 — Verification (formal proof or sandbox reproduction)"
Status = Literal["UNVERIFIED", "VERIFIED", "FALSIFIED"]
_EVENTS = frozenset({"claim.measured", "claim.executed", "claim.inspected", "claim.falsified", GATED})
_ENFORCEMENT = "Descriptive: a verdict follows from a measurement alone, never from a score or a count of claims."
_LIMITATIONS = (
    "A protocol judges what a sentence states as our reader understood it; untested quotes what it left out.",
)


class GateStatus(Model):
    """One status of the gate and what it means."""

    status: Status
    label: str
    definition: str


STATUSES: Final[tuple[GateStatus, ...]] = (
    GateStatus(
        status="UNVERIFIED",
        label="Unverified",
        definition="No exact protocol has decided it: nothing ran, or what ran was a proxy. A proxy neither verifies nor falsifies.",
    ),
    GateStatus(
        status="VERIFIED",
        label="Verified",
        definition="A protocol that measures exactly what the claim states ran, its result is stored, and it agrees within its tolerance.",
    ),
    GateStatus(
        status="FALSIFIED",
        label="Falsified",
        definition="A protocol that measures exactly what the claim states ran, its result is stored, and it disagrees beyond its tolerance.",
    ),
)
_BY_STATUS: Mapping[str, GateStatus] = {one.status: one for one in STATUSES}


class GateDocument(Envelope):
    """The gate's verdict on one claim, or on the whole record where ``claim_id`` is null.

    ``evaluated_at`` is when the ledger was told of the run; null where nothing ran. ``artifacts`` are the SHA-256 of the stored
    results of ``measurement_ids``. ``code`` is the reason in one word.
    """

    model_config = Envelope.model_config | {
        "title": "GateVerdict",
        "json_schema_extra": {"x-statuses": [one.model_dump(mode="json") for one in STATUSES]},
    }

    record_id: str
    claim_id: str | None
    status: Status
    label: str
    definition: str
    reason: str
    code: GateReason | None
    evaluated_at: str | None = Field(json_schema_extra={"format": "date-time"})
    gate: str
    protocol: str | None
    protocol_match: Literal["exact", "proxy"] | None
    measurement_ids: tuple[str, ...]
    artifacts: tuple[str, ...]
    needs: tuple[str, ...]
    untested: tuple[str, ...]
    isolation: str | None
    enforcement: str


class Verdict(NamedTuple):
    """A claim's verdict as it stands, and all measurements that it may name."""

    gate: GateVerdict | None
    measurements: tuple[Measurement, ...]


def standing(record: Record, events: Iterable[Event]) -> dict[str, Verdict]:
    """The verdict of every claim: that of the newest ``claim.gated`` event, else that of the record.

    An event that holds no verdict changes nothing here; ``gates_follow`` names it.
    """
    found = {claim.id: Verdict(claim.gate, record.measurements) for claim in record.claims}
    for event in events:
        claim_id = event.subject.rpartition("/")[2]
        if event.kind == GATED and claim_id in found and (later := given_later(event)):
            found[claim_id] = later
    return found


def given_later(event: Event) -> Verdict | None:
    """The verdict that an event carries, None if it carries none that can be read."""
    try:
        made = tuple(Measurement.model_validate(m) for m in event.payload["measurements"])
        return Verdict(GateVerdict.model_validate(event.payload["gate"]), made)
    except (KeyError, TypeError, ValidationError):
        return None


def gate_follows(claim: Claim, measurements: Sequence[Measurement]) -> list[str]:
    """What a claim's gate verdict lacks to stand; empty if it may. Only VERIFIED and FALSIFIED need anything:

    an exact protocol, and a measurement of the record that names the stored result it comes from.
    """
    gate, place = claim.gate, f"claim {claim.id}, gate"
    if gate is None:
        return []
    by_id = {m.id: m for m in measurements}
    unknown = [i for i in gate.measurement_ids if i not in by_id]
    problems = [f"{place}: measurement {i[:80]} is not there" for i in unknown]
    if gate.status == "UNVERIFIED":
        decided = gate.code in ("passed", "failed")
        return problems + ([f"{place}: {gate.code} without a verdict"] if decided else [])
    if gate.protocol is None:
        problems.append(f"{place}: {gate.status} names no protocol")
    if gate.protocol_match != "exact":
        problems.append(f"{place}: {gate.status} needs an exact protocol, this one is {gate.protocol_match or 'none'}")
    mine = [by_id[i] for i in gate.measurement_ids if i in by_id]
    if not any(_is_hash(m.artifact) for m in mine):
        problems.append(f"{place}: {gate.status} needs a measurement with a stored result")
    if gate.code not in (None, "passed" if gate.status == "VERIFIED" else "failed"):
        problems.append(f"{place}: {gate.status} with the reason {gate.code}")
    return problems


def gates_follow(published: Published) -> list[str]:
    """The problems of all verdicts of a record as they stand, those that were given later included."""
    verdicts = standing(published.record, published.events)
    found = [
        f"event {e.seq} on {e.subject[-80:]}: it holds no verdict of the gate"
        for e in published.events
        if e.kind == GATED and given_later(e) is None
    ]
    for claim in published.record.claims:
        verdict = verdicts[claim.id]
        found += gate_follows(claim, published.record.measurements)
        if verdict.gate != claim.gate:
            later = claim.model_copy(update={"gate": verdict.gate})
            found += gate_follows(later, (*published.record.measurements, *verdict.measurements))
    return found


def gate_verdicts(published: Published) -> tuple[GateDocument, ...]:
    """The verdict on the whole record, then that of each claim that has one."""
    of_claims = _of_claims(published, {claim.id for claim in published.record.claims})
    return (_of_record(published, {d.claim_id or "": d for d in of_claims}), *of_claims)


def gate_of_record(published: Published) -> GateDocument:
    """The verdict on the whole record alone: only the claims that its answer cites are looked at."""
    of_cited = _of_claims(published, set(published.record.answer.cited()))
    return _of_record(published, {d.claim_id or "": d for d in of_cited})


def _of_claims(published: Published, ids: set[str]) -> tuple[GateDocument, ...]:
    verdicts = standing(published.record, published.events)
    return tuple(
        _of_claim(published, claim.id, v.gate, (*published.record.measurements, *v.measurements))
        for claim in published.record.claims
        if claim.id in ids and (v := verdicts[claim.id]).gate is not None
    )


def _of_claim(
    published: Published, claim_id: str, gate: GateVerdict, measurements: Sequence[Measurement]
) -> GateDocument:
    artifacts = {m.id: m.artifact for m in measurements}
    subject = f"{published.subject}/{claim_id}"
    ran = [e for e in published.events if e.subject == subject and e.kind in _EVENTS] if gate.measurement_ids else []
    said = gate.model_dump(exclude={"status"})
    return _document(published, gate.status).model_copy(
        update=said
        | {
            "claim_id": claim_id,
            "evaluated_at": ran[-1].at if ran else None,
            "artifacts": tuple(dict.fromkeys(artifacts[i] for i in gate.measurement_ids if i in artifacts)),
        }
    )


def _of_record(published: Published, by_claim: Mapping[str, GateDocument]) -> GateDocument:
    """VERIFIED only if every claim that the answer cites is, FALSIFIED if one of them is."""
    cited = published.record.answer.cited()
    of_cited = [by_claim[i] for i in cited if i in by_claim]
    verified, falsified = (sum(d.status == status for d in of_cited) for status in ("VERIFIED", "FALSIFIED"))
    status: Status = "FALSIFIED" if falsified else "VERIFIED" if cited and verified == len(cited) else "UNVERIFIED"
    reason = (
        f"of {len(cited)} claims that the answer cites, {verified} are verified by an exact protocol and {falsified} falsified"
        if cited
        else "the answer cites no claim"
    )
    times = [d.evaluated_at for d in of_cited if d.evaluated_at]
    return _document(published, status).model_copy(
        update={
            "reason": reason,
            "evaluated_at": max(times, default=None),
            "measurement_ids": tuple(dict.fromkeys(i for d in of_cited for i in d.measurement_ids)),
            "artifacts": tuple(dict.fromkeys(a for d in of_cited for a in d.artifacts)),
        }
    )


def _document(published: Published, status: str) -> GateDocument:
    means = _BY_STATUS[status]
    return GateDocument(
        **envelope("gate-verdict", "the record's gate verdicts and the ledger's events of their runs", *_LIMITATIONS),
        record_id=published.subject,
        claim_id=None,
        status=means.status,
        label=means.label,
        definition=means.definition,
        reason="",
        code=None,
        evaluated_at=None,
        gate=GATE,
        protocol=None,
        protocol_match=None,
        measurement_ids=(),
        artifacts=(),
        needs=(),
        untested=(),
        isolation=None,
        enforcement=_ENFORCEMENT,
    )


def _is_hash(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")
