"""The empirical gate: claims find their protocols, protocols run in the sandbox, and what they find judges the claims.

Only an exact match verifies or falsifies. A proxy leaves a claim UNVERIFIED, and what cannot be run says what it needs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple

from sovereign.errors import SovereignError
from sovereign.records import Claim, GateReason, GateVerdict, Measurement, canonical_json

from . import sandbox
from .protocol import Given, Judgement, Match, Protocol
from .protocols import PROTOCOLS

if TYPE_CHECKING:
    from sovereign.store import NewEvent

Tell = Callable[[str], None]
_IN_LAB = ("torch", "transformers", "peft", "numpy")
_TIMES_OVER = 6  # a run may take so much longer than is usual before it is stopped: a machine may be busy
_LEAST_SECONDS = 60.0


class Gated(NamedTuple):
    """Claims with their verdicts, and the measurements that these name."""

    claims: tuple[Claim, ...]
    measurements: tuple[Measurement, ...]


class Run(NamedTuple):
    """A protocol's run: what it found, the hash of the stored artifact, and how the sandbox held."""

    result: Mapping[str, Any]
    artifact: str
    isolation: str


class Refused(NamedTuple):
    """Why a protocol was not run, or gave nothing."""

    code: GateReason
    reason: str
    needs: tuple[str, ...] = ()


@dataclass
class _Runs:
    """The runs of one pass: each protocol runs once for each distinct input, within the time that is left."""

    keep: Callable[[bytes], str]
    seconds: float | None
    tell: Tell
    spent: float = 0.0
    done: dict[str, Run | Refused] = field(default_factory=dict)

    def get(self, protocol: Protocol, match: Match) -> Run | Refused:
        """The run of a protocol for a match, made now if it was not yet."""
        if needs := _needs(protocol, match):
            return Refused("needs", f"{protocol.name} cannot run here: it needs {', '.join(needs)}", needs)
        job = f"{protocol.name} {json.dumps(match.given, sort_keys=True)}"
        if job not in self.done:
            left = None if self.seconds is None else self.seconds - self.spent
            if left is not None and protocol.seconds > max(0.0, left):
                # Not how much was left: two runs over the same evidence say the same.
                takes = f"{protocol.name} takes about {protocol.seconds:g} s, more than was left for measuring"
                return Refused("not_measured", f"not measured: {takes}")
            self.tell(f"{protocol.name}: {protocol.about}")
            begun = time.monotonic()
            self.done[job] = execute(protocol, match.given, self.keep)
            self.spent += time.monotonic() - begun if protocol.seconds else 0.0
        return self.done[job]


def execute(protocol: Protocol, given: Given, keep: Callable[[bytes], str]) -> Run | Refused:
    """Run a protocol in the sandbox and keep what it found, with what it was given, as an artifact."""
    assert protocol.entry is not None  # ``_needs`` has answered for those without
    limits = sandbox.Limits(seconds=max(_LEAST_SECONDS, _TIMES_OVER * protocol.seconds))
    try:
        outcome = sandbox.run(sandbox.Task(entry=protocol.entry, given=given, limits=limits))
    except SovereignError as error:
        return Refused("error", f"{protocol.name} failed: {error.message}")
    kept = {"protocol": protocol.name, "given": given, "result": outcome.result}
    return Run(outcome.result, keep(canonical_json(kept)), outcome.isolation.level)


def gate(
    claims: Sequence[Claim],
    keep: Callable[[bytes], str],
    seconds: float | None = None,
    known: Sequence[Measurement] = (),
    protocols: Sequence[Protocol] = PROTOCOLS,
    tell: Tell = lambda line: None,
) -> Gated:
    """The claims with their gate verdicts; one that has a verdict keeps it.

    ``keep`` stores an artifact and returns its hash. ``seconds`` is the time that runs may take, None for any; with 0
    only plain counting is done. Protocols that take less go first. Ids of measurements go on after ``known``.

    Raises:
        StoreError: if ``keep`` cannot store.
    """
    runs = _Runs(keep, seconds, tell)
    found = {claim.id: matches(claim, protocols) for claim in claims if claim.gate is None}
    verdicts: dict[str, GateVerdict] = {}
    made: dict[tuple[str, str], Measurement] = {}
    first = 1 + max((int(m.id[1:]) for m in known if m.id[1:].isdigit() and m.id.startswith("G")), default=0)
    by_id = {claim.id: claim for claim in claims}
    for name in sorted(found, key=lambda i: found[i][0][0].seconds if found[i] else 0.0):
        verdicts[name] = _settle(by_id[name], found[name], runs, made, first)
    judged = tuple(c.model_copy(update={"gate": verdicts[c.id]}) if c.id in verdicts else c for c in claims)
    return Gated(judged, tuple(made.values()))


def matches(claim: Claim, protocols: Sequence[Protocol] = PROTOCOLS) -> list[tuple[Protocol, Match]]:
    """The protocols that speak to a claim, exact ones first, else in their order; none to a question."""
    if claim.text.rstrip().endswith("?"):
        return []
    found = [(one, match) for one in protocols if (match := one.match(claim)) is not None]
    return sorted(found, key=lambda pair: pair[1].kind != "exact")


