"""Audit: what is contested, what asks for a review, the ledger's head to keep, and the newest events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from sovereign.contracts.monitor import MEANS as TRIGGER_MEANS
from sovereign.contracts.monitor import TRIGGERS, ActiveTrigger, active_triggers
from sovereign.errors import LedgerBroken
from sovereign.records import Event, LedgerHead, Model, canonical_json

from ..catalog import ClaimRow, Filters, Found, RecordRow
from ..clusters.evidence import MOST_RECORDS, AnswerFinding, RecordRef, gathered
from ..context import Site, SiteOf
from ..kept import PerStamp
from ..render import page
from ..verified import Verified, verified
from .benchmarks import ClusterRow, row_of

html = APIRouter()
api = APIRouter(tags=["audit"])

_MOST = 10  # rows of each list; the whole lists are elsewhere, and linked
_MOST_DUE = 50  # records of which triggers are shown with their reasons
_EVENTS = 30

Before = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Events before the one of this number.")]
Size = Annotated[int, Query(ge=1, le=200, description="How many events.")]


class Due(Model):
    """A record that asks for a review, and why."""

    record: RecordRef
    triggers: tuple[ActiveTrigger, ...]


class TriggerKind(Model):
    """A trigger, what it means, and how many records have it open."""

    trigger: str
    means: str
    records: int


class EventRow(Model):
    """One event. ``address`` is the page of what it is on, empty where there is none or it is not public; then ``about`` says so."""

    number: int
    at: str
    kind: str
    about: str
    address: str
    hash: str


class Events(Model):
    """Newest events; ``older`` is the number to ask for those ``before``, None at the end. ``problem`` says why there are none
    although there should be: the page on a damaged ledger has to come all the same."""

    items: tuple[EventRow, ...]
    total: int
    older: int | None
    problem: str = ""


class AuditPage(Model):
    """What the page shows. Lists are the first of their kind; totals say how many there are.

    ``differences`` are disagreements between sources for which no cause was named; ``explained`` counts the others. Clusters and
    disagreements are of the ``most`` newest records.
    """

    head: LedgerHead
    ledger: Verified
    most: int
    contested: tuple[ClusterRow, ...]
    differences: tuple[AnswerFinding, ...]
    explained: int
    contradicted: Found[ClaimRow]
    mixed: int
    falsified: Found[RecordRow]
    triggers: tuple[TriggerKind, ...]
    due: tuple[Due, ...]
    due_total: int
    problems: tuple[str, ...]
    events: Events


@html.get("/audit", response_class=HTMLResponse)
def audit(request: Request, site: SiteOf, before: Before = None) -> HTMLResponse:
    """The page; ``before`` turns the list of events."""
    shown = _page(site, before)
    return page(
        request, site, "audit.html.j2", title="Audit", shown=shown, headers=_keeping(shown),
        description="What is contested, what asks for a review, and the head of the ledger.",
    )  # fmt: skip


@html.get("/audit/head.json")
def head_file(site: SiteOf) -> Response:
    """The ledger's head as a file to keep: an export is held against it."""
    head = _head(site)
    # Of this very moment: a record's export that was taken just now has an event of its own, and must not be newer than the head.
    if head.count != site.store.ledger.head().count:
        head = site.store.ledger.checkpoint()
    headers = {"Content-Disposition": 'attachment; filename="head.json"', "Cache-Control": "no-store"}
    return Response(
        canonical_json(head.model_dump(mode="json")) + b"\n", media_type="application/json", headers=headers
    )


@api.get("/audit")
def get_audit(site: SiteOf, response: Response) -> AuditPage:
    """What is contested or due, the ledger's head and when it was last verified, and the newest events."""
    shown = _page(site, None)
    response.headers.update(_keeping(shown))
    return shown


@api.get("/audit/events")
def list_events(site: SiteOf, before: Before = None, size: Size = 50) -> Events:
    """Events of the ledger, newest first: kind, subject, time and hash. What an event holds is in the export of its record."""
    return _events(site, before, size)


