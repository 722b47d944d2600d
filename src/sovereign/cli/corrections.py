"""Versions, corrections and triggers of a record on a terminal."""

from __future__ import annotations

from typing import Any

from sovereign.contracts.monitor import active_triggers
from sovereign.contracts.published import Published
from sovereign.records.correction import spans
from sovereign.store import Store

from .output import clean, out


def published_of(store: Store, name: str, version: int | None = None) -> Published:
    """A version of a record, the newest if none is given, with its events and the ledger's head.

    Raises:
        SovereignError: what loading the record and its events raises.
    """
    record = store.records.load(name, version)
    return Published(record, store.ledger.events(str(record.id)), store.ledger.head())


def standing_json(published: Published) -> dict[str, Any]:
    """How this version stands: its state, the newest version, what is withdrawn and what asks for a review."""
    triggers = active_triggers(published.events, published.record.id)
    return {
        "state": published.state,
        "newest_version": published.newest_version,
        "withdrawn": published.record.withdrawn.model_dump(mode="json"),
        "triggers": [one.model_dump(mode="json") for one in triggers],
    }


def show_corrections(published: Published) -> None:
    """What was corrected up to this version, and what asks for a review of it."""
    record = published.record
    if record.corrections:
        out.print("\n[bold]Corrections[/]")
    for one in record.corrections:
        ids = spans((*one.claim_ids, *one.measurement_ids))
        again = spans(one.restored_ids)
        what = "; ".join(t for t in (f"withdrew {ids}" if ids else "", f"restored {again}" if again else "") if t)
        out.print(
            f"  • {one.number}. {one.type}, {one.at[:16]}, {clean(one.by)}: {clean(one.note)}"
            f"{f' [dim]({clean(what)})[/]' if what else ''} → version {one.to_version}"
        )
    triggers = active_triggers(published.events, record.id)
    if triggers:
        out.print("\n[bold yellow]Asks for a review[/]")
    for trigger in triggers:
        out.print(f"  • {trigger.trigger}, {clean(trigger.cause)}: {clean(trigger.reason)}")
