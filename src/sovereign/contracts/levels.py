"""Verification levels, computed from events of the ledger and never assigned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from ..records import Model


class Told(Protocol):
    """An event, of the ledger or on its way there."""

    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...


class Level(Model):
    """One rung of verification. ``reachable`` is false where this release has no way to earn it."""

    number: int
    key: str
    label: str
    definition: str
    reachable: bool = True


LEVELS: tuple[Level, ...] = (
    Level(
        number=0,
        key="extracted",
        label="Extracted",
        definition="The claim was taken from a text; nothing is said of whether it holds.",
    ),
    Level(
        number=1,
        key="literature_synthesis",
        label="Literature synthesis",
        definition="The claim is part of the synthesis that answers the question.",
    ),
    Level(
        number=2,
        key="source_grounded",
        label="Source-grounded",
        definition="The claim's quote stands in the stored text, and the evidence supports the claim.",
    ),
    Level(
        number=3,
        key="corroborated",
        label="Corroborated",
        definition="At least two independent groups support the claim.",
    ),
    Level(
        number=4,
        key="artifact_inspected",
        label="Artifact inspected",
        definition="A protocol inspected the code, adapter or data itself.",
    ),
    Level(
        number=5,
        key="executed",
        label="Executed",
        definition="An exact protocol was run in the sandbox; a rerun by the same code stays at this level.",
    ),
    Level(
        number=6,
        key="independently_reproduced",
        label="Independently reproduced",
        definition="A second implementation that shares no module, or another party's signed ledger, reproduced it.",
    ),
    Level(
        number=7,
        key="externally_reviewed",
        label="Externally reviewed or formally verified",
        definition="Reviewed from outside, or formally verified. Not reachable in this release.",
        reachable=False,
    ),
)


def _two_groups(payload: Mapping[str, Any]) -> bool:
    groups = payload.get("independent_groups")
    return type(groups) is int and groups >= 2  # True is an int to Python, but no count


def _exact(payload: Mapping[str, Any]) -> bool:
    return payload.get("protocol_match") == "exact"


def _reproduced(payload: Mapping[str, Any]) -> bool:
    signer = payload.get("signed_by")
    return payload.get("independent_implementation") is True or (isinstance(signer, str) and bool(signer.strip()))


def _always(_: Mapping[str, Any]) -> bool:
    return True


# A rung is earned when, for each of its kinds, there is an event whose payload passes.
_EARNED_BY: Mapping[int, Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    0: {"claim.extracted": _always},
    1: {"claim.cited": _always},
    2: {"claim.anchored": _always, "claim.supported": _always},
    3: {"claim.corroborated": _two_groups},
    4: {"claim.inspected": _always},
    5: {"claim.executed": _exact},
    6: {"claim.reproduced": _reproduced},
}


WITHDRAWN = "claim.withdrawn"
"""Kind of the event of a claim that a correction took back, on the claim: all that it earned before is void but rung 0."""

REASSESSED = "claim.reassessed"
"""Kind of the event of a claim that lost something by a correction; its payload's ``voids`` are kinds of event, void until now."""


def standing_events(events_of_a_claim: Iterable[Told]) -> tuple[Told, ...]:
    """The events of one claim, in order, without those that a later one made void. What comes after counts again."""
    found: list[Told] = []
    for event in events_of_a_claim:
        if event.kind == WITHDRAWN:
            found = [e for e in found if e.kind == "claim.extracted"]
        elif event.kind == REASSESSED:
            voids = event.payload.get("voids")
            found = [e for e in found if not (isinstance(voids, list | tuple) and e.kind in voids)]
        else:
            found.append(event)
    return tuple(found)


def rungs(events_of_a_claim: Iterable[Told]) -> frozenset[int]:
    """The rungs that one claim has earned, given its events in order. Each stands for itself: 5 does not imply 3."""
    events = standing_events(events_of_a_claim)
    return frozenset(
        number
        for number, needs in _EARNED_BY.items()
        if all(any(e.kind == kind and passes(e.payload) for e in events) for kind, passes in needs.items())
    )


def rungs_by_claim(record_id: object, events: Iterable[Told]) -> dict[str, frozenset[int]]:
    """The rungs of every claim of a record, by claim id; the subject of a claim's event is ``record_id/claim_id``."""
    own: dict[str, list[Told]] = {}
    prefix = f"{record_id}/"
    for event in events:
        if event.kind.startswith("claim.") and event.subject.startswith(prefix):
            own.setdefault(event.subject.removeprefix(prefix), []).append(event)
    return {claim_id: rungs(of_claim) for claim_id, of_claim in own.items()}


def claim_level(earned: Iterable[int]) -> int:
    """The highest rung that a claim has earned, 0 if none."""
    return max(earned, default=0)


def record_level(earned: Mapping[str, Iterable[int]], cited_ids: Iterable[str]) -> int:
    """The lowest level among the claims that the answer cites. 0 if it cites none, or one that earned nothing."""
    return min((claim_level(earned.get(claim_id, ())) for claim_id in cited_ids), default=0)
