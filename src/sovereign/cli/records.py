"""Commands on records that exist: ``list``, ``show``, ``export``, and the owner's ``approve``, ``hold``, ``reject``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from sovereign.errors import InputError
from sovereign.records import OwnerDecision, OwnerOutcome
from sovereign.settings import load
from sovereign.store import RecordEntry, Store, open_of

from .answered import show_answer
from .corrections import published_of, show_corrections, standing_json
from .output import clean, guarded, out, print_json

RecordId = Annotated[str, typer.Argument(metavar="ID", help="Short id (SRCH:1A2B3C4D), UUID, or the beginning of one.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Version = Annotated[int | None, typer.Option("--version", min=1, help="An older version; the newest if not given.")]
Reason = Annotated[str, typer.Option("--reason", help="Why. It stands in the ledger.")]


def _store() -> Store:
    return open_of(load())


@guarded
def list_records(as_json: Json = False) -> None:
    """List the records, newest first."""
    with _store() as store:
        entries = [(entry, store.records.decisions(entry.id)) for entry in store.records.newest()]
    if as_json:
        return print_json(
            [
                entry.model_dump(mode="json")
                | {"state": _state(entry), "owner": decisions[-1].outcome if decisions else None}
                for entry, decisions in entries
            ]
        )
    if not entries:
        return out.print('No records yet. Ask a question: sovereign ask "…"')
    table = Table("Id", "Made", "Version", "Outcome", "Owner", "Score", "Question")
    for column in table.columns[:3]:
        column.no_wrap = True
        column.min_width = len("2 CORRECTED")
    for entry, decisions in entries:
        owner = decisions[-1].outcome if decisions else "–"
        table.add_row(
            entry.short_id,
            entry.created_at[:10],
            _version_words(entry),
            entry.outcome,
            owner,
            "–" if entry.score is None else f"{entry.score:g}",
            clean(entry.question),
        )
    out.print(table, soft_wrap=False)


def _state(entry: RecordEntry) -> str:
    return "CORRECTED" if entry.version > 1 else "CURRENT"


def _version_words(entry: RecordEntry) -> str:
    return f"{entry.version} {_state(entry)}"


@guarded
def show(record_id: RecordId, version: Version = None, as_json: Json = False) -> None:
    """Show one record: its answer, claims, corrections and decisions."""
    with _store() as store:
        published = published_of(store, record_id, version)
        # Read beside the ledger, which alone would not say that a row was edited.
        decisions = store.records.decisions(published.record.id, published.record.version)
    record = published.record
    if as_json:
        full = record.model_copy(update={"ledger_head": published.head}).model_dump(mode="json")
        return print_json(
            full
            | {"standing": standing_json(published)}
            | {"owner_decisions": [d.model_dump(mode="json") for d in decisions]}
        )
    if published.state == "SUPERSEDED":
        out.print(
            f"[bold red]Version {record.version} of {record.short_id} is superseded by version "
            f"{published.newest_version}.[/] What it says may be wrong: sovereign show {record.short_id}"
        )
    if published.unvouched:
        out.print(
            "[bold red]Imported, and nothing vouched for it:[/] what it says, its levels and verdicts too, is what the export said. "
            "Hold the export against a head or key: sovereign verify-record --head or --key"
        )
    show_answer(record)
    show_corrections(published)
    for decision in decisions:
        out.print(f"Owner: {decision.outcome} by {clean(decision.by)} at {decision.at}: {clean(decision.reason)}")
    out.print(f"Version {record.version}, {published.state}. Content hash: {record.content_hash}")


def _decide(record_id: str, outcome: OwnerOutcome, reason: str, as_json: bool) -> None:
    if not reason.strip():
        raise InputError("The reason is empty.", "Say why in a few words: it stands in the ledger for good.")
    settings = load()
    with open_of(settings) as store:
        found = store.records.load(record_id)
        decision = OwnerDecision(
            record_id=str(found.id), outcome=outcome, reason=reason, by=settings.owner, at=datetime.now(UTC).isoformat(timespec="seconds")
        )  # fmt: skip
        store.records.decide(decision)
    if as_json:
        return print_json(decision.model_dump(mode="json"))
    out.print(
        f"{found.short_id}: {outcome} by {clean(settings.owner)}. The record itself is unchanged; the decision stands beside it and in the ledger."
    )


@guarded
def approve(record_id: RecordId, reason: Reason, as_json: Json = False) -> None:
    """Approve a record as its owner."""
    _decide(record_id, "APPROVED", reason, as_json)


@guarded
def hold(record_id: RecordId, reason: Reason, as_json: Json = False) -> None:
    """Hold a record as its owner."""
    _decide(record_id, "HELD", reason, as_json)


@guarded
def reject(record_id: RecordId, reason: Reason, as_json: Json = False) -> None:
    """Reject a record as its owner."""
    _decide(record_id, "REJECTED", reason, as_json)
