"""``sovereign correct``: a correction of a published record, which makes a new version of it."""

from __future__ import annotations

from typing import Annotated, get_args

import typer

from sovereign.errors import InputError
from sovereign.kernel.correct import Change
from sovereign.kernel.correct import correct as make_correction
from sovereign.records import Correction, CorrectionType, Record
from sovereign.records.correction import spans
from sovereign.settings import load
from sovereign.store import open_of

from .output import clean, err, guarded, out, print_json
from .records import Json, RecordId

TYPES: tuple[CorrectionType, ...] = get_args(CorrectionType)
_SHOWN = 12  # fields that are listed


@guarded
def correct(
    record_id: RecordId,
    kind: Annotated[str, typer.Option("--type", help=f"One of {', '.join(TYPES)}.")],
    note: Annotated[str, typer.Option("--note", help="What was wrong. It is public, and stays.")],
    claim: Annotated[
        list[str] | None,
        typer.Option("--claim", help="A claim to withdraw (CLAIM, BENCHMARK). Repeatable."),
    ] = None,
    measurement: Annotated[
        list[str] | None, typer.Option("--measurement", help="A measurement to withdraw (ARTIFACT). Repeatable.")
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A field of a paper and its value, such as /papers/3/year=2024 (METADATA, PROVENANCE). Repeatable.",
        ),
    ] = None,
    restore: Annotated[
        list[str] | None,
        typer.Option(
            "--restore", help="A claim or measurement that an earlier correction withdrew, to stand again. Repeatable."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Correct a record: the correction is added and makes a new version; the versions before stay."""
    change = Change(tuple(claim or ()), tuple(measurement or ()), tuple(sets or ()), tuple(restore or ()))
    settings = load()
    with open_of(settings) as store:
        before = store.records.load(record_id)
        new = make_correction(store, record_id, _kind(kind), note, settings.owner, change)
        approved = bool(store.records.decisions(new.id, before.version))
    made = new.corrections[-1]
    if as_json:
        return print_json(
            {"record": str(new.id), "short_id": new.short_id, "version": new.version, "content_hash": new.content_hash}
            | {"state": "CORRECTED", "correction": made.model_dump(mode="json")}
        )
    _show(before, new, made)
    if approved:
        err.print(
            f"What the owner decided on version {before.version} does not hold for version {new.version}: decide anew."
        )


def _kind(given: str) -> CorrectionType:
    wanted = given.strip().upper().replace("-", "_")
    for kind in TYPES:
        if kind == wanted:
            return kind
    raise InputError(f"There is no type of correction {given[:80]!r}.", f"Choose one of {', '.join(TYPES)}.")


def _show(before: Record, new: Record, made: Correction) -> None:
    out.print(
        f"[bold]{new.short_id} is now version {new.version}[/], CORRECTED by {clean(made.by)} ({made.type}): {clean(made.note)}"
    )
    for what, ids in (("Withdrawn", (*made.claim_ids, *made.measurement_ids)), ("Restored", made.restored_ids)):
        if ids:
            out.print(f"{what}: {clean(spans(ids))}")
    for name, was, now in (
        ("Answer", before.answer.state, new.answer.state),
        ("Outcome", before.decision.outcome, new.decision.outcome),
        ("Score", f"{before.reviews[-1].score:g}" if before.reviews else "none", f"{new.reviews[-1].score:g}"),
        ("Level", f"L{before.level}", f"L{new.level}"),
        ("Claims", f"{before.counters.extracted}", f"{new.counters.extracted}"),
        ("Verified", f"{before.counters.verified}", f"{new.counters.verified}"),
    ):
        out.print(f"{name}: {was} → {now}" if was != now else f"{name}: {now}, as before")
    fields = made.affected_fields
    out.print(
        f"{len(fields)} field(s) differ: {clean(', '.join(fields[:_SHOWN]))}{', …' if len(fields) > _SHOWN else ''}"
    )
    out.print(f"Version {before.version} stays: sovereign show {new.short_id} --version {before.version}")
