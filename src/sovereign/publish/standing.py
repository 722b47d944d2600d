"""How a version of a record stands: corrected or superseded, and what asks for a review of it, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from sovereign.contracts.monitor import ActiveTrigger, active_triggers
from sovereign.contracts.published import Published
from sovereign.records import Correction, CorrectionState, Record
from sovereign.records.correction import spans

from .parts import Block, Bullets, Paragraph, Run, Section, Table
from .text import count, day, one_line

_SHOWN = 6  # fields of one correction that are listed


@dataclass(frozen=True)
class Standing:
    """What the ledger knows of a version beyond the record itself."""

    state: CorrectionState
    newest_version: int
    triggers: tuple[ActiveTrigger, ...] = ()
    doi: str | None = None
    published: Published | None = None


def standing_of(published: Published) -> Standing:
    """How the ledger says that a version stands."""
    triggers = active_triggers(published.events, published.record.id)
    return Standing(published.state, published.newest_version, triggers, published.doi, published)


def alone(record: Record) -> Standing:
    """How a record stands by itself, where no ledger is at hand."""
    return Standing("CORRECTED" if record.corrections else "CURRENT", record.version)


def superseded_words(record: Record, standing: Standing) -> str:
    """The mark of an old version; empty on the newest."""
    if standing.state != "SUPERSEDED":
        return ""
    return f"Version {record.version} — superseded by version {standing.newest_version}: what it says may have been withdrawn"


def version_words(record: Record, standing: Standing) -> str:
    """The version, its state, and how many corrections led to it."""
    made = (
        f", {count(len(record.corrections), 'correction')}, the last on {day(record.corrections[-1].at)}"
        if record.corrections
        else ""
    )
    return f"{record.version}, {standing.state}{made}"


def corrections_section(record: Record, standing: Standing) -> tuple[Section, ...]:
    """The section on corrections and triggers; none where there are neither."""
    blocks: list[Block] = []
    if mark := superseded_words(record, standing):
        blocks.append(Paragraph((f"{mark}.",)))
    if record.corrections:
        rows = tuple(_row(one) for one in record.corrections)
        head = ("No.", "Type", "Made", "By", "Note", "Withdrawn", "Restored", "Fields that differ", "Version")
        blocks.append(Table("Corrections, oldest first; each is added, none is taken out", head, rows, figures=(0,)))
        gone = record.withdrawn
        if ids := (*gone.claims, *gone.measurements):
            said = f"Withdrawn, and no part of the answer: {one_line(spans(ids))}. They stay in the record, marked."
            blocks.append(Paragraph((said,)))
    if standing.triggers:
        blocks.append(Paragraph(("The monitor asks for a review of this record:",)))
        items: tuple[Run, ...] = tuple(
            (f"{t.trigger}, {one_line(t.cause)}, since {day(t.raised_at)}: {one_line(t.reason)}",)
            for t in standing.triggers
        )
        blocks.append(Bullets(items))
    return (Section("", "Corrections and monitoring", "corrections", tuple(blocks)),) if blocks else ()


def _row(one: Correction) -> tuple[Run, ...]:
    fields = one.affected_fields
    more = f" and {len(fields) - _SHOWN} more" if len(fields) > _SHOWN else ""
    cells = (
        str(one.number),
        one.type,
        day(one.at),
        one_line(one.by),
        one_line(one.note),
        one_line(spans((*one.claim_ids, *one.measurement_ids))),
        one_line(spans(one.restored_ids)),
        one_line(", ".join(fields[:_SHOWN]) + more),
        f"{one.from_version} → {one.to_version}",
    )
    return tuple((cell,) for cell in cells)
