"""What the laboratory did for published records: which claims a protocol ran on, and what the gate said of them."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from sovereign.contracts.gates import Status, standing
from sovereign.records import GateReason, Model

from ..catalog import Filters, RecordRow
from ..context import Site
from ..kept import PerStamp

RECORDS = 5
VERDICTS = 12  # of one record; the rest stand on its page


class GateRow(Model):
    """The gate's verdict on a claim that a protocol ran on. ``figures`` are what the run found, as printed."""

    claim: str
    text: str
    protocol: str
    match: str
    status: Status
    code: GateReason | None
    reason: str
    figures: tuple[str, ...]


class MeasuredRecord(Model):
    """A record with its measurements by how they were found, and its verdicts: those that a run gave, and how often each other
    reason was given. ``more`` verdicts are left out here and stand on the record's page."""

    id: UUID
    short_id: str
    title: str
    stands: bool
    created_at: str
    measurements: int
    hows: dict[str, int]
    verdicts: tuple[GateRow, ...]
    more: int
    reasons: dict[str, int]


def _newest(site: Site) -> tuple[MeasuredRecord, ...]:
    newest = site.catalog.records(Filters(), 1, 50, drafts=site.options.drafts).items
    there = [row for row in newest if row.measured][:RECORDS]
    return tuple(_measured(site, row) for row in there)


measured_records = PerStamp(_newest)
"""The newest records for which something was measured, at most five; drafts among them where the site shows drafts."""


def _measured(site: Site, row: RecordRow) -> MeasuredRecord:
    published = site.published(row.id)
    verdicts = standing(published.record, published.events)
    ran: list[GateRow] = []
    reasons: Counter[str] = Counter()
    for claim in published.record.claims:
        gate, known = verdicts[claim.id]
        if gate is None:
            continue
        found = {m.id: m for m in (*published.record.measurements, *known)}
        if not gate.measurement_ids or gate.protocol is None:
            reasons[gate.code or "no reason"] += 1
            continue
        ran.append(
            GateRow(
                claim=f"{row.id}.{claim.id}", text=claim.text, protocol=gate.protocol, match=gate.protocol_match or "none",
                status=gate.status, code=gate.code, reason=gate.reason,
                figures=tuple(found[i].quantity.text for i in gate.measurement_ids if i in found),
            )
        )  # fmt: skip
    ran.sort(key=lambda one: (one.status == "UNVERIFIED", one.match != "exact"))
    return MeasuredRecord(
        id=row.id,
        short_id=row.short_id,
        title=row.title,
        stands=row.stands,
        created_at=row.created_at,
        measurements=len(published.record.measurements),
        hows=dict(Counter(m.how for m in published.record.measurements).most_common()),
        verdicts=tuple(ran[:VERDICTS]),
        more=max(0, len(ran) - VERDICTS),
        reasons=dict(reasons.most_common()),
    )
