"""The public state of a record's monitoring, with the names of the contract review-monitor-v1: what asks for a review of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

from ..records import Event, Model
from .envelope import Envelope, envelope
from .published import CLEARED, TRIGGERED, Published

Trigger = Literal["RETRACTION", "SOURCE_CHANGED", "REPRODUCTION_FAILED", "CONTESTED_CLUSTER", "INTEGRITY"]
TRIGGERS: Final[tuple[Trigger, ...]] = get_args(Trigger)
MONITORED = "record.monitored"
"""Kind of the event of a run of the monitor that looked at a record, on its id; payload ``checked``, the triggers it could look for."""

MEANS: Final[dict[Trigger, str]] = {
    "RETRACTION": "A source that a claim of the answer rests on was retracted or withdrawn.",
    "SOURCE_CHANGED": "A source that a claim of the answer rests on has another text, or a later version, than the one that was read.",
    "REPRODUCTION_FAILED": "A measurement was run again and did not come out the same.",
    "CONTESTED_CLUSTER": "Works give figures for what the answer cites that disagree although their protocols are the same.",
    "INTEGRITY": "An artifact that the record rests on is missing or changed, or the ledger does not verify.",
}
"""What each trigger means."""


class ActiveTrigger(Model):
    """Something that asks for a review: ``cause`` names what it is about (a work, a claim, an artifact), once for each trigger."""

    trigger: Trigger
    cause: str
    reason: str
    raised_at: str
    event: int


class MonitoredTrigger(Model):
    """A trigger, what it means, and when it was last looked for; None if never."""

    trigger: Trigger
    definition: str
    last_checked_at: str | None


class ReviewMonitor(Envelope):
    """Whether anything asks for a review of a record. ``state`` is REVIEW_DUE while a trigger is active."""

    record_id: str
    version: int
    monitor_state: Literal["NOT_MONITORED", "CLEAR", "REVIEW_DUE"]
    active_triggers: tuple[ActiveTrigger, ...]
    monitored_triggers: tuple[MonitoredTrigger, ...]
    enforcement: str


def active_triggers(events: Iterable[Event], record_id: object) -> tuple[ActiveTrigger, ...]:
    """The triggers that were raised on a record and not cleared since, in the order in which they were raised."""
    found: dict[tuple[str, str], ActiveTrigger] = {}
    for event in events:
        if event.subject != str(record_id) or event.kind not in (TRIGGERED, CLEARED):
            continue
        trigger, cause = str(event.payload.get("trigger")), str(event.payload.get("cause"))
        if event.kind == CLEARED:
            found.pop((trigger, cause), None)
            continue
        for known in TRIGGERS:
            if known == trigger and (trigger, cause) not in found:
                reason = str(event.payload.get("reason"))
                found[trigger, cause] = ActiveTrigger(
                    trigger=known, cause=cause, reason=reason, raised_at=event.at, event=event.seq
                )
    return tuple(found.values())


def review_monitor(published: Published) -> ReviewMonitor:
    """The state of monitoring that the ledger tells of."""
    active = active_triggers(published.events, published.subject)
    looked = {trigger: _last_look(published, trigger) for trigger in TRIGGERS}
    state: Literal["NOT_MONITORED", "CLEAR", "REVIEW_DUE"] = "REVIEW_DUE" if active else "CLEAR"
    if not active and not any(looked.values()):
        state = "NOT_MONITORED"
    return ReviewMonitor(
        **envelope(
            "review-monitor",
            "the events of the ledger that raise and clear triggers on the record",
            "A trigger is found only when the monitor runs; between two runs nothing is noticed.",
            "What could not be looked for (no network, no library given) is not cleared either.",
            "Retractions are those that the library and the providers know of.",
        ),
        record_id=published.subject,
        version=published.record.version,
        monitor_state=state,
        active_triggers=active,
        monitored_triggers=tuple(
            MonitoredTrigger(trigger=t, definition=MEANS[t], last_checked_at=looked[t]) for t in TRIGGERS
        ),
        enforcement="A trigger asks for a review and changes nothing by itself: no claim, level, tier or decision. A correction, "
        "made by the owner, does.",
    )


def _last_look(published: Published, trigger: Trigger) -> str | None:
    times = [e.at for e in published.told(MONITORED) if trigger in e.payload.get("checked", ())]
    return times[-1] if times else None
