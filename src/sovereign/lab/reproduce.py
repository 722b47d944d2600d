"""Runs the exact protocols of a record again, from the record and its artifacts alone, and compares."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sovereign.contracts.gates import GATED, standing
from sovereign.errors import SovereignError
from sovereign.records import Claim, Event, GateVerdict, Measurement, Model, Record, canonical_json
from sovereign.store import NewEvent

from . import sandbox
from .gate import Refused, Run, Tell, execute, missing, verdict_of
from .protocol import Figure, Protocol
from .protocols import PROTOCOLS, independent

REPEATED, REPRODUCED = "claim.repeated", "claim.reproduced"


class Repeat(Model):
    """One claim, run again. ``repeated`` counts runs inside the tolerance, this one included; ``by`` other packages that
    came to the same count without a module of ours."""

    claim_id: str
    protocol: str
    inside: bool
    repeated: int
    reason: str
    isolation: str | None = None
    by: tuple[str, ...] = ()


def gated_event(subject: str, verdict: GateVerdict, measurements: Sequence[Measurement]) -> NewEvent:
    """The event of a verdict that was given later, with the measurements that it names."""
    mine = [m.model_dump(mode="json") for m in measurements if m.id in verdict.measurement_ids]
    return NewEvent(GATED, subject, {"gate": verdict.model_dump(mode="json"), "measurements": mine})


def reproduce(
    record: Record,
    events: Sequence[Event],
    get: Callable[[str], bytes],
    keep: Callable[[bytes], str],
    protocols: Sequence[Protocol] = PROTOCOLS,
    tell: Tell = lambda line: None,
) -> tuple[tuple[Repeat, ...], tuple[NewEvent, ...]]:
    """Repeat every exact run of a record in a fresh sandbox; the outcomes, and the events that tell of them.

    ``get`` gives the bytes of an artifact, ``keep`` stores one. A run that is not inside the tolerance is told too.

    Raises:
        StoreError: if an artifact is missing or was changed.
    """
    by_name = {one.name: one for one in protocols}
    again: dict[str, Run | Refused] = {}
    others: dict[str, tuple[str, ...]] = {}
    verdicts = standing(record, events)
    repeats, told = [], []
    for claim in record.claims:
        verdict, measurements = verdicts[claim.id]
        if verdict is None or verdict.protocol_match != "exact" or verdict.status == "UNVERIFIED":
            continue
        mine = [m for m in measurements if m.id in verdict.measurement_ids]
        protocol = by_name.get(verdict.protocol or "")
        if protocol is None or not mine:
            continue
        sha, subject = mine[0].artifact, f"{record.id}/{claim.id}"
        first, wrong = _first_run(get(sha), claim, protocol, mine)
        if not wrong and sha not in again:
            tell(f"{protocol.name}: {protocol.about}")
            again[sha] = _run(protocol, first["given"], keep)
            others[sha] = _by_others(protocol, first["given"], again[sha])
        run, by = (Refused("error", wrong), ()) if wrong else (again[sha], others[sha])
        before = sum(e.kind == REPEATED and e.subject == subject and e.payload.get("inside") is True for e in events)
        repeat = _compared(claim, verdict, protocol, first, run, before, by)
        repeats.append(repeat)
        said = repeat.model_dump(mode="json", exclude={"claim_id", "by"}) | {"artifact": sha}
        if isinstance(run, Run):
            said["artifact_again"] = run.artifact
        told.append(NewEvent(REPEATED, subject, said))
        if repeat.inside and repeat.by and verdict.status == "VERIFIED":  # a false claim earns nothing
            payload = {"independent_implementation": True, "implementation": list(repeat.by), "protocol": protocol.name}
            told.append(NewEvent(REPRODUCED, subject, payload | {"artifact": sha}))
    return tuple(repeats), tuple(told)


def _first_run(
    data: bytes, claim: Claim, protocol: Protocol, measurements: Sequence[Measurement]
) -> tuple[dict[str, Any], str]:
    """What an artifact holds, and why it is not the run that a claim's measurements come from; empty if it is."""
    match = protocol.match(claim)
    if match is None or match.kind != "exact":
        return {}, f"{protocol.name} does not match this claim exactly any more"
    try:
        first = json.loads(data)
        if first["protocol"] != protocol.name or canonical_json(first["given"]) != canonical_json(match.given):
            return first, "its artifact is that of another run"
        figures = [(f.key, f.quantity, f.ratio) for f in protocol.figures(first["given"], first["result"])]
    except (KeyError, TypeError, AttributeError, ValueError):
        return {}, f"its artifact holds no result of {protocol.name}"
    apart = [m.id for m in measurements if (m.key, m.quantity, m.ratio) not in figures]
    return first, f"its artifact does not give {', '.join(apart)}" if apart else ""


def _run(protocol: Protocol, given: dict[str, Any], keep: Callable[[bytes], str]) -> Run | Refused:
    needs = missing(protocol)
    return Refused("needs", f"it needs {', '.join(needs)}", needs) if needs else execute(protocol, given, keep)


def _compared(
    claim: Claim,
    verdict: GateVerdict,
    protocol: Protocol,
    first: Mapping[str, Any],
    run: Run | Refused,
    before: int,
    by: tuple[str, ...],
) -> Repeat:
    """What the second run says: inside only if every figure and the verdict are the first's again."""
    said = {"claim_id": claim.id, "protocol": protocol.name, "repeated": before, "inside": False}
    if isinstance(run, Refused):
        return Repeat.model_validate(said | {"reason": f"not repeated: {run.reason}"})
    was = {f.name: f for f in protocol.figures(first["given"], first["result"])}
    now = {f.name: f for f in protocol.figures(first["given"], run.result)}
    apart = [name for name in was if name not in now or not _near(was[name], now[name], protocol.repeats_within)]
    match = protocol.match(claim)
    same = (
        match is not None
        and verdict_of(protocol, match, protocol.judge(claim, match, run.result)).status == verdict.status
    )
    inside = not apart and same
    within = f"within {protocol.repeats_within:.0%}" if protocol.repeats_within else "exactly"
    if inside:
        reason = f"{len(was)} figure(s) again {within}, and again {verdict.status}"
    else:
        reason = f"not {within}: {', '.join(apart)}" if apart else f"the second run does not give {verdict.status}"
    return Repeat.model_validate(
        said | {"inside": inside, "repeated": before + inside, "reason": reason, "isolation": run.isolation, "by": by}
    )


def _near(first: Figure, second: Figure, tolerance: float) -> bool:
    """Whether two figures agree: their ratios where both have one that was timed, else their values."""
    timed = first.repeats is not None and first.ratio is not None and second.ratio is not None
    a, b = (first.ratio, second.ratio) if timed else (first.quantity.value, second.quantity.value)
    return a is not None and b is not None and abs(a - b) <= tolerance * abs(a)


def _by_others(protocol: Protocol, given: dict[str, Any], run: Run | Refused) -> tuple[str, ...]:
    """Packages that share no module with ours and came to the same counts; none where they cannot count this."""
    if protocol.independent is None or isinstance(run, Refused) or not independent.counts(given) or independent.needs():
        return ()
    try:
        found = sandbox.run(sandbox.Task(entry=protocol.independent, given=given)).result
    except SovereignError:
        return ()
    same = all(
        theirs["trained"] == ours["trained"] and theirs["base"] == ours["base"]
        for theirs, ours in zip(found["cases"], run.result["cases"], strict=True)
    )
    return tuple(f"{name} {number}" for name, number in sorted(found["packages"].items())) if same else ()