def _settle(
    claim: Claim,
    candidates: Sequence[tuple[Protocol, Match]],
    runs: _Runs,
    made: dict[tuple[str, str], Measurement],
    first: int,
) -> GateVerdict:
    """The verdict of the first protocol that can run; else why the first could not."""
    refused: list[tuple[Protocol, Refused]] = []
    for protocol, match in candidates:
        run = runs.get(protocol, match)
        if isinstance(run, Refused):
            refused.append((protocol, run))
            continue
        judgement = protocol.judge(claim, match, run.result)
        ids = _recorded(protocol, match, run, judgement, made, first)
        verdict = verdict_of(protocol, match, judgement)
        needs = tuple(dict.fromkeys(n for _, one in refused for n in one.needs))
        return verdict.model_copy(update={"measurement_ids": ids, "isolation": run.isolation, "needs": needs})
    if not refused:
        return GateVerdict(status="UNVERIFIED", reason=_no_protocol(claim), code="no_protocol")
    protocol, why = refused[0]
    return GateVerdict(status="UNVERIFIED", reason=why.reason, code=why.code, protocol=protocol.name, needs=why.needs)


def verdict_of(protocol: Protocol, match: Match, judgement: Judgement) -> GateVerdict:
    """The verdict that a judgement gives: an exact one verifies or falsifies, a proxy does neither."""
    status, code = "UNVERIFIED", judgement.code or "error"
    reason = judgement.reason
    if judgement.agrees is not None and match.kind == "exact":
        status, code = ("VERIFIED", "passed") if judgement.agrees else ("FALSIFIED", "failed")
    elif judgement.agrees is not None:
        code = "proxy_consistent" if judgement.agrees else "proxy_inconsistent"
    if match.beyond:
        reason = f"{reason}. Not reproduced: {'; '.join(match.beyond)}"
    return GateVerdict.model_validate(
        {
            "status": status,
            "reason": reason,
            "code": code,
            "protocol": protocol.name,
            "protocol_match": match.kind,
            "untested": match.untested,
        }
    )


def events_of(subject: str, verdict: GateVerdict, measurements: Sequence[Measurement]) -> list[NewEvent]:
    """What the ledger is told of a verdict; nothing where nothing ran. Only what passed exactly earns a level."""
    from sovereign.store import (
        NewEvent,  # here: each run in the sandbox imports this file, and has no use for a database
    )

    mine = [m for m in measurements if m.id in verdict.measurement_ids]
    if not mine:
        return []
    inspected = all(m.how == "inspected" for m in mine)
    kind = {"VERIFIED": "claim.inspected" if inspected else "claim.executed", "FALSIFIED": "claim.falsified"}
    said = {
        "protocol": verdict.protocol,
        "protocol_match": verdict.protocol_match,
        "code": verdict.code,
        "isolation": verdict.isolation,
        "artifacts": list(dict.fromkeys(m.artifact for m in mine)),
    }
    return [NewEvent(kind.get(verdict.status, "claim.measured"), subject, said)]


def _recorded(
    protocol: Protocol,
    match: Match,
    run: Run,
    judgement: Judgement,
    made: dict[tuple[str, str], Measurement],
    first: int,
) -> tuple[str, ...]:
    """Ids of the measurements that a judgement rests on; what two claims share is recorded once."""
    figures = {one.name: one for one in protocol.figures(match.given, run.result)}
    ids = []
    for name in judgement.figures:
        if (run.artifact, name) not in made:
            figure = figures[name].model_dump(exclude={"name"})
            made[run.artifact, name] = Measurement.model_validate(
                figure
                | {
                    "id": f"G{first + len(made)}",
                    "protocol": protocol.name,
                    "artifact": run.artifact,
                    "how": protocol.how,
                    "where": _where(run.result),
                }
            )
        ids.append(made[run.artifact, name].id)
    return tuple(ids)


def _where(result: Mapping[str, Any]) -> str:
    """On what a result was measured and when; a count is the same everywhere."""
    here = result.get("environment")
    if here is None:
        return ""
    today = datetime.now(UTC).date().isoformat()
    return f"{here['processor']}, processor time of {here['threads']} thread(s), torch {here['torch']}, {today}"


def _needs(protocol: Protocol, match: Match) -> tuple[str, ...]:
    """What a run would take that is not here."""
    return match.needs or missing(protocol)


def missing(protocol: Protocol) -> tuple[str, ...]:
    """Packages of a protocol that are not installed, or are in another version, as a person would ask for them."""
    return tuple(dict.fromkeys(need for package in protocol.packages if (need := missing_package(package))))


def missing_package(package: str) -> str | None:
    """How to name a package ("mixlora==0.2.3") that is not here; None if it is."""
    name, _, wanted = package.partition("==")
    try:
        here = version(name)
    except PackageNotFoundError:
        return 'the extra "lab"' if name in _IN_LAB else f"the package {name} {wanted}"
    return None if not wanted or here == wanted else f"the package {name} {wanted} ({here} is installed)"


def _no_protocol(claim: Claim) -> str:
    if claim.text.rstrip().endswith("?"):
        return "no protocol: a question states nothing"
    if claim.metric is None:
        return "no protocol: the sentence gives no figure or comparison, and no feature that one inspects"
    return f"no protocol measures {claim.metric.replace('_', ' ')} of {claim.subject or 'what the sentence speaks of'}"