def _keeping(shown: AuditPage) -> dict[str, str]:
    """While a verification is under way, the next answer will be another one although the ledger is the same."""
    return {} if shown.ledger.events == shown.head.count else {"Cache-Control": "no-store"}


def _page(site: Site, before: int | None) -> AuditPage:
    drafts = site.options.drafts
    evidence, (kinds, due, due_total) = gathered(site), _due(site)
    differ = [f for f in evidence.findings if f.kind == "disagreement"]
    real = tuple(f for f in differ if f.type in (None, "real_disagreement"))
    contested = [one for one in evidence.clusters if one.evidence.status == "contested"]
    return AuditPage(
        head=_head(site),
        ledger=verified(site),
        most=MOST_RECORDS,
        contested=tuple(map(row_of, contested)),
        differences=real,
        explained=len(differ) - len(real),
        contradicted=site.catalog.claims(Filters(verdict="CONTRADICT"), 1, _MOST, drafts=drafts),
        mixed=site.catalog.claims(Filters(verdict="MIXED"), 1, 1, drafts=drafts).total,
        falsified=site.catalog.records(Filters(gate="FALSIFIED"), 1, _MOST, drafts=drafts),
        triggers=kinds,
        due=due,
        due_total=due_total,
        problems=site.catalog.problems if drafts else (),
        events=_events(site, before, _EVENTS),
    )


def _made_head(site: Site) -> LedgerHead:
    return site.store.ledger.checkpoint()


def _made_due(site: Site) -> tuple[tuple[TriggerKind, ...], tuple[Due, ...], int]:
    """How many records have each trigger open, the first of these records with the reasons, and how many there are."""
    rows = [row for row in _rows(site) if row.triggers]
    shown = tuple(
        Due(
            record=RecordRef(id=str(row.id), short_id=row.short_id, title=row.title, stands=row.stands),
            triggers=active_triggers(site.store.ledger.events(str(row.id)), row.id),
        )
        for row in rows[:_MOST_DUE]
    )
    kinds = tuple(
        TriggerKind(trigger=t, means=TRIGGER_MEANS[t], records=sum(t in row.triggers for row in rows)) for t in TRIGGERS
    )
    return kinds, shown, len(rows)


_head = PerStamp(_made_head)
_due = PerStamp(_made_due)


def _rows(site: Site) -> Iterator[RecordRow]:
    number = 1
    while items := site.catalog.records(Filters(), number, 500, drafts=site.options.drafts).items:
        yield from items
        number += 1


def _events(site: Site, before: int | None, size: int) -> Events:
    total = _head(site).count
    try:
        found = site.store.ledger.newest(size, before)
    except LedgerBroken as error:
        return Events(items=(), total=total, older=None, problem=error.message)
    shown: dict[str, bool] = {}
    last = found[-1].seq if found else 1
    last_number = found[0].seq if found else 0
    return Events(
        items=tuple(_row(site, event, shown) for event in found),
        total=max(total, last_number),
        older=last if last > 1 else None,
    )


def _row(site: Site, event: Event, shown: dict[str, bool]) -> EventRow:
    name, _, below = event.subject.partition("/")
    if name not in shown:
        shown[name] = _is_shown(site, name)
    about, address = "a record that is not published", ""
    if shown[name]:
        claim = below and "/" not in below and event.kind.startswith("claim.")
        about = f"{name[:8]} {below}".strip()
        address = f"/claim/{name}.{below}" if claim else f"/paper/{name}"
    return EventRow(number=event.seq, at=event.at, kind=event.kind, about=about, address=address, hash=event.hash)


def _is_shown(site: Site, name: str) -> bool:
    try:
        row = site.catalog.record(UUID(name))
    except ValueError:
        return False
    return row is not None and (row.stands or site.options.drafts)
